#include "cases/cluster/several.h"

#include <fmt/format.h>

#include "cases/watching.h"

namespace plumbline::conform {

Stop needs_nodes(const Context& c) {
  if (c.target.nodes.empty()) {
    return not_applicable("the URL of a second node: endpoints.socketio.nodes");
  }
  return std::nullopt;
}

Stop join_at(Context& c, std::size_t node, std::string_view nsp, Member& member) {
  Guest guest;
  member.nsp = c.target.has("testapp.dynamic") ? nsp : "";
  c.wire.to_node(node);
  Stop stop = open_guest(c, guest, {member.nsp});
  c.wire.to_node(kHere);
  if (!stop) {
    member.ws = guest.ws;
    member.sid = guest.sids[0];
  }
  return stop;
}

Stop change_rooms_of(Context& c, const Member& member, std::string_view verb, std::string_view room) {
  return acknowledged(c, *member.ws, member.nsp, fmt::format(R"(["{}","{}"])", verb, room));
}

void send_room(const Member& sender, std::string_view options, std::string_view word) {
  sender.say(fmt::format(R"(["room",{},"{}"])", options, word));
}

std::string to_room(std::string_view room) {
  return fmt::format(R"({{"to":"{}"}})", room);
}

}  // namespace plumbline::conform
