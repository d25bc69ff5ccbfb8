// Ids of the chat core as 16 bytes: no heap, one-instruction compare. Text only at the edge. Stage: service.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "plumbline/base/random.h"

namespace plumbline::serve {

struct Uuid {
  std::uint64_t high{0};
  std::uint64_t low{0};

  auto operator<=>(const Uuid&) const = default;  // the same order as that of the lower-case text
  [[nodiscard]] bool is_nil() const { return high == 0 && low == 0; }
  [[nodiscard]] std::string text() const;  // lower case, 36 characters
  void append_to(std::string& out) const;

  // The canonical 8-4-4-4-12 form in either case; the nil UUID is refused, it means "nobody" here.
  [[nodiscard]] static std::optional<Uuid> parse(std::string_view text);
  [[nodiscard]] static Uuid random(Rng& rng);  // version 4
  // Version 5: always the same one for this name in this space (RFC 4122 section 4.3).
  [[nodiscard]] static Uuid named(Uuid space, std::string_view name);
};

// A direct conversation is the sorted pair of its members, a group one id (decisions.md section 2).
struct ConversationKey {
  Uuid first;
  Uuid second;  // nil for a group

  auto operator<=>(const ConversationKey&) const = default;
  [[nodiscard]] bool direct() const { return !second.is_nil(); }
  [[nodiscard]] bool names(Uuid user) const { return direct() && (first == user || second == user); }
  [[nodiscard]] Uuid other(Uuid user) const { return first == user ? second : first; }  // of a direct pair
  [[nodiscard]] std::string text() const;                                               // `min_max`, or the group's id
  void append_to(std::string& out) const;

  [[nodiscard]] static ConversationKey pair(Uuid a, Uuid b) {
    return a < b ? ConversationKey{a, b} : ConversationKey{b, a};
  }
  // A pair in the wrong order is no id of anything.
  [[nodiscard]] static std::optional<ConversationKey> parse(std::string_view text);
  // The same, but a pair in the wrong order names the conversation of those two.
  [[nodiscard]] static std::optional<ConversationKey> parse_any_order(std::string_view text);
};

}  // namespace plumbline::serve

template <>
struct std::hash<plumbline::serve::Uuid> {
  std::size_t operator()(const plumbline::serve::Uuid& id) const noexcept {
    return plumbline::mix64(id.high ^ plumbline::mix64(id.low));
  }
};

template <>
struct std::hash<plumbline::serve::ConversationKey> {
  std::size_t operator()(const plumbline::serve::ConversationKey& key) const noexcept {
    const std::hash<plumbline::serve::Uuid> part;
    return plumbline::mix64(part(key.first) + 3 * part(key.second));
  }
};
