// Valid random histories: what a correct server, its clients and the network between them may produce.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "plumbline/base/random.h"
#include "plumbline/checker/streaming_checker.h"

namespace plumbline::checker {

enum class Kind : std::uint8_t {
  connect,
  disconnect,
  invoke,
  ack,
  fail,
  unknown,
  deliver,
  read,
  final_begin,
  final_item,
  final_end,
  fault
};

struct Event {
  Kind kind{Kind::invoke};
  DeviceIndex device{0};
  ConversationIndex conversation{0};
  Token token;
  std::uint64_t sequence_id{0};  // for reads: the newest one shown
  std::string message_id;
  bool changed_text{false};
  Time at{};
};

struct Topology {
  std::uint32_t devices{0};
  std::vector<std::vector<DeviceIndex>> members;  // by conversation
};

struct History {
  Topology topology;
  std::vector<Event> events;
};

[[nodiscard]] History valid_history(std::uint64_t seed);
[[nodiscard]] CheckerReport judge(const History& history);

}  // namespace plumbline::checker
