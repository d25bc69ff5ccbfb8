// A message id in 17 bytes: UUIDs and short ids come back as text, longer ones only compare.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace plumbline::checker {

class MessageKey {
 public:
  MessageKey() = default;
  explicit MessageKey(std::string_view id);

  [[nodiscard]] bool empty() const { return kind_ == 0; }
  [[nodiscard]] std::string text() const;  // empty for ids that are neither UUIDs nor at most 16 bytes long
  bool operator==(const MessageKey&) const = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};
  std::uint8_t kind_{0};  // 0 none, 1 UUID, 2 hash of a long id, 3 + length of a short one
};

}  // namespace plumbline::checker
