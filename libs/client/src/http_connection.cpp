// Sends a request, reads its answer, tells what is known when either fails.
#include "http_connection.h"

#include <utility>

namespace plumbline::client {

HttpConnection::HttpConnection(Reactor& reactor, HttpConnectionOwner& owner, std::size_t max_body)
    : stream_(reactor, *this), owner_(&owner), max_body_(max_body) {}

void HttpConnection::send(const TcpTarget& target, std::string bytes, bool head) {
  pending_.emplace(Pending{.bytes = std::move(bytes), .reader = HttpReader(max_body_, head)});
  if (stream_.open()) {
    pending_->reused = true;
    transmit();
  } else {
    stream_.connect(target);
  }
}

void HttpConnection::close() {
  pending_.reset();
  stream_.close();
}

void HttpConnection::on_open() {
  transmit();
}

void HttpConnection::transmit() {
  if (!pending_) {
    return;
  }
  stream_.out() += pending_->bytes;
  std::string().swap(pending_->bytes);
  pending_->sent = true;
  pending_->first_byte_sent = steady_now();
  stream_.flush();
}

void HttpConnection::on_bytes(std::span<char> bytes, Time received) {
  if (!pending_) {
    return on_closed(Error{Errc::malformed, "bytes without a request"});
  }
  const auto used = pending_->reader.feed({bytes.data(), bytes.size()});
  if (!used) {
    return fail(used.error());
  }
  if (!pending_->reader.done()) {
    return;
  }
  if (*used < bytes.size() || !pending_->reader.keep_alive()) {
    stream_.close();  // the rest answers nothing that was asked
  }
  complete(received);
}

void HttpConnection::complete(Time received) {
  if (!pending_) {
    return;
  }
  HttpAnswer answer{
      .response = pending_->reader.take(), .first_byte_sent = pending_->first_byte_sent, .received = received};
  pending_.reset();
  owner_->on_answer(*this, std::move(answer));
}

void HttpConnection::on_closed(const Error& why) {
  if (!pending_) {
    stream_.close();
    return owner_->on_idle_closed(*this);
  }
  if (pending_->reader.finish()) {
    return complete(steady_now());
  }
  fail(why);
}

void HttpConnection::fail(const Error& why) {
  if (!pending_) {
    return;
  }
  const bool stale = pending_->reused && pending_->sent && !pending_->reader.started();
  const HttpFailure failure{.error = why, .sent = pending_->sent};
  pending_.reset();
  stream_.close();
  owner_->on_failure(*this, failure, stale);
}

std::string host_header(std::string_view host, std::uint16_t port) {
  std::string text = host.find(':') == std::string_view::npos ? std::string(host) : "[" + std::string(host) + "]";
  if (port != 80) {
    text += ':';
    text += std::to_string(port);
  }
  return text;
}

std::string format_request(std::string_view host, const HttpCall& call) {
  std::string text;
  text.reserve(256 + call.body.size());
  text += call.method;
  text += ' ';
  text += call.target;
  text += " HTTP/1.1\r\nHost: ";
  text += host;
  text += "\r\n";
  for (const auto& [name, value] : call.headers) {
    text += name;
    text += ": ";
    text += value;
    text += "\r\n";
  }
  if (!call.body.empty() || call.method == "POST" || call.method == "PUT" || call.method == "PATCH") {
    text += "Content-Length: ";
    text += std::to_string(call.body.size());
    text += "\r\n";
  }
  text += "\r\n";
  text += call.body;
  return text;
}

}  // namespace plumbline::client
