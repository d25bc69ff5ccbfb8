// The table of REST routes: path, method, rules, handler and description of each, in one place. Stage: gateway.
#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "backplane/rate_limiter.h"
#include "rest/described.h"
#include "rest/rest.h"

namespace plumbline::serve {

enum class Access : std::uint8_t { open, token };
enum class Body : std::uint8_t { none, optional, fields };
enum class Repeat : std::uint8_t { any, once };  // once: the handler answers repetitions of a client id, see once()

struct Route {
  std::string_view method;
  std::string_view path;  // may end with one `{name}`, which takes one segment
  Access access;
  Body body;
  Repeat repeat;
  std::optional<RateBucket> bucket;  // counted before the handler runs
  Handler handler;
  Described described;
};

// The routes of one area and the schemas they name: the text of a JSON object, name to JSON Schema.
struct Area {
  std::string_view tag;
  std::span<const Route> routes;
  std::string_view schemas;
};

[[nodiscard]] constexpr bool complete(const Route& route) {
  return complete(route.described) && (route.body == Body::none) == route.described.body.empty() &&
         (route.path.find('{') == std::string_view::npos || !route.described.parameters.empty());
}
[[nodiscard]] constexpr bool complete(std::span<const Route> routes) {
  return std::all_of(routes.begin(), routes.end(), [](const Route& route) { return complete(route); });
}

[[nodiscard]] Area message_area();
[[nodiscard]] Area friend_area();
[[nodiscard]] Area account_area();
[[nodiscard]] Area description_area();  // the document itself

[[nodiscard]] std::span<const Area> rest_areas();

// Null when there is none.
[[nodiscard]] const Route* find_route(std::string_view method, std::string_view path);
// `GET, HEAD`; empty when nothing is at this path.
[[nodiscard]] std::string allowed_methods(std::string_view path);

}  // namespace plumbline::serve
