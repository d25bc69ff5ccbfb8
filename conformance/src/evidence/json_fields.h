// Fields of JSON that anybody may have written. Stage: evidence.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace plumbline::conform {

// A day in nanoseconds: longer than any take, far from any overflow.
inline constexpr std::int64_t kLongestSpan = 86'400'000'000'000;

// Nothing: absent, or not a text.
[[nodiscard]] std::optional<std::string> text_in(const boost::json::object& fields, std::string_view key);
// Nothing: absent, not a whole number, or outside [least, most].
[[nodiscard]] std::optional<std::int64_t> whole_in(const boost::json::object& fields, std::string_view key,
                                                   std::int64_t least, std::int64_t most);
[[nodiscard]] bool flag_in(const boost::json::object& fields, std::string_view key);  // false: absent, too

}  // namespace plumbline::conform
