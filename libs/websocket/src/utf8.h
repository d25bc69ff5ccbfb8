// UTF-8 validation that can stop and go on: a text message may be cut anywhere, also inside one character.
#pragma once

#include <cstdint>
#include <string_view>

namespace plumbline::websocket {

class Utf8Validator {
 public:
  // False at the first byte that no valid text can contain (overlong forms, surrogates, above U+10FFFF).
  [[nodiscard]] bool feed(std::string_view bytes);
  // Whether the bytes so far end at a character boundary.
  [[nodiscard]] bool complete() const { return missing_ == 0; }

 private:
  [[nodiscard]] bool begin(unsigned char byte);

  std::uint8_t missing_{0};  // continuation bytes still expected
  std::uint8_t low_{0x80};   // bounds of the next one: narrower right after some lead bytes
  std::uint8_t high_{0xBF};
};

}  // namespace plumbline::websocket
