// Whom an emit of the fixture is for: rooms, and rooms that are left out. No I/O.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace plumbline::serve {

using Rooms = std::vector<std::string>;  // joined by hand; the room of the own sid comes on top

struct Audience {
  std::string nsp;
  Rooms to;      // their union; empty: the whole namespace
  Rooms except;  // members of any of these are left out
};

// For a socket of the audience's namespace.
[[nodiscard]] bool reaches(const Audience& audience, std::string_view sid, const Rooms& rooms);

}  // namespace plumbline::serve
