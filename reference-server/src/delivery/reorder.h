// Puts the messages of each conversation into ascending order before any device sees them, each once: they come from
// several instances and on two ways, the log and the tail of what was committed directly (ORD-3, failover.md d.6).
// Stage: delivery.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "plumbline/base/clock.h"
#include "service/message.h"

namespace plumbline::serve {

struct ReorderLimits {
  // The first message seen of a conversation when the one before it is from before this instance's start: that one may
  // still be on its way here (an instance that came back a moment ago reads several ways at once), so it waits for it
  // this long.
  Duration settle{std::chrono::milliseconds{250}};
  // The first of a block of numbers: which number came before it nobody knows (docs/adr/0010), and another instance may
  // still have that one in hand, which takes up to a second (see hold) less what the change of hands took.
  Duration jump{std::chrono::milliseconds{750}};
  // How long a message waits for the one before it. That one's number may be a second old when it is handed to the log;
  // the log has it within another second or it is void, and a commit past the log begins within 1.5 s
  // (docs/adr/0011); then it is read, or found by the tail. Costs time only where a number was burned.
  Duration hold{std::chrono::milliseconds{5000}};
  // Two calls further apart than this: the process stood still, and what was waited for may be waiting to be read: the
  // hold begins anew, once for each message.
  Duration standstill{std::chrono::milliseconds{600}};
  std::size_t held{20'000};            // waiting at one time; beyond it the longest waiting ones go out
  std::size_t conversations{100'000};  // remembered; beyond it the longest silent ones are forgotten
  std::size_t gaps{64};                // ranges of missing numbers remembered per conversation
};

struct ReorderCounters {
  std::uint64_t held{0};                // had to wait
  std::uint64_t released_late{0};       // of those: the one before did not come in time
  std::uint64_t overflowed{0};          // of released_late: sent early because too many waited
  std::uint64_t late{0};                // came after a later one was sent; sent all the same
  std::uint64_t duplicates_dropped{0};  // came again
  std::uint64_t conflicting{0};         // another message under a number that waits here: dropped, the store decides
  std::uint64_t standstills{0};         // holds began anew
  std::uint64_t forgotten{0};           // conversations forgotten for lack of room
};

// One per shard, for the conversations that the shard owns; used on that shard.
class Reorder {
 public:
  using Out = std::function<void(const MessagePtr&)>;
  // The first message seen of a conversation waits: is the one before it from before the start? Answered by `stored`,
  // now or later; without an answer it waits for the whole hold.
  using Ask = std::function<void(const MessagePtr&)>;

  Reorder(const ReorderLimits& limits, Out out, Ask ask)
      : limits_(limits), out_(std::move(out)), ask_(std::move(ask)) {}

  // Sends it on now, keeps it until what must come before it is there, or drops it as known.
  void take(const MessagePtr& message, Time now);
  // It is in the store and whoever needs it finds it there: copies of it that come later are dropped.
  void known(const MessagePtr& message);
  // What comes before `message` was stored before this instance took part, or nobody can tell: no reason to wait for
  // the whole hold.
  void stored(const Message& message);
  // Sends what waited long enough. To be called several times within ReorderLimits::standstill.
  void tick(Time now);

  // It waits here and will be sent.
  [[nodiscard]] bool holds(const Message& message) const;

  [[nodiscard]] const ReorderCounters& counters() const { return counters_; }
  [[nodiscard]] std::size_t waiting() const { return held_; }
  [[nodiscard]] std::size_t conversations() const { return lanes_.size(); }

 private:
  struct Held {
    MessagePtr message;
    Time since;
    Duration patience;
    bool renewed{false};
    [[nodiscard]] Time due() const { return since + patience; }
  };
  struct Lane {
    std::uint64_t newest{0};                                    // highest number sent; 0: none yet
    std::vector<std::pair<std::uint64_t, std::uint64_t>> gaps;  // not sent, below newest; ascending, inclusive
    std::map<std::uint64_t, Held> held;                         // above newest
    std::list<ConversationKey>::iterator age;
  };

  Lane& lane_of(const ConversationKey& key);
  void advance(Lane& lane, std::uint64_t sequence);
  [[nodiscard]] static bool fill_gap(Lane& lane, std::uint64_t sequence);
  void hold(Lane& lane, const MessagePtr& message, Time now);
  void hurry(Lane& lane, Duration patience);
  void hurry_first_of_block(Lane& lane);
  void note_standstill(Time now);
  void release_ready(Lane& lane);
  void release_first(Lane& lane);
  void release_longest_waiting();
  void forget_silent();

  ReorderLimits limits_;
  Out out_;
  Ask ask_;
  std::unordered_map<ConversationKey, Lane> lanes_;
  std::list<ConversationKey> ages_;               // longest silent first
  std::multimap<Time, ConversationKey> waiting_;  // when due; one per held message, those of sent ones are skipped
  std::size_t held_{0};
  std::optional<Time> last_tick_;
  ReorderCounters counters_;
};

}  // namespace plumbline::serve
