#include "target/descriptor.h"

#include <fmt/format.h>

#include <algorithm>

#include "catalogue/strict_map.h"
#include "subject_client/program.h"

namespace plumbline::conform {
namespace {

constexpr std::uint64_t kOneHour = 3'600'000;

void read_endpoints(Complaints& complaints, const YAML::Node& node, Target& target) {
  StrictMap endpoints(complaints, node, "endpoints");
  StrictMap socketio(complaints, endpoints.get("socketio"), "endpoints.socketio");
  const std::string url = socketio.text("url");
  const std::string path = socketio.text("path", false);
  const std::vector<std::string> nodes = socketio.texts("nodes");
  for (const std::string_view later : {"namespace", "auth"}) {
    (void)socketio.get(later);
  }
  socketio.done();
  for (const std::string_view later : {"rest", "kafka"}) {
    (void)endpoints.get(later);
  }
  endpoints.done();
  if (url.empty()) {
    return;
  }
  auto endpoint = parse_endpoint(url);
  if (!endpoint) {
    complaints.add(socketio.mark(), endpoint.error());
    return;
  }
  target.endpoint = *endpoint;
  if (!path.empty()) {
    target.endpoint.path = path;
  }
  for (const std::string& each : nodes) {
    auto further = parse_endpoint(each);
    if (!further) {
      complaints.add(socketio.mark(), further.error());
      return;
    }
    further->path = target.endpoint.path;
    target.nodes.push_back(*further);
  }
}

void read_timing(Complaints& complaints, const YAML::Node& node, Target& target) {
  StrictMap timing(complaints, node, "timing");
  const auto interval = timing.number("ping_interval_ms", 1, kOneHour);
  const auto timeout = timing.number("ping_timeout_ms", 1, kOneHour);
  if (const auto connect = timing.number("connect_timeout_ms", 1, kOneHour)) {
    target.timing.connect_timeout = std::chrono::milliseconds{*connect};
  }
  if (const auto upgrade = timing.number("upgrade_timeout_ms", 1, kOneHour)) {
    target.timing.upgrade_timeout = std::chrono::milliseconds{*upgrade};
  }
  if (const auto window = timing.number("recovery_window_ms", 1, kOneHour)) {
    target.timing.recovery_window = std::chrono::milliseconds{*window};
  }
  if (const auto head = timing.number("head_timeout_ms", 1, kOneHour)) {
    target.timing.head_timeout = std::chrono::milliseconds{*head};
  }
  if (const auto grace = timing.number("grace_ms", 1, kOneHour)) {
    target.timing.grace = std::chrono::milliseconds{*grace};
  }
  for (const std::string_view later : {"typing_ttl_ms", "live_delivery_p99_ms", "cache_staleness_ms"}) {
    (void)timing.get(later);
  }
  timing.done();
  if (interval && timeout) {
    target.timing.ping_interval = std::chrono::milliseconds{*interval};
    target.timing.ping_timeout = std::chrono::milliseconds{*timeout};
    target.timing_declared = true;
  }
}

Control read_control(Complaints& complaints, const YAML::Node& node) {
  StrictMap map(complaints, node, "control");
  Control control;
  if (map.has("backplane")) {
    StrictMap backplane(complaints, map.get("backplane"), "control.backplane");
    control.stop_backplane = backplane.text("stop");
    control.start_backplane = backplane.text("start");
    backplane.done();
  }
  control.stop = map.text("stop", false);
  control.start = map.text("start", control.stop_backplane.empty() || !control.stop.empty());
  for (const std::string_view later : {"ready", "kill", "pause", "resume", "net", "logs", "clock"}) {
    (void)map.get(later);
  }
  map.done();
  return control;
}

void read_capabilities(Complaints& complaints, const YAML::Node& node, Target& target) {
  StrictMap map(complaints, node, "capabilities");
  for (const std::string_view name : known_capabilities()) {
    const YAML::Node value = map.get(name);
    bool yes = true;
    if (!value.IsDefined()) {
      continue;
    }
    if (value.IsScalar() && YAML::convert<bool>::decode(value, yes)) {
      target.capabilities[std::string(name)] = yes;
    } else {
      complaints.add(value.Mark(), fmt::format("'{}' must be true or false", name));
    }
  }
  map.done();
}

}  // namespace

namespace {

void read_client(Complaints& complaints, const YAML::Node& node, Target& target) {
  StrictMap client(complaints, node, "client");
  const std::string command = client.text("command");
  client.done();
  target.client_command = split_command(command);
  if (target.client_command.empty() && !command.empty()) {
    complaints.add(client.mark(), "the command of the client has a quote without an end");
  }
  target.capabilities["client"] = true;
  target.timing.ping_interval = std::chrono::milliseconds{300};  // what the suite's server will announce
  target.timing.ping_timeout = std::chrono::milliseconds{200};
  target.timing_declared = true;
}

}  // namespace

ReadTarget read_descriptor(const std::string& file, const std::string& text) {
  ReadTarget read;
  read.target.configuration = text;
  Complaints complaints(file);
  const YAML::Node root = load_yaml(complaints, text);
  if (complaints.empty()) {
    StrictMap map(complaints, root, "the target file");
    const std::string schema = map.text("schema");
    if (map.ok() && !schema.empty() && schema != "target/1") {
      complaints.add(map.get("schema").Mark(), fmt::format("unknown schema '{}'; this version reads target/1", schema));
    }
    StrictMap about(complaints, map.get("target"), "target");
    read.target.name = about.text("name");
    for (const std::string_view key : {"version", "build", "vendor", "source"}) {
      (void)about.get(key);
    }
    about.done();
    if (map.has("client")) {
      read_client(complaints, map.get("client"), read.target);
    } else {
      read_endpoints(complaints, map.get("endpoints"), read.target);
    }
    if (map.has("timing")) {
      read_timing(complaints, map.get("timing"), read.target);
    }
    if (map.has("limits")) {
      StrictMap limits(complaints, map.get("limits"), "limits");
      read.target.max_payload = limits.number("max_payload", 1, std::uint64_t{1} << 40U);
      for (const std::string_view later : {"content_chars", "page_max", "rate"}) {
        (void)limits.get(later);
      }
      limits.done();
    }
    if (map.has("capabilities")) {
      read_capabilities(complaints, map.get("capabilities"), read.target);
    }
    if (map.has("control")) {
      read.control = read_control(complaints, map.get("control"));
    }
    const auto stoppable = read.target.capabilities.find("control.backplane");
    if (stoppable != read.target.capabilities.end() && stoppable->second && read.control.stop_backplane.empty()) {
      complaints.add(map.mark(),
                     "the capability control.backplane needs control: {backplane: {stop: ..., start: ...}}");
    }
    if (map.has("process")) {
      StrictMap process(complaints, map.get("process"), "process");
      read.pid_file = process.text("pid_file");
      process.done();
    }
    read.expectations = map.text("expectations", false);
    // Known keys of profiles that the core profile does not read.
    for (const std::string_view later : {"users", "adapter", "testapp"}) {
      (void)map.get(later);
    }
    map.done();
  }
  read.errors = complaints.all();
  return read;
}

}  // namespace plumbline::conform
