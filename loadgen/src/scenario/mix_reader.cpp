// Reads the mix of operations and the think times between them. Stage: scenario.
#include <cmath>

#include "scenario/sections.h"
#include "scenario/units.h"

namespace plumbline::load {
namespace {

constexpr double kMaxText = 10'000;  // characters; generated texts are ASCII

constexpr OpKind kAll[]{OpKind::send,     OpKind::typing,    OpKind::read, OpKind::history,
                        OpKind::presence, OpKind::reconnect, OpKind::ack};

void read_then(MapReader& send, Mix& into) {
  const YAML::Node node = send.get("then");
  if (!node.IsDefined()) {
    return;
  }
  MapReader then{send.complaints(), node, "'then'"};
  then.percent("typing_before", into.typing_before);
  if (const YAML::Node read = then.get("read_after"); read.IsDefined()) {
    into.read_after = 1;
    if (read.IsScalar()) {
      then.percent("read_after", into.read_after);
    } else {
      MapReader after{send.complaints(), read, "'read_after'"};
      after.percent("share", into.read_after);
      if (const YAML::Node delay = after.get("delay"); delay.IsDefined()) {
        read_distribution(send.complaints(), delay, "'delay'", Measure::time, into.read_delay);
      }
      after.done();
    }
  }
  then.done();
}

// `history: 20%`, or `send: {share: 70%, size: 120B, then: {...}}`.
void read_operation(MapReader& mix, OpKind kind, Mix& into) {
  const std::string key{to_string(kind)};
  const YAML::Node node = mix.get(key);
  if (!node.IsDefined()) {
    return;
  }
  double share = 0;
  if (node.IsScalar()) {
    mix.percent(key, share);
  } else {
    MapReader operation{mix.complaints(), node, "'" + key + "'"};
    operation.need("share", "70%");
    operation.percent("share", share);
    if (kind == OpKind::send || kind == OpKind::ack) {
      if (const YAML::Node size = operation.get("size"); size.IsDefined()) {
        read_distribution(mix.complaints(), size, "'size'", Measure::bytes, into.size);
        if (into.size.kind == Distribution::Kind::fixed && into.size.a > kMaxText) {
          mix.complaints().add(size.Mark(), "'size' is over 10,000 bytes, the longest text that a message may have");
        }
      }
    }
    if (kind == OpKind::send) {
      read_then(operation, into);
    }
    operation.done();
  }
  into.shares[kind] = share;
}

}  // namespace

void read_mix(Complaints& complaints, const YAML::Node& node, Mix& into) {
  MapReader mix{complaints, node, "'mix'"};
  if (!mix.ok()) {
    return;
  }
  into.shares.clear();
  const std::size_t complaints_before = complaints.all().size();
  double total = 0;
  for (const OpKind kind : kAll) {
    read_operation(mix, kind, into);
    total += into.shares.count(kind) != 0 ? into.shares[kind] : 0;
  }
  if (const YAML::Node think = mix.get("think"); think.IsDefined()) {
    read_distribution(complaints, think, "'think'", Measure::time, into.think);
  }
  mix.done();
  const bool readable = complaints.all().size() == complaints_before;
  if (readable && std::abs(total - 1) > 1e-6) {
    std::string sum = std::to_string(total * 100);
    sum.erase(sum.find_last_not_of('0') + 1);
    if (sum.back() == '.') {
      sum.pop_back();
    }
    complaints.add(node.Mark(), "the shares in 'mix' add up to " + sum + "%, not 100%");
  }
}

}  // namespace plumbline::load
