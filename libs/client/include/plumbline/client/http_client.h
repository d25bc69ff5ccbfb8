// Keep-alive HTTP/1.1 client with a bounded pool of connections to one origin. Lives on its io_context's thread.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "plumbline/base/clock.h"
#include "plumbline/base/result.h"
#include "plumbline/net/http.h"

namespace plumbline::client {

struct HttpCall {
  std::string method{"GET"};
  std::string target{"/"};  // path and query
  net::Headers headers{};   // without Host and Content-Length
  std::string body{};
  Duration timeout{std::chrono::seconds{10}};
};

struct HttpAnswer {
  net::HttpResponse response;
  Time first_byte_sent;  // when the request was handed to the kernel
  Time received;         // when the last byte of the answer was read
};

// Errc tells what is known: refused = never sent, no effect; timeout and closed after the first byte = outcome unknown.
struct HttpFailure {
  Error error;
  bool sent{false};  // a byte of the request may have reached the server
};
[[noreturn]] void throw_exception_from_error(const HttpFailure& error, const boost::source_location& location);

using HttpDone = std::function<void(boost::system::result<HttpAnswer, HttpFailure>)>;

class HttpClient {
 public:
  struct Options {
    std::string host;
    std::uint16_t port{80};
    std::string source_address;
    std::size_t max_connections{512};    // further calls wait in order
    std::size_t max_waiting{100'000};    // beyond it calls fail with Errc::overflow, unsent
    std::size_t max_answer{64U << 20U};  // bytes of body; beyond it a call fails with Errc::too_large
  };
  HttpClient(boost::asio::io_context& context, Options options);
  // Calls in flight end without a callback. May be used inside a callback; the io_context must still be alive.
  ~HttpClient();

  // `done` comes once, never inside call(). Redirects are answers like any other: nothing is followed. A stale
  // keep-alive connection that was closed before any answer byte is retried once, on GET only.
  void call(HttpCall call, HttpDone done);
  [[nodiscard]] std::size_t open_connections() const;
  [[nodiscard]] std::size_t waiting() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace plumbline::client
