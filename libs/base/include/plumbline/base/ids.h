// Identities: strongly typed text ids, and UUID v4 (decisions.md section 2).
#pragma once

#include <compare>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace plumbline {

class Rng;

// A string that cannot be passed where another kind of id is meant.
template <class Tag>
class StrongId {
 public:
  StrongId() = default;
  explicit StrongId(std::string text) : text_(std::move(text)) {}
  explicit StrongId(std::string_view text) : text_(text) {}
  explicit StrongId(const char* text) : text_(text) {}

  [[nodiscard]] const std::string& str() const { return text_; }
  [[nodiscard]] bool empty() const { return text_.empty(); }
  auto operator<=>(const StrongId&) const = default;

 private:
  std::string text_;
};

using UserId = StrongId<struct UserIdTag>;
using ConversationId = StrongId<struct ConversationIdTag>;
using MessageId = StrongId<struct MessageIdTag>;

// Lower-case UUID v4 text from the given generator: reproducible in tests, unpredictable with a secure one.
[[nodiscard]] std::string uuid_v4(Rng& rng);

// Accepts any RFC 4122 text form in either case; does not look at the version.
[[nodiscard]] bool is_uuid(std::string_view text);

[[nodiscard]] std::string to_lower_ascii(std::string_view text);

}  // namespace plumbline

template <class Tag>
struct std::hash<plumbline::StrongId<Tag>> {
  std::size_t operator()(const plumbline::StrongId<Tag>& id) const noexcept {
    return std::hash<std::string>{}(id.str());
  }
};
