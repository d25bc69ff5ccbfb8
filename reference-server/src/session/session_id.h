// Engine.IO session ids: 120 unpredictable bits and, as the last character, the shard that owns the session.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace plumbline::serve {

inline constexpr std::size_t kSessionIdLength = 21;
inline constexpr std::size_t kMaxShards = 64;  // one base64url character
using SessionId = std::array<char, kSessionIdLength>;

// Draws from the operating system in blocks. One per shard.
class IdSource {
 public:
  [[nodiscard]] SessionId session_id(std::size_t shard);
  [[nodiscard]] std::string socket_id();  // 20 characters, 120 bits

 private:
  void append(char* out, std::size_t characters);
  std::string pool_;
  std::size_t used_{0};
  std::size_t issued_{0};  // counted only by a deliberate fault
};

// Which shard issued this id; nullopt when it cannot be one of ours.
[[nodiscard]] std::optional<std::size_t> shard_of(std::string_view sid);

}  // namespace plumbline::serve
