#include "rest/route.h"

#include <array>

namespace plumbline::serve {
namespace {

bool matches(const Route& route, std::string_view path) {
  const std::size_t open = route.path.find('{');
  if (open == std::string_view::npos) {
    return path == route.path;
  }
  return path.size() > open && path.starts_with(route.path.substr(0, open)) &&
         path.find('/', open) == std::string_view::npos;
}

}  // namespace

std::span<const Area> rest_areas() {
  static const std::array areas{message_area(), friend_area(), account_area(), description_area()};
  return areas;
}

const Route* find_route(std::string_view method, std::string_view path) {
  for (const Area& area : rest_areas()) {
    for (const Route& route : area.routes) {
      if (route.method == method && matches(route, path)) {
        return &route;
      }
    }
  }
  return nullptr;
}

std::string allowed_methods(std::string_view path) {
  std::string allowed;
  for (const Area& area : rest_areas()) {
    for (const Route& route : area.routes) {
      if (matches(route, path)) {
        allowed += allowed.empty() ? "" : ", ";
        allowed += route.method == "GET" ? "GET, HEAD" : route.method;
      }
    }
  }
  return allowed;
}

}  // namespace plumbline::serve
