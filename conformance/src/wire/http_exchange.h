// One HTTP request with literal bytes on a connection of its own, and the answer. Stage: wire.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "wire/connection.h"

namespace plumbline::conform {

struct HttpAnswer {
  unsigned status{0};
  std::vector<std::pair<std::string, std::string>> headers;  // names lower-case
  std::string body;
  Time at;  // when the last byte was read
};

// Incremental reader of one HTTP/1.1 response: content length, chunked, or until the end of the connection.
class HttpReader {
 public:
  // An answer to HEAD has no body, whatever its headers say.
  explicit HttpReader(bool to_head = false);
  ~HttpReader();
  HttpReader(HttpReader&&) noexcept;
  HttpReader& operator=(HttpReader&&) noexcept;
  // Bytes used; what is left over belongs to whatever follows the response (WebSocket frames after a 101).
  std::size_t feed(std::string_view bytes);
  void feed_end();  // the connection ended
  [[nodiscard]] bool complete() const;
  [[nodiscard]] bool broken() const;  // not HTTP
  [[nodiscard]] HttpAnswer answer() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

class HttpExchange final : public Connection {
 public:
  enum class After { hang_up, keep };  // what happens to the connection once the answer is read

  HttpExchange(Medium& medium, const Endpoint& endpoint, WireLog& log, int number, std::string_view request,
               After after = After::hang_up);

  // Further bytes of the request, such as the rest of its body.
  void more(std::string_view bytes);
  // The next request on a kept connection; the answer before it is forgotten. Only once done() holds.
  void again(std::string_view request);

  [[nodiscard]] const HttpAnswer* answer() const { return answer_ ? &*answer_ : nullptr; }  // null: none yet
  // No answer will come any more: the connection ended without one, or spoke no HTTP.
  [[nodiscard]] bool failed() const { return failed_ || ending() == Ending::refused; }
  [[nodiscard]] const std::string& surplus() const { return surplus_; }  // of a kept connection: behind the answer
  [[nodiscard]] bool done() const { return answer_.has_value() || failed(); }

 private:
  void on_bytes(std::string_view bytes) override;
  void on_end() override;
  void settle();

  After after_;
  HttpReader reader_;
  std::optional<HttpAnswer> answer_;
  std::string surplus_;
  bool failed_{false};
};

}  // namespace plumbline::conform
