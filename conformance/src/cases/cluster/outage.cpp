// What joins the nodes goes away and comes back. This case runs alone.
#include <fmt/format.h>

#include <functional>
#include <utility>

#include "cases/case_list.h"
#include "cases/cluster/several.h"
#include "cases/steps.h"

namespace plumbline::conform::cases {
namespace {

constexpr Duration kComesBackWithin = std::chrono::seconds{10};
constexpr Duration kBetweenTries = std::chrono::milliseconds{100};
constexpr std::string_view kNamespace = "/dynamic-10401";

struct Sides {
  Member members[2][2];  // by node
  std::string to_all;

  [[nodiscard]] const Member& on(std::size_t node) const { return members[node][0]; }
};

Stop open_sides(Context& c, Sides& sides) {
  if (auto stop = needs_nodes(c)) {
    return stop;
  }
  std::string room;
  for (const std::size_t node : {kHere, kThere}) {
    for (Member& member : sides.members[node]) {
      if (auto stop = join_at(c, node, kNamespace, member)) {
        return stop;
      }
      room = room.empty() ? "both-" + member.sid : room;
      if (auto stop = change_rooms_of(c, member, "join", room)) {
        return stop;
      }
    }
  }
  sides.to_all = to_room(room);
  return std::nullopt;
}

std::string event_with(std::string_view word) {
  return fmt::format(R"(["room","{}"])", word);
}

Finding heard_on(Context& c, const Sides& sides, std::initializer_list<std::size_t> nodes, std::string_view word) {
  std::vector<Hearer> hearers;
  for (const std::size_t node : nodes) {
    for (const Member& member : sides.members[node]) {
      hearers.push_back({member.ws, member.nsp, 1});
    }
  }
  return heard_by(c, hearers, event_with(word), nodes.size() == 1 ? "two of this node" : "two of each node");
}

std::string first_end(const Sides& sides) {
  for (const auto& node : sides.members) {
    for (const Member& member : node) {
      if (member.ws->over()) {
        return member.ws->how_it_ended();
      }
    }
  }
  return {};
}

// Repeats until the other node hears; what is said while nothing joins them may be lost.
bool reaches_again(Context& c, const Sides& sides, std::size_t from, std::size_t to) {
  const Time since = c.clock.now();
  WebSocket& hearer = *sides.on(to).ws;
  for (int i = 0; c.clock.now() - since < kComesBackWithin && !hearer.over(); ++i) {
    const std::size_t before = hearer.messages().size();
    send_room(sides.on(from), sides.to_all, fmt::format("again-{}-{}", from, i));
    c.wire.pump_for(kBetweenTries);
    if (any_begins(hearer, before, event_in(sides.on(to).nsp, fmt::format(R"(["room","again-{}-)", from)))) {
      return true;
    }
  }
  return false;
}

// Both directions.
Stop joined(Context& c, const Sides& sides) {
  for (const auto& [from, to] : {std::pair{kHere, kThere}, std::pair{kThere, kHere}}) {
    if (!reaches_again(c, sides, from, to)) {
      return violated(fmt::format("the other node is reached within {}", ms_text(kComesBackWithin)),
                      heard(*sides.on(to).ws, 1));
    }
  }
  return std::nullopt;
}

// The connections are served meanwhile.
bool done_in_time(Context& c, const std::function<bool()>& step) {
  const Time since = c.clock.now();
  while (!step()) {
    if (c.clock.now() - since > kComesBackWithin) {
      return false;
    }
    c.wire.pump_for(kBetweenTries / 2);
  }
  return true;
}

Finding during_outage(Context& c, const Sides& sides) {
  c.wire.pump_for(c.fast());
  Finding found = pass("each node went on alone, and then reached the other again");
  for (const std::size_t node : {kHere, kThere}) {
    if (sides.on(node).ws->over() || !echoes_in(c, *sides.on(node).ws, sides.on(node).nsp, "alive")) {
      return violated("no node ends while nothing joins them", heard(*sides.on(node).ws, 1));
    }
    const std::string word = fmt::format("away-{}", node);
    send_room(sides.on(node), sides.to_all, word);
    found = worst(std::move(found), heard_on(c, sides, {node}, word));
    Member fresh;
    if (auto stop = join_at(c, node, kNamespace, fresh)) {
      return violated("a node alone takes new clients", stop->observed);
    }
  }
  return found;
}

}  // namespace

Finding clu_04_a(Context& c) {
  Sides sides;
  if (auto stop = open_sides(c, sides)) {
    return *stop;
  }
  if (const Stop apart = joined(c, sides)) {
    return unmet("CLU-03", "the nodes are joined", apart->observed);
  }
  Medium& medium = c.wire.medium();
  if (!done_in_time(c, [&] { return medium.stop_backplane(); })) {
    return unclear("what joins the nodes could not be stopped: control.backplane has to do so");
  }
  Finding found = during_outage(c, sides);
  if (!done_in_time(c, [&] { return medium.start_backplane(); })) {
    return worst(std::move(found), unclear("what joins the nodes could not be started again"));
  }
  if (found.kind != Finding::Kind::took) {
    return found;
  }
  if (const Stop apart = joined(c, sides)) {
    return *apart;
  }
  c.wire.pump_for(c.quiet());
  for (const std::size_t node : {kHere, kThere}) {
    const std::string word = fmt::format("after-{}", node);
    send_room(sides.on(node), sides.to_all, word);
    found = worst(std::move(found), heard_on(c, sides, {kHere, kThere}, word));
  }
  const std::string end = first_end(sides);
  return end.empty() ? found : violated("all connections outlive it", end);
}

}  // namespace plumbline::conform::cases
