// The shapes of every REST answer (decisions.md section 3). Stage: gateway.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "plumbline/base/result.h"
#include "plumbline/net/http.h"

namespace plumbline::serve {

struct FieldFault {
  std::string path;  // of the field, e.g. "receiverId"
  std::string message;
};

[[nodiscard]] net::HttpResponse json_answer(unsigned status, std::string body);

// `{error, code, message, details}`.
[[nodiscard]] net::HttpResponse error_answer(unsigned status, std::string_view code, std::string_view message,
                                             const std::vector<FieldFault>& details = {});
[[nodiscard]] net::HttpResponse unauthorized_answer(std::string_view code);
// 503 with Retry-After and `accepted: false`: it had no effect and will have none (failover.md d.3).
[[nodiscard]] net::HttpResponse unavailable_answer(std::string_view message);
// 504: it may or may not happen; whoever asks again with the same client id learns which (DUR-2).
[[nodiscard]] net::HttpResponse unknown_answer(std::string_view message);
// 429 with Retry-After, in seconds.
[[nodiscard]] net::HttpResponse too_many_answer(std::string_view message, std::uint32_t retry_after);
// What a failed operation of the core becomes; never a 500.
[[nodiscard]] net::HttpResponse failure_answer(const Error& error);

}  // namespace plumbline::serve
