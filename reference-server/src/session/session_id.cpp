#include "session/session_id.h"

#include <algorithm>

#include "mutant/mutant.h"
#include "plumbline/base/random.h"

namespace plumbline::serve {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::size_t kBlock = 4096;
constexpr std::size_t kRandomCharacters = 20;  // 6 bits each

}  // namespace

void IdSource::append(char* out, std::size_t characters) {
  for (std::size_t i = 0; i < characters; ++i) {
    if (used_ == pool_.size()) {
      pool_ = secure_bytes(kBlock);
      used_ = 0;
    }
    out[i] = kAlphabet[static_cast<unsigned char>(pool_[used_++]) % kAlphabet.size()];
  }
}

SessionId IdSource::session_id(std::size_t shard) {
  SessionId id{};
  append(id.data(), kRandomCharacters);
  if (active(Mutant::sid_predictable)) {
    std::string number = std::to_string(++issued_);
    number.insert(0, kRandomCharacters - number.size(), '0');
    std::copy(number.begin(), number.end(), id.begin());
  }
  id.back() = kAlphabet[shard % kMaxShards];
  return id;
}

std::string IdSource::socket_id() {
  std::string id(kRandomCharacters, '\0');
  append(id.data(), id.size());
  return id;
}

std::optional<std::size_t> shard_of(std::string_view sid) {
  if (sid.size() != kSessionIdLength) {
    return std::nullopt;
  }
  const std::size_t index = kAlphabet.find(sid.back());
  return index == std::string_view::npos ? std::nullopt : std::optional(index);
}

}  // namespace plumbline::serve
