#include "cases/watching.h"

#include <fmt/format.h>

#include <boost/json/array.hpp>

namespace plumbline::conform {

namespace json = boost::json;

std::string nsp_prefix(std::string_view nsp) {
  return nsp.empty() ? "" : fmt::format("{},", nsp);
}

Stop watch(Context& c, WebSocket& ws, std::string_view nsp) {
  return acknowledged(c, ws, nsp, R"(["watch"])");
}

Stop acknowledged(Context& c, WebSocket& ws, std::string_view nsp, std::string_view event) {
  ws.text(fmt::format("42{}8{}", nsp_prefix(nsp), event));
  if (!await(c, ws, fmt::format("43{}8[", nsp_prefix(nsp)), c.answer_bound())) {
    return unmet("SIO-AK-01", fmt::format("the fixture acknowledges `{}`", event), heard(ws, 2));
  }
  return std::nullopt;
}

std::string sid_in(const WebSocket& ws, std::string_view nsp) {
  const std::string beginning = "40" + nsp_prefix(nsp) + "{";
  for (const WsMessage& message : ws.messages()) {
    if (message.payload.starts_with(beginning)) {
      const auto value = parse_json(std::string_view(message.payload).substr(beginning.size() - 1));
      const json::value* sid = value && value->is_object() ? value->get_object().if_contains("sid") : nullptr;
      return sid != nullptr && sid->is_string() ? std::string(sid->get_string()) : std::string{};
    }
  }
  return {};
}

std::vector<ToldEnd> told_of(const WebSocket& watcher, std::string_view nsp, const std::string& sid) {
  const std::string beginning = "42" + nsp_prefix(nsp) + "[";
  std::vector<ToldEnd> all;
  for (const WsMessage& message : watcher.messages()) {
    if (!message.payload.starts_with(beginning) || message.payload.find(sid) == std::string::npos) {
      continue;
    }
    const auto event = parse_json(std::string_view(message.payload).substr(beginning.size() - 1));
    const json::array* fields = event ? event->if_array() : nullptr;
    if (fields != nullptr && fields->size() >= 2 && (*fields)[0] == "disconnected" &&
        (*fields)[1] == json::value(sid)) {
      const bool says = fields->size() > 2 && (*fields)[2].is_string();
      all.push_back({message.at, says ? std::string((*fields)[2].get_string()) : ""});
    }
  }
  return all;
}

Finding unseen() {
  return unclear("the process of the target cannot be seen: its target file names none that runs");
}

std::string mib(std::uint64_t bytes) {
  return fmt::format("{:.1f} MiB", static_cast<double>(bytes) / (1024.0 * 1024.0));
}

}  // namespace plumbline::conform
