// Validates the JSON text of a packet without building it: its outer shape and the first element are all we need.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "plumbline/base/result.h"

namespace plumbline::socketio {

enum class JsonKind : std::uint8_t { none, object, array, string, number, boolean, null };

struct JsonShape {
  JsonKind kind{JsonKind::none};   // of the whole text
  JsonKind first{JsonKind::none};  // of an array's first element; none when the array is empty
  std::string first_text;          // unescaped, when the first element is a string; cut after kFirstTextKept bytes
};

// Longer than any reserved event name, so that a cut text is never mistaken for one; fits into a string that allocates
// nothing.
inline constexpr std::size_t kFirstTextKept = 15;

// One complete JSON text and nothing behind it but white space.
[[nodiscard]] Result<JsonShape> check_json(std::string_view text, std::uint32_t max_depth);

// Whether every `{"_placeholder":true,"num":n}` in valid JSON names one of `count` attachments.
[[nodiscard]] bool placeholders_fit(std::string_view text, std::uint32_t max_depth, std::uint32_t count);

}  // namespace plumbline::socketio
