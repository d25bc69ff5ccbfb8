// What became of each message between accepting and answering: reports of the log, commits of the store, deadlines.
// Stage: bus. No I/O: what is to be done comes out of take_commits() and take_answers().
#pragma once

#include <cstdint>
#include <deque>
#include <unordered_map>
#include <vector>

#include "bus/event_bus.h"
#include "plumbline/base/clock.h"

namespace plumbline::serve {

// One per shard. A message is ok as soon as the log confirmed it or the store committed it; it is unknown
// (Errc::timeout) when it may be in one of them, and unavailable only when it is surely in neither.
class SendTable {
 public:
  using Id = std::uint64_t;
  struct Limits {
    Duration direct_after{std::chrono::milliseconds{500}};  // without a report: to the store
    Duration give_up_after{std::chrono::seconds{8}};
    std::size_t entries{20'000};
    // No commit begins later: what follows is not kept waiting so long (docs/adr/0011).
    Duration commit_within{std::chrono::milliseconds{1500}};
  };
  struct Commit {
    Id id;
    MessagePtr message;
  };
  struct Answer {
    Settled settled;
    Errc outcome;
  };
  enum class Report : std::uint8_t { awaited, of_a_diverted };

  explicit SendTable(Limits limits) : limits_(limits) {}

  [[nodiscard]] bool full() const { return entries_.size() >= limits_.entries; }
  // Handed to the log right after this call.
  Id add_to_log(MessagePtr message, Settled settled, Time now);
  // Never handed to the log.
  void add_to_store(MessagePtr message, Settled settled, Time now);
  // A commit of this conversation is under way or waits: later messages must not overtake it through the log.
  [[nodiscard]] bool stores(const ConversationKey& conversation) const { return chains_.contains(conversation); }

  // What LogProducer and DirectStore answer.
  Report reported(Id id, Errc outcome);
  void committed(Id id, Errc outcome);

  // Some message has waited for its report longer than it may.
  [[nodiscard]] bool overdue(Time now);
  // Sends everything that waits for its report to the store, oldest first; returns how many reports are outstanding.
  std::uint64_t divert();
  void give_up(Time now);  // on those past the last deadline

  // In sequence order within a conversation: the next one comes when the one before is committed.
  [[nodiscard]] std::vector<Commit> take_commits(Time now);
  [[nodiscard]] std::vector<Answer> take_answers();
  [[nodiscard]] std::size_t size() const { return entries_.size(); }

 private:
  enum class InLog : std::uint8_t { never_handed, under_way, confirmed, absent, unknown };
  enum class InStore : std::uint8_t { not_tried, queued, running, committed, refused, unknown };
  struct Entry {
    MessagePtr message;
    Settled settled;  // empty: answered
    InLog log{InLog::never_handed};
    InStore store{InStore::not_tried};
    bool diverted{false};
    Time since{};
  };
  using Entries = std::unordered_map<Id, Entry>;
  struct Due {
    Time at;
    Id id;
  };

  Id add(MessagePtr message, Settled settled, InLog log, Time now);
  void to_store(Id id, Entry& entry);
  void answer(Entry& entry, Errc outcome);
  // Answers when nothing more can come of waiting; forgets an entry of which nobody will speak again.
  void conclude(Entries::iterator at);
  void leave_chain(Id id, const ConversationKey& conversation);

  Limits limits_;
  Id next_{1};
  Entries entries_;
  std::deque<Due> report_due_;  // in order of time: all have the same patience
  std::deque<Due> last_due_;
  std::unordered_map<ConversationKey, std::deque<Id>> chains_;  // the first one runs
  std::vector<Commit> commits_;
  std::vector<Answer> answers_;
};

}  // namespace plumbline::serve
