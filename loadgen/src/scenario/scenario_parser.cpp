#include "scenario/scenario_parser.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "scenario/sections.h"
#include "scenario/units.h"
#include "scenario/yaml_reader.h"

namespace plumbline::load {
namespace {

void must_add_up(Complaints& complaints, const YAML::Node& node, const std::string& what, double total) {
  if (std::abs(total - 1) > 1e-6) {
    complaints.add(node.Mark(),
                   "the shares in " + what + " add up to " + std::to_string(std::lround(total * 100)) + "%, not 100%");
  }
}

void read_devices(MapReader& users, Users& into) {
  const YAML::Node node = users.get("devices");
  if (!node.IsDefined()) {
    return;
  }
  if (!node.IsMap()) {
    users.complaints().add(node.Mark(),
                           "'devices' must map a number of devices to a share of users, e.g. {1: 80%, 2: 20%}");
    return;
  }
  into.devices.clear();
  double total = 0;
  for (const auto& entry : node) {
    const std::uint64_t count = entry.first.IsScalar() ? parse_count(entry.first.Scalar()).value_or(0) : 0;
    const double share = entry.second.IsScalar() ? parse_percent(entry.second.Scalar()).value_or(-1) : -1;
    if (count < 1 || count > 16 || share < 0) {
      users.complaints().add(entry.first.Mark(), "'devices' takes entries such as `2: 20%`, with 1 to 16 devices");
      return;
    }
    into.devices[static_cast<std::uint32_t>(count)] += share;
    total += share;
  }
  must_add_up(users.complaints(), node, "'devices'", total);
}

void read_users(Complaints& complaints, const YAML::Node& node, Scenario& into) {
  MapReader users{complaints, node, "'users'"};
  if (!users.ok()) {
    return;
  }
  if (!users.has("count")) {
    into.defaults.push_back("users.count: " + std::to_string(into.users.count));
  }
  users.count("count", into.users.count, 1, 1'000'000);
  read_devices(users, into.users);
  bool registers = false;
  users.flag("register", registers);
  if (registers) {
    complaints.add(users.mark(),
                   "'register: true' arrives with a later version; users are provisioned by signed tokens");
  }
  users.later({"client"});
  users.done();
}

void read_topology(Complaints& complaints, const YAML::Node& node, Scenario& into) {
  MapReader topology{complaints, node, "'topology'"};
  if (!topology.ok()) {
    return;
  }
  if (const YAML::Node inner = topology.get("conversations"); inner.IsDefined()) {
    MapReader kinds{complaints, inner, "'conversations'"};
    double direct = 0;
    double group = 0;
    kinds.percent("direct", direct);
    kinds.percent("group", group);
    kinds.done();
    must_add_up(complaints, inner, "'conversations'", direct + group);
    into.topology.direct = direct;
  } else {
    into.defaults.emplace_back("topology.conversations: {direct: 100%}");
  }
  if (const YAML::Node inner = topology.get("group_size"); inner.IsDefined()) {
    read_distribution(complaints, inner, "'group_size'", Measure::members, into.topology.group_size);
  } else if (into.topology.direct < 1) {
    into.defaults.emplace_back("topology.group_size: {uniform: {min: 3, max: 10}}");
  }
  if (const YAML::Node inner = topology.get("per_user"); inner.IsDefined()) {
    const auto word = scalar(complaints, inner, "'per_user'");
    const auto value = word ? parse_number(*word) : std::nullopt;
    if (word && (!value || *value <= 0 || *value > 100)) {
      complaints.add(inner.Mark(), "'per_user' must be a number above 0 and at most 100, not '" + *word + "'");
    }
    into.topology.per_user = value.value_or(1);
  } else {
    into.defaults.emplace_back("topology.per_user: 1");
  }
  topology.done();
}

// What a scenario leaves open is decided here, and said by --plan.
void add_defaults(MapReader& root, Scenario& into) {
  if (!root.has("seed")) {
    into.defaults.emplace_back("seed: 1");
  }
  if (!root.has("users")) {
    into.defaults.push_back("users: {count: " + std::to_string(into.users.count) + ", devices: {1: 100%}}");
  }
  if (!root.has("arrivals")) {
    into.defaults.emplace_back("arrivals: constant");
  }
  if (!root.has("mix")) {
    const bool echo = into.target.app == "echo";
    into.mix.shares[echo ? OpKind::ack : OpKind::send] = 1;
    into.defaults.push_back(std::string("mix: {") + (echo ? "ack" : "send") + ": {share: 100%, size: 120B}}");
  }
  const bool ramps = !into.phases.empty() && into.phases.front().kind == Phase::Kind::ramp;
  if (!ramps) {
    Phase connect;
    connect.name = connect.origin = "connect";
    connect.kind = Phase::Kind::ramp;
    connect.measure = false;
    connect.users = into.users.count;
    connect.length = std::chrono::milliseconds{into.users.count};  // 1,000 users a second
    into.phases.insert(into.phases.begin(), connect);
    into.defaults.push_back("phases: a first phase {name: connect, ramp: {users: " + std::to_string(into.users.count) +
                            ", over: " + std::to_string(into.users.count) + "ms}}");
  }
}

void check_app(Complaints& complaints, const MapReader& root, const Scenario& scenario) {
  for (const auto& [kind, share] : scenario.mix.shares) {
    const bool echo_op = kind == OpKind::ack || kind == OpKind::reconnect;
    if (scenario.target.kind == Target::Kind::embedded && scenario.target.app == "echo" && !echo_op && share > 0) {
      complaints.add(root.mark(), "the echo application knows only 'ack' and 'reconnect', not '" +
                                      std::string(to_string(kind)) + "'");
    }
  }
  const bool chat = scenario.target.kind != Target::Kind::embedded || scenario.target.app == "chat";
  for (const auto& [kind, share] : scenario.mix.shares) {
    const bool alone = kind == OpKind::presence || kind == OpKind::reconnect || kind == OpKind::ack;
    if (chat && !alone && share > 0 && scenario.users.count < 2) {
      complaints.add(root.mark(), "'" + std::string(to_string(kind)) +
                                      "' needs somebody to talk to: 'users.count' must be at least 2");
    }
  }
  const auto ack = scenario.mix.shares.find(OpKind::ack);
  if (ack != scenario.mix.shares.end() && ack->second > 0 && ack->second < 1 - 1e-6 &&
      scenario.mix.shares.count(OpKind::send) != 0) {
    complaints.add(root.mark(), "'ack' (echo application) and 'send' (chat application) cannot be in one mix");
  }
}

void read_head(MapReader& root, Scenario& into) {
  Complaints& complaints = root.complaints();
  std::string schema;
  root.text("schema", schema);
  if (schema != "scenario/1") {
    complaints.add(root.mark(), "a scenario begins with `schema: scenario/1`");
  }
  root.text("name", into.name);
  const auto usable = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_';
  };
  if (into.name.empty() || !std::all_of(into.name.begin(), into.name.end(), usable)) {
    const YAML::Node name = root.get("name");
    complaints.add(name.IsDefined() ? name.Mark() : root.mark(),
                   "a scenario needs a 'name' of letters, digits, - and _");
  }
  root.text("question", into.question);
  if (const YAML::Node seed = root.get("seed"); seed.IsDefined()) {
    const auto word = scalar(complaints, seed, "'seed'");
    const auto value = word ? parse_count(*word) : std::nullopt;
    if (word && !value) {
      complaints.add(seed.Mark(), "'seed' must be a whole number, not '" + *word + "'");
    }
    into.seed = value.value_or(1);
  }
}

void read_arrivals(MapReader& root, Scenario& into) {
  const YAML::Node arrivals = root.get("arrivals");
  if (!arrivals.IsDefined()) {
    return;
  }
  const std::string word = arrivals.IsScalar() ? arrivals.Scalar() : "";
  if (word != "constant" && word != "poisson") {
    root.complaints().add(arrivals.Mark(), "'arrivals' must be constant or poisson, not '" + word + "'");
  }
  into.arrivals = word == "poisson" ? Arrivals::poisson : Arrivals::constant;
}

void read_sections(MapReader& root, const std::string& dir, Scenario& into) {
  Complaints& complaints = root.complaints();
  if (const YAML::Node target = root.get("target"); target.IsDefined()) {
    read_target(complaints, target, dir, into.target);
  }
  if (const YAML::Node users = root.get("users"); users.IsDefined()) {
    read_users(complaints, users, into);
  }
  if (const YAML::Node topology = root.get("topology"); topology.IsDefined()) {
    read_topology(complaints, topology, into);
  } else {
    into.defaults.emplace_back("topology: {conversations: {direct: 100%}, per_user: 1}");
  }
  if (const YAML::Node phases = root.get("phases"); phases.IsDefined()) {
    read_phases(complaints, phases, into);
  } else {
    complaints.add_if_alone(root.mark(), "a scenario needs 'phases'");
  }
  if (const YAML::Node mix = root.get("mix"); mix.IsDefined()) {
    read_mix(complaints, mix, into.mix);
  }
  read_arrivals(root, into);
  if (const YAML::Node faults = root.get("faults"); faults.IsDefined()) {
    read_faults(complaints, faults, into.phases, into.faults);
  }
  if (const YAML::Node gates = root.get("gates"); gates.IsDefined()) {
    read_gates(complaints, gates, into.phases, into.gates);
  }
}

void read_root(Complaints& complaints, const YAML::Node& node, const std::string& dir, Scenario& into) {
  MapReader root{complaints, node, "the scenario"};
  if (!root.ok()) {
    return;
  }
  read_head(root, into);
  read_sections(root, dir, into);
  root.later({"journeys", "measures"});
  if (complaints.empty()) {
    add_defaults(root, into);
    check_app(complaints, root, into);
  }
  root.done();
}

}  // namespace

ParsedScenario parse_scenario(std::string_view text, const std::string& file) {
  ParsedScenario parsed;
  parsed.scenario.file = file;
  parsed.scenario.text = std::string(text);
  Complaints complaints{file};
  try {
    const std::string dir = std::filesystem::path(file).parent_path().string();
    const std::vector<YAML::Node> documents = YAML::LoadAll(parsed.scenario.text);
    if (documents.size() > 1) {
      complaints.add(documents[1].Mark(), "a scenario file holds one document; this is the second");
    }
    read_root(complaints, documents.empty() ? YAML::Node{} : documents.front(), dir.empty() ? "." : dir,
              parsed.scenario);
  } catch (const YAML::Exception& e) {
    complaints.add(e.mark, "not YAML: " + e.msg);
  }
  parsed.errors = complaints.all();
  return parsed;
}

ParsedScenario load_scenario(const std::string& file) {
  std::ifstream in{file, std::ios::binary};
  std::error_code ignored;
  if (!in || std::filesystem::is_directory(file, ignored)) {
    ParsedScenario parsed;
    parsed.errors.push_back(file + ": no such scenario file; the ones that ship are in scenarios/");
    return parsed;
  }
  std::ostringstream text;
  text << in.rdbuf();
  return parse_scenario(text.str(), file);
}

}  // namespace plumbline::load
