#include "echo/audience.h"

#include <algorithm>

#include "mutant/mutant.h"

namespace plumbline::serve {

bool reaches(const Audience& audience, std::string_view sid, const Rooms& rooms) {
  const auto inside = [&](const std::string& room) {
    return room == sid || std::find(rooms.begin(), rooms.end(), room) != rooms.end();
  };
  const bool own_only = active(Mutant::own_room_missing) && audience.to == Rooms{std::string(sid)};
  return !own_only && (audience.to.empty() || std::any_of(audience.to.begin(), audience.to.end(), inside)) &&
         std::none_of(audience.except.begin(), audience.except.end(), inside);
}

}  // namespace plumbline::serve
