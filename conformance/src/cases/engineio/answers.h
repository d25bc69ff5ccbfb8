// One request of the Engine.IO path and what its answer says, for cases about statuses, codes and headers. Stage:
// cases.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cases/session.h"

namespace plumbline::conform {

// Sends it and waits for the answer. Header lines are literal, each ends in CRLF.
HttpExchange& ask(Context& c, std::string_view method, std::string_view query, std::string_view headers = {},
                  std::string_view body = {});

[[nodiscard]] HttpAnswer answer_of(const HttpExchange& request);  // no answer is one of status 0
[[nodiscard]] bool is_open(const HttpExchange& request);          // 200 with an open packet
[[nodiscard]] bool is_4xx(const HttpExchange& request);
[[nodiscard]] std::int64_t code_of(const HttpExchange& request);  // of {"code":n,...}, or -1

// The value of a header, by its lower-case name; several of them with commas between, nothing when there is none.
[[nodiscard]] std::string header_of(const HttpAnswer& answer, std::string_view name);
[[nodiscard]] std::size_t count_of(const HttpAnswer& answer, std::string_view name);
// Is it one of the values of a list with commas, whatever its case?
[[nodiscard]] bool lists(std::string_view values, std::string_view one);

}  // namespace plumbline::conform
