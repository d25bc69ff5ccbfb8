// A small world for hand-written histories: two users with two devices each in conversation 1, others in
// conversation 2.
#pragma once

#include <map>
#include <string>

#include "plumbline/checker/streaming_checker.h"

namespace plumbline::checker {

inline constexpr std::uint32_t kRun = 77;

class World {
 public:
  explicit World(CheckerLimits limits = {}) : checker(kRun, Time{}, limits) {
    checker.add_conversation(1, {0, 1, 2, 3});
    checker.add_conversation(2, {4, 5});
    for (DeviceIndex device = 0; device < 6; ++device) {
      checker.on_connected(device, now());
    }
    checker.on_complete([this](const Token& token, Time at) { completed.emplace_back(token, at); });
  }

  Time now() { return Time{} + std::chrono::milliseconds{++tick}; }
  void pass(Duration by) { tick += std::chrono::duration_cast<std::chrono::milliseconds>(by).count(); }

  Token invoke(DeviceIndex sender, ConversationIndex conversation = 1) {
    const Token token{kRun, conversation, sender, ++counters[sender], 5};
    checker.on_invoke(token, now());
    return token;
  }
  void ack(const Token& token, std::uint64_t sequence_id) {
    checker.on_acked(token, sequence_id, id_of(sequence_id), now());
  }
  std::optional<Token> deliver(DeviceIndex device, const Token& token, std::uint64_t sequence_id) {
    return deliver_as(device, token, sequence_id, id_of(sequence_id));
  }
  std::optional<Token> deliver_as(DeviceIndex device, const Token& token, std::uint64_t sequence_id,
                                  const std::string& id) {
    const std::string text = encode_token(token, 100);
    return checker.on_delivery(device, {token.conversation, sequence_id, id, text}, now());
  }
  void deliver_all(const Token& token, std::uint64_t sequence_id) {
    for (DeviceIndex device = 0; device < 4; ++device) {
      deliver(device, token, sequence_id);
    }
  }
  // invoke, ack, deliver to everybody
  Token whole(DeviceIndex sender, std::uint64_t sequence_id) {
    const Token token = invoke(sender);
    ack(token, sequence_id);
    deliver_all(token, sequence_id);
    return token;
  }
  bool final_read(const std::vector<std::pair<Token, std::uint64_t>>& history, ConversationIndex conversation = 1) {
    checker.begin_final_read(conversation);
    for (const auto& [token, sequence_id] : history) {
      const std::string text = encode_token(token, 100);
      checker.on_final_read({conversation, sequence_id, id_of(sequence_id), text});
    }
    return checker.end_final_read(conversation);
  }
  static std::string id_of(std::uint64_t sequence_id) { return "m-" + std::to_string(sequence_id); }

  StreamingChecker checker;
  std::int64_t tick{1000};
  std::map<DeviceIndex, std::uint32_t> counters;
  std::vector<std::pair<Token, Time>> completed;
};

inline std::map<std::string, std::uint64_t> found(const CheckerReport& report) {
  std::map<std::string, std::uint64_t> names;
  for (const AnomalyKind& kind : anomaly_kinds()) {
    const std::uint64_t count = report.counts[static_cast<std::size_t>(kind.anomaly)];
    if (count != 0) {
      names[std::string(kind.name)] = count;
    }
  }
  return names;
}

using Names = std::map<std::string, std::uint64_t>;

}  // namespace plumbline::checker
