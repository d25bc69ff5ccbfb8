// One keep-alive HTTP/1.1 connection with one request in flight.
#pragma once

#include <optional>
#include <string>

#include "http_reader.h"
#include "plumbline/client/http_client.h"
#include "tcp_stream.h"

namespace plumbline::client {

class HttpConnection;

// Callbacks come from the reactor, never from inside send(). The connection is idle when they come.
class HttpConnectionOwner {
 public:
  virtual ~HttpConnectionOwner() = default;
  virtual void on_answer(HttpConnection& connection, HttpAnswer answer) = 0;
  // `stale`: a reused connection ended before any byte of the answer.
  virtual void on_failure(HttpConnection& connection, const HttpFailure& failure, bool stale) = 0;
  virtual void on_idle_closed(HttpConnection&) {}
};

class HttpConnection final : public Burial, private TcpStreamOwner {
 public:
  HttpConnection(Reactor& reactor, HttpConnectionOwner& owner, std::size_t max_body);

  // `bytes` is the whole request. Connects first when there is no open connection.
  void send(const TcpTarget& target, std::string bytes, bool head);
  void flush() { stream_.flush(); }  // at once rather than at the end of the turn
  void close();                      // no callback follows
  [[nodiscard]] bool busy() const { return pending_.has_value(); }
  [[nodiscard]] bool sent() const { return pending_ && pending_->sent; }  // the request, or a part of it
  [[nodiscard]] bool open() const { return stream_.open(); }

 private:
  struct Pending {
    std::string bytes;  // until the connection is open
    HttpReader reader;
    Time first_byte_sent{};
    bool sent{false};
    bool reused{false};
  };
  void on_open() override;
  void on_bytes(std::span<char> bytes, Time received) override;
  void on_closed(const Error& why) override;
  void transmit();
  void complete(Time received);
  void fail(const Error& why);

  TcpStream stream_;
  HttpConnectionOwner* owner_;
  std::size_t max_body_;
  std::optional<Pending> pending_;
};

// Request line, Host, the given headers, Content-Length when there is a body or the method usually has one.
[[nodiscard]] std::string format_request(std::string_view host, const HttpCall& call);

// `host:port` as a Host header wants it: port 80 is left out, IPv6 literals get brackets.
[[nodiscard]] std::string host_header(std::string_view host, std::uint16_t port);

}  // namespace plumbline::client
