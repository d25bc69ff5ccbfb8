// How an answer looks on the wire: status line, CORS, security headers, compression. Stage: transport.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "plumbline/net/http.h"

namespace plumbline::serve {

// Which origins a browser may call us from. `*` allows all, without credentials; a list allows its members, with them.
struct CorsPolicy {
  std::vector<std::string> origins{"*"};

  [[nodiscard]] bool off() const { return origins.empty(); }  // no CORS headers at all
  [[nodiscard]] bool any() const { return origins.size() == 1 && origins.front() == "*"; }
  [[nodiscard]] bool allows(std::string_view origin) const;
};

// What a client can decode of what we can encode.
enum class Coding : std::uint8_t { identity, gzip, deflate };

// What the answer must know about its request, kept while the request itself is with the application.
struct AnswerContext {
  std::string origin;
  std::string request_id;
  bool head{false};
  Coding coding{Coding::identity};
  std::size_t compress_from{1024};  // bodies above it are compressed
  bool keep_alive{true};
  bool http_1_0{false};
};

void append_answer(std::string& out, const AnswerContext& context, const CorsPolicy& cors, std::string_view date,
                   const net::HttpResponse& response);

// The answer to a CORS preflight.
[[nodiscard]] net::HttpResponse preflight_answer(const net::HttpRequest& request);

[[nodiscard]] std::string_view reason_phrase(unsigned status);
// RFC 9110 8.4.1: `deflate` is the zlib format. Empty for identity.
[[nodiscard]] std::string compressed(std::string_view body, Coding coding);
// "Sat, 21 Nov 2026 08:00:00 GMT"
[[nodiscard]] std::string http_date(std::int64_t unix_seconds);

}  // namespace plumbline::serve
