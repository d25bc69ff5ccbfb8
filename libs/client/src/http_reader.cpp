// Beast as a parser only: no stream, no buffer of its own.
#include "http_reader.h"

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "plumbline/base/ids.h"

namespace plumbline::client {
namespace {

namespace http = boost::beast::http;

constexpr std::uint32_t kMaxHeader = 64U << 10U;

std::string_view plain(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

}  // namespace

struct HttpReader::Parser {
  http::response_parser<http::string_body> answer;
};

HttpReader::HttpReader(std::size_t max_body, bool head) : max_body_(max_body), head_(head) {
  restart();
}
HttpReader::HttpReader(HttpReader&&) noexcept = default;
HttpReader& HttpReader::operator=(HttpReader&&) noexcept = default;
HttpReader::~HttpReader() = default;

void HttpReader::restart() {
  parser_ = std::make_unique<Parser>();
  parser_->answer.header_limit(kMaxHeader);
  parser_->answer.body_limit(max_body_);
  parser_->answer.eager(true);
  parser_->answer.skip(head_);
}

bool HttpReader::done() const {
  return parser_->answer.is_done();
}

bool HttpReader::keep_alive() const {
  return !ended_ && parser_->answer.keep_alive();
}

// What the parser takes of `bytes` in as many steps as it wants; the rest is part of an incomplete line, or not ours.
Result<std::size_t> HttpReader::put(std::string_view bytes) {
  std::size_t used = 0;
  while (used < bytes.size() && !done()) {
    boost::system::error_code failure;
    const std::size_t took =
        parser_->answer.put(boost::asio::buffer(bytes.data() + used, bytes.size() - used), failure);
    used += took;
    if (failure == http::error::need_more) {
      break;
    }
    if (failure == http::error::body_limit || failure == http::error::header_limit) {
      return Error{Errc::too_large, "HTTP answer over the limit"};
    }
    if (failure) {
      return Error{Errc::malformed, "malformed HTTP answer"};
    }
    const unsigned status = parser_->answer.get().result_int();
    if (done() && status / 100 == 1 && status != 101) {
      restart();
    }
  }
  return used;
}

Result<std::size_t> HttpReader::feed(std::string_view bytes) {
  started_ = started_ || !bytes.empty();
  const std::size_t before = held_.size();
  if (before != 0) {
    held_ += bytes;
  }
  const auto used = put(before != 0 ? std::string_view(held_) : bytes);
  if (!used) {
    return used;
  }
  if (done()) {
    return *used - before;
  }
  if (before != 0) {
    held_.erase(0, *used);
  } else {
    held_.assign(bytes.substr(*used));
  }
  if (held_.size() > kMaxHeader) {
    return Error{Errc::too_large, "HTTP header over the limit"};
  }
  return bytes.size();
}

bool HttpReader::finish() {
  ended_ = true;
  boost::system::error_code failure;
  if (!parser_->answer.is_header_done()) {
    return false;
  }
  parser_->answer.put_eof(failure);
  return !failure && done();
}

net::HttpResponse HttpReader::take() {
  auto message = parser_->answer.release();
  net::HttpResponse response;
  response.status = message.result_int();
  response.body = std::move(message.body());
  for (const auto& field : message) {
    std::string name = to_lower_ascii(plain(field.name_string()));
    if (name == "content-type") {
      response.content_type = plain(field.value());
    }
    response.headers.emplace_back(std::move(name), std::string(plain(field.value())));
  }
  return response;
}

}  // namespace plumbline::client
