// Steps of cases that look at two nodes of one target. Stage: cases.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>

#include "cases/application.h"

namespace plumbline::conform {

inline constexpr std::size_t kHere = 0;
inline constexpr std::size_t kThere = 1;

[[nodiscard]] Stop needs_nodes(const Context& c);

// A client in one namespace on one node. Each case has a namespace of its own where the fixture has such, so that cases
// do not meet: what one does reaches the other node.
struct Member {
  WebSocket* ws{nullptr};
  std::string_view nsp;  // empty: the main one
  std::string sid{};

  void say(std::string_view array) const { ws->text(event_in(nsp, array)); }
};
[[nodiscard]] Stop join_at(Context& c, std::size_t node, std::string_view nsp, Member& member);
// `join` or `leave`; acknowledged.
[[nodiscard]] Stop change_rooms_of(Context& c, const Member& member, std::string_view verb, std::string_view room);
// `room` with these options, such as `{"to":"red"}`, and one word.
void send_room(const Member& sender, std::string_view options, std::string_view word);
[[nodiscard]] std::string to_room(std::string_view room);  // such options

}  // namespace plumbline::conform
