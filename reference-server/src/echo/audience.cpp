#include "echo/audience.h"

#include <algorithm>

namespace plumbline::serve {

bool reaches(const Audience& audience, std::string_view sid, const Rooms& rooms) {
  const auto inside = [&](const std::string& room) {
    return room == sid || std::find(rooms.begin(), rooms.end(), room) != rooms.end();
  };
  return (audience.to.empty() || std::any_of(audience.to.begin(), audience.to.end(), inside)) &&
         std::none_of(audience.except.begin(), audience.except.end(), inside);
}

}  // namespace plumbline::serve
