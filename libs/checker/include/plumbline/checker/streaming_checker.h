// Judges every acknowledgement and every delivery while the load runs: O(1) per event, bounded memory (failover.md
// b.5). Single-threaded: one checker per conversation shard. Times are of one steady clock.
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
  std::uint32_t max_open{1'000'000};                 // unsettled sends tracked at once, about 150 bytes each
  std::uint32_t max_bindings{8'000'000};             // sequence ids bound in the whole run, 40 bytes each
  std::uint32_t max_gaps{65'536};                    // skipped ranges per device and conversation
  std::uint32_t max_missed{1'000'000};               // messages owed to devices that are away, 32 bytes each
  std::uint32_t examples{16};                        // kept per anomaly
  Duration delivery_grace{std::chrono::seconds{5}};  // a device that leaves sooner after an ack is owed nothing
  Duration read_lag{std::chrono::seconds{1}};  // STALE-1: how old an ack is when other people's reads must show it
  // Devices say what they have when they come back, so what they missed is owed to them (DEL-3). Otherwise a device
  // that was away is owed nothing.
  bool resumes{false};
};

struct Example {
  Anomaly anomaly;
  std::string message_id;  // may be empty when none was ever seen
  std::string text;        // one sentence with conversation, sender, sequence ids, times relative to the run start
  ConversationIndex conversation{0};
  std::uint64_t sequence_id{0};           // 0: about no one sequence id
  std::vector<std::string> neighbours{};  // one line per sequence id around it, ascending: what became of each
};

struct CheckerReport {
  std::array<std::uint64_t, kAnomalyCount> counts{};
  std::vector<Example> examples;
  std::uint64_t sent{0};
  std::uint64_t acked{0};
  std::uint64_t failed{0};               // refused: must never appear
  std::uint64_t unknown{0};              // timed out or broke: may appear once
  std::uint64_t expected_deliveries{0};  // sum over acked sends of connected member devices, the sender's included
  std::uint64_t deliveries{0};           // first deliveries of tokens to devices
  std::uint64_t excused_deliveries{0};   // of the expected ones: the device left before it got them
  std::uint64_t missed_deliveries{0};    // owed to devices when they come back
  std::uint64_t at_risk{0};              // acknowledged in the last 50 ms before a fault
  bool final_reads_complete{false};      // false: acked-lost and vanished were not decided for every conversation
  bool overflowed{false};                // a bound was hit: the ledger is incomplete and the run UNKNOWN
  std::string overflow_reason;
};

// A message as some read or delivery shows it.
struct Sighting {
  ConversationIndex conversation{0};
  std::uint64_t sequence_id{0};
  std::string_view message_id;
  std::string_view text;  // full message text, token first
};

// What a read of a conversation's newest messages must show at least.
struct ReadTicket {
  ConversationIndex conversation{0};
  std::uint64_t floor{0};  // highest sequence id that must be visible, 0 when none
  Time began{};
};

// Exact: every sequence id of the run stays bound to its send (32 bytes), so findings name their messages. Every event
// is O(1) but for the acknowledgement, which is O(members). When a bound of CheckerLimits is hit, what no longer fits
// is left unjudged and the report says so; nothing is ever judged on partial knowledge.
class StreamingChecker {
 public:
  StreamingChecker(std::uint32_t run, Time run_start, CheckerLimits limits = {});
  ~StreamingChecker();
  StreamingChecker(const StreamingChecker&) = delete;
  StreamingChecker& operator=(const StreamingChecker&) = delete;

  // Topology. Membership is by device: the devices of all members. Call before the first send of the conversation.
  void add_conversation(ConversationIndex conversation, std::vector<DeviceIndex> member_devices);
  // A device counts towards expected_deliveries of a send while it is connected from the send's start to its ack. One
  // that leaves within CheckerLimits::delivery_grace after the ack is excused, or owed the message when it comes back
  // (CheckerLimits::resumes). Do not report the disconnects of the teardown.
  void on_connected(DeviceIndex device, Time at);
  void on_disconnected(DeviceIndex device, Time at);

  // One send: invoke first (right before the request's first byte), then exactly one outcome.
  void on_invoke(const Token& token, Time at);
  void on_acked(const Token& token, std::uint64_t sequence_id, std::string_view message_id, Time at);
  void on_failed(const Token& token, Time at);  // the contract says it had no effect
  void on_unknown(const Token& token, Time at);

  // A live push to one device. Returns the token for latency accounting when it is the device's first sight of it.
  std::optional<Token> on_delivery(DeviceIndex device, const Sighting& sighting, Time at);

  // Findings of severity S0 and S1 up to now, for progress lines; what only the final read decides is not in it.
  [[nodiscard]] std::uint64_t grave_so_far() const;
  // How many acknowledged messages have not reached every device that was expected to see them, and how many a device
  // that was away has not got yet.
  [[nodiscard]] std::uint64_t open_deliveries() const;
  // Called once per acknowledged message when its last expected device got it: for last-receiver latency.
  void on_complete(std::function<void(const Token&, Time)> callback);
  // Called when an acknowledged message stopped being overdue: the last connected device got it, or one that was away.
  // From the ack, or from the device's return.
  void on_waited(std::function<void(Time from, Time to)> callback);
  // A fault struck the target: what was acknowledged right before it is watched. Tell within a second.
  void on_fault(Time at);

  // Reads while the load runs: begin right before the request, on_read per message shown, end with the answer. `reader`
  // is the reading device; its own acknowledged sends must show at once, those of others after read_lag.
  [[nodiscard]] ReadTicket begin_read(ConversationIndex conversation, DeviceIndex reader, Time at) const;
  void on_read(const ReadTicket& ticket, const Sighting& sighting);
  void end_read(const ReadTicket& ticket, std::uint64_t newest_sequence_id, Time at);

  // Final reads after settling: the full history of a conversation, ascending.
  void begin_final_read(ConversationIndex conversation);
  void on_final_read(const Sighting& sighting);
  // true when every message of the conversation that was acknowledged or shown was found (one read agrees). May be
  // repeated: the last complete read counts.
  bool end_final_read(ConversationIndex conversation);

  // Closes the ledger. Conversations without a final read make acked-lost undecidable: say so by final_reads_complete.
  [[nodiscard]] CheckerReport finish(bool final_reads_complete);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace plumbline::checker
