// Judges every acknowledgement and every delivery while the load runs: O(1) per event, bounded memory (failover.md b.5).
// Single-threaded: one checker per conversation shard. Times are of one steady clock.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plumbline/base/clock.h"
#include "plumbline/checker/anomaly.h"
#include "plumbline/checker/token.h"

namespace plumbline::checker {

using ConversationIndex = std::uint32_t;
using DeviceIndex = std::uint32_t;

struct CheckerLimits {
  std::uint32_t window{256};            // sequence ids per conversation whose bindings are kept exactly
  std::uint32_t max_open{1'000'000};    // sends and gaps tracked at once; beyond it the verdict is UNKNOWN
  std::uint32_t examples{16};           // kept per anomaly
};

struct Example {
  Anomaly anomaly;
  std::string message_id;     // may be empty when none was ever seen
  std::string text;           // one sentence with conversation, sender, sequence ids, times relative to the run start
};

struct CheckerReport {
  std::array<std::uint64_t, kAnomalyCount> counts{};
  std::vector<Example> examples;
  std::uint64_t sent{0};
  std::uint64_t acked{0};
  std::uint64_t failed{0};                // refused: must never appear
  std::uint64_t unknown{0};               // timed out or broke: may appear once
  std::uint64_t expected_deliveries{0};   // sum over acked sends of connected member devices, the sender's included
  std::uint64_t deliveries{0};            // first deliveries of tokens to devices
  bool overflowed{false};                 // a bound was hit: the ledger is incomplete and the run UNKNOWN
  std::string overflow_reason;
};

// A message as some read or delivery shows it.
struct Sighting {
  ConversationIndex conversation{0};
  std::uint64_t sequence_id{0};
  std::string_view message_id;
  std::string_view text;  // full message text, token first
};

class StreamingChecker {
 public:
  StreamingChecker(std::uint32_t run, Time run_start, CheckerLimits limits = {});
  ~StreamingChecker();

  // Topology. Membership is by device: the devices of all members. Call before the first send of the conversation.
  void add_conversation(ConversationIndex conversation, std::vector<DeviceIndex> member_devices);
  // A device counts towards expected_deliveries of a send while it is connected from the send's start to its ack.
  void on_connected(DeviceIndex device, Time at);
  void on_disconnected(DeviceIndex device, Time at);

  // One send: invoke first (right before the request's first byte), then exactly one outcome.
  void on_invoke(const Token& token, Time at);
  void on_acked(const Token& token, std::uint64_t sequence_id, std::string_view message_id, Time at);
  void on_failed(const Token& token, Time at);   // the contract says it had no effect
  void on_unknown(const Token& token, Time at);

  // A live push to one device. Returns the token for latency accounting when it is the device's first sight of it.
  std::optional<Token> on_delivery(DeviceIndex device, const Sighting& sighting, Time at);

  // How many acknowledged messages have not reached every device that was expected to see them.
  [[nodiscard]] std::uint64_t open_deliveries() const;
  // Called once per acknowledged message when its last expected device got it: for last-receiver latency.
  void on_complete(std::function<void(const Token&, Time)> callback);

  // Final reads after settling: the full history of a conversation, ascending.
  void begin_final_read(ConversationIndex conversation);
  void on_final_read(const Sighting& sighting);
  // true when every acknowledged message of the conversation was found (one read agrees).
  bool end_final_read(ConversationIndex conversation);

  // Closes the ledger. Conversations without a final read make acked-lost undecidable: say so by final_reads_complete.
  [[nodiscard]] CheckerReport finish(bool final_reads_complete);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace plumbline::checker
