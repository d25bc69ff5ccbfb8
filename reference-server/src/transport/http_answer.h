// How an answer looks on the wire: status line, CORS, security headers, gzip. Stage: transport.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "plumbline/net/http.h"

namespace plumbline::serve {

// Which origins a browser may call us from. `*` allows all, without credentials; a list allows its members, with them.
struct CorsPolicy {
  std::vector<std::string> origins{"*"};

  [[nodiscard]] bool any() const { return origins.size() == 1 && origins.front() == "*"; }
  [[nodiscard]] bool allows(std::string_view origin) const;
};

// What the answer must know about its request, kept while the request itself is with the application.
struct AnswerContext {
  std::string origin;
  std::string request_id;
  bool head{false};
  bool gzip{false};
  bool keep_alive{true};
  bool http_1_0{false};
};

void append_answer(std::string& out, const AnswerContext& context, const CorsPolicy& cors, std::string_view date,
                   const net::HttpResponse& response);

// The answer to a CORS preflight.
[[nodiscard]] net::HttpResponse preflight_answer(const net::HttpRequest& request);

[[nodiscard]] std::string_view reason_phrase(unsigned status);
[[nodiscard]] std::string gzip(std::string_view body);
// "Sat, 21 Nov 2026 08:00:00 GMT"
[[nodiscard]] std::string http_date(std::int64_t unix_seconds);

}  // namespace plumbline::serve
