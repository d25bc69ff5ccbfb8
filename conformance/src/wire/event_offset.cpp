#include "wire/event_offset.h"

#include <string_view>

namespace plumbline::conform {

std::string without_offset(std::string packet) {
  constexpr std::string_view kVolatile = R"(["volatile-back")";
  const std::string_view all = packet;
  const bool binary = all.starts_with("45");
  std::size_t array = binary ? all.find('-') + 1 : 2;
  if ((!binary && !all.starts_with("42")) || array == 0 || !all.ends_with("\"]")) {
    return packet;
  }
  if (all.substr(array).starts_with('/')) {
    array = all.find(',', array) + 1;
  }
  if (array == 0 || !all.substr(array).starts_with('[') || all.substr(array).starts_with(kVolatile)) {
    return packet;
  }
  // A quote inside a text has a backslash before it, so that the last one that follows a comma begins the last text.
  const std::size_t closing = all.size() - 2;
  const std::size_t opening = all.rfind('"', closing - 1);
  const std::size_t comma = opening == 0 ? 0 : all.find_last_not_of(' ', opening - 1);
  if (opening + 1 < closing && comma > array && comma != std::string_view::npos && all[comma] == ',') {
    packet.erase(comma, closing + 1 - comma);
  }
  return packet;
}

}  // namespace plumbline::conform
