// The text of a target file made from what was seen of a target. Stage: advice.
#include <fmt/format.h>

#include "advice/advice.h"

namespace plumbline::conform {
namespace {

std::int64_t ms(Duration duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

// Single quotes, doubled inside: any text is a YAML scalar this way, except for line ends, which a URL has not.
std::string yaml_text(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    out += c == '\'' ? "''" : std::string(1, c);
  }
  return out + "'";
}

constexpr Duration kUsualWindow = std::chrono::minutes{2};  // of the official server

}  // namespace

std::string target_file(const Target& target) {
  std::string text = fmt::format(
      "# What is known of one implementation; `plumbline conform --target THIS_FILE` judges it.\n"
      "schema: target/1\n"
      "target: {{name: {}}}\n"
      "endpoints: {{socketio: {{url: {}, path: {}}}}}\n",
      yaml_text(target.endpoint.authority()), yaml_text(target.endpoint.url()), yaml_text(target.endpoint.path));
  const auto window = target.timing.recovery_window;
  const bool timed = target.timing.connect_timeout.has_value();
  text += fmt::format(
      "# As its open packet says. EIO-HS-03 compares the two: write here what the server is configured with.\n"
      "timing:\n  ping_interval_ms: {}\n  ping_timeout_ms: {}\n"
      "  # How long a connection may stay without CONNECT cannot be seen from outside; SIO-CO-09 needs it.\n"
      "  {}connect_timeout_ms: {}\n"
      "  # Nor can how long a lost connection can be resumed; SIO-RE-09 and SIO-RE-14 need it.\n"
      "  {}recovery_window_ms: {}\n",
      ms(target.timing.ping_interval), ms(target.timing.ping_timeout), timed ? "" : "# ",
      timed ? ms(*target.timing.connect_timeout) : 45'000, window ? "" : "# ", ms(window.value_or(kUsualWindow)));
  text += fmt::format(
      "  # The same for a WebSocket that does not finish its upgrade: EIO-UP-12, EIO-UP-13.\n  {}upgrade_timeout_ms: "
      "{}\n",
      target.timing.upgrade_timeout ? "" : "# ", ms(target.timing.upgrade_timeout.value_or(std::chrono::seconds{10})));
  if (target.max_payload) {
    text += fmt::format("limits: {{max_payload: {}}}\n", *target.max_payload);
  }
  text += "# What was found to be there; clauses that need the others are NOT_APPLICABLE.\ncapabilities:\n";
  for (const std::string_view name : known_capabilities()) {
    text += fmt::format("  {}: {}\n", name, target.has(name));
  }
  return text;
}

}  // namespace plumbline::conform
