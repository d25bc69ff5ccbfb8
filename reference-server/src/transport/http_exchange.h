// One request of a connection, from its header to its answer; the parser exists no longer than that. Stage: transport.
#pragma once

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "plumbline/net/http.h"
#include "transport/http_answer.h"
#include "transport/http_connection.h"

namespace plumbline::serve {

struct HttpConnection::Exchange {
  boost::beast::http::request_parser<boost::beast::http::string_body> parser;
  net::HttpRequest request;
  AnswerContext context;
  bool upgrade{false};
  bool awaiting{false};  // the request is complete and with its handler
  bool reading_body{false};
};

}  // namespace plumbline::serve
