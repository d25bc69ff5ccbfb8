#include "wire/http_exchange.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cctype>

namespace plumbline::conform {
namespace http = boost::beast::http;

struct HttpReader::State {
  http::response_parser<http::string_body> parser;
  std::string pending;
  bool broken{false};

  State() {
    parser.body_limit(64U << 20U);
    parser.header_limit(256U << 10U);
  }
};

HttpReader::HttpReader(bool to_head) : state_(std::make_unique<State>()) {
  state_->parser.skip(to_head);
}
HttpReader::~HttpReader() = default;
HttpReader::HttpReader(HttpReader&&) noexcept = default;
HttpReader& HttpReader::operator=(HttpReader&&) noexcept = default;

std::size_t HttpReader::feed(std::string_view bytes) {
  State& state = *state_;
  const std::size_t before = state.pending.size();
  state.pending += bytes;
  std::size_t used = 0;
  while (!state.broken && !complete() && used < state.pending.size()) {
    boost::system::error_code error;
    const std::size_t n =
        state.parser.put(boost::asio::const_buffer(state.pending.data() + used, state.pending.size() - used), error);
    used += n;
    if (error == http::error::need_more) {
      break;
    }
    if (error) {
      state.broken = true;
    } else if (n == 0) {
      break;
    }
  }
  if (state.broken) {
    return bytes.size();
  }
  state.pending.erase(0, used);
  if (complete()) {
    state.pending.clear();
    return used > before ? used - before : 0;
  }
  return bytes.size();
}

void HttpReader::feed_end() {
  boost::system::error_code error;
  if (!state_->broken && state_->parser.got_some() && !complete()) {
    state_->parser.put_eof(error);
  }
  if (error || !complete()) {
    state_->broken = true;
  }
}

bool HttpReader::complete() const {
  return state_->parser.is_done();
}
bool HttpReader::broken() const {
  return state_->broken;
}

HttpAnswer HttpReader::answer() const {
  const auto& message = state_->parser.get();
  HttpAnswer answer;
  answer.status = message.result_int();
  for (const auto& field : message) {
    std::string name(field.name_string());
    for (char& c : name) {
      c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    answer.headers.emplace_back(std::move(name), std::string(field.value()));
  }
  answer.body = message.body();
  return answer;
}

HttpExchange::HttpExchange(Medium& medium, const Endpoint& endpoint, WireLog& log, int number, std::string_view request,
                           After after)
    : Connection(medium, endpoint, log, number), after_(after), reader_(request.starts_with("HEAD ")) {
  log_.sent(number, "http", request);
  failed_ = ended();
  queue(request);
}

void HttpExchange::more(std::string_view bytes) {
  log_.sent(number(), "http", bytes);
  queue(bytes);
}

void HttpExchange::again(std::string_view request) {
  reader_ = HttpReader(request.starts_with("HEAD "));
  answer_.reset();
  surplus_.clear();
  failed_ = failed_ || ended();
  more(request);
}

void HttpExchange::on_bytes(std::string_view bytes) {
  log_.received(number(), "http", bytes);
  if (done()) {
    surplus_ += bytes;
    return;
  }
  const std::size_t used = reader_.feed(bytes);
  surplus_ += bytes.substr(used);
  settle();
}

void HttpExchange::on_end() {
  if (!done()) {
    reader_.feed_end();
    settle();
    failed_ = !answer_.has_value();
  }
}

void HttpExchange::settle() {
  if (reader_.complete()) {
    answer_ = reader_.answer();
    answer_->at = now();
    if (after_ == After::hang_up) {
      hang_up();
    }
  } else if (reader_.broken()) {
    failed_ = true;
    hang_up();
  }
}

}  // namespace plumbline::conform
