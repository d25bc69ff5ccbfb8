// Sequence ids counted by Redis inside blocks that PostgreSQL reserved, or by PostgreSQL while Redis is away: the I/O
// around ConversationFence. Stage: backplane.
#pragma once

#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "backplane/fenced/conversation_fence.h"
#include "backplane/redis/redis_session.h"
#include "backplane/sequence_allocator.h"
#include "gateway/application.h"
#include "plumbline/base/clock.h"
#include "store/postgres/pg_session.h"

namespace plumbline::serve {

struct AllocatorOptions {
  FenceTimes times;
  std::uint64_t block{10'000};                 // numbers reserved at a time; at most so many are burned per epoch
  Duration patience{std::chrono::seconds{1}};  // until a request is answered with Errc::unavailable
  std::size_t known{50'000};                   // conversations whose lease is remembered
  std::size_t waiting{20'000};                 // requests of all conversations; more get Errc::overflow
  std::size_t batch{512};                      // conversations per statement
  std::size_t run_ahead{64};                   // requests of one conversation under way
};

struct AllocatorCounters {
  std::uint64_t by_redis{0};
  std::uint64_t by_postgres{0};
  std::uint64_t burned{0};    // numbers that came back and were not handed out
  std::uint64_t reseeds{0};   // blocks that this shard began
  std::uint64_t slow{0};      // requests that did not find an open lease
  std::uint64_t late{0};      // numbers that came back outside of the lease's time
  std::uint64_t given_up{0};  // answered with an error
};

// One per shard, used and destroyed on its thread; outlived by both sessions. Requests of one conversation are answered
// in their order. `tick` every 20 ms, `set_view` whenever the keeper knows more.
class FencedSequenceAllocator final : public SequenceAllocator {
 public:
  // `reconnect`: the session talks to another master than the one that counts.
  FencedSequenceAllocator(PgSession& postgres, RedisSession& redis, const Clock& clock, AllocatorOptions options,
                          std::function<void()> reconnect = {});

  void next(const ConversationKey& conversation, Done<Allocation> done) override;
  void set_view(const EpochView& view);
  void tick(Time now);

  [[nodiscard]] const AllocatorCounters& counters() const { return counters_; }
  [[nodiscard]] std::vector<Metric> metrics() const;

 private:
  struct Request {
    Done<Allocation> done;
    Time deadline;
  };
  struct Lane {
    ConversationKey key;
    std::string text;
    ConversationFence fence;
    std::deque<Request> queue;
    std::size_t asked{0};    // the first ones in the queue: a number is under way for each
    std::uint64_t round{0};  // answers of an earlier round belong to nobody
    bool busy{false};        // a slow step is under way
    bool extending{false};
    std::list<ConversationKey>::iterator use;
  };
  using LanePtr = std::shared_ptr<Lane>;
  using Lanes = std::vector<LanePtr>;

  [[nodiscard]] LanePtr lane_of(const ConversationKey& conversation);
  void forget_idle();
  void drive(const LanePtr& lane);
  [[nodiscard]] bool out_of_patience(const Lane& lane) const;
  void start_over(Lane& lane);  // everything under way is burned
  void give_up(const LanePtr& lane, Errc code);
  // `first`: the number begins a block, so those before it may be burned. Any other number names the one before it,
  // which another instance may still have in hand: whoever delivers has to wait for it (ORD-3).
  void hand_out(Lane& lane, std::uint64_t number, std::int64_t epoch, bool first);
  [[nodiscard]] bool connected() const;
  [[nodiscard]] EpochView view() const;

  void increment(const LanePtr& lane);
  void incremented(const LanePtr& lane, std::uint64_t round, const LeaseRow& asked, const Result<RedisReply>& reply);
  void count_plainly(const ConversationKey& conversation, Done<Allocation> done);
  void seed(const LanePtr& lane);
  enum class Urgency : std::uint8_t { ahead, waited_for };
  void extend(const LanePtr& lane, Urgency urgency);
  void extended(const LanePtr& lane, Urgency urgency, const Result<std::vector<PgRowsPtr>>& answers);

  void flush_reserves();
  void reserved(const Lanes& lanes, const Result<std::vector<PgRowsPtr>>& answers);
  void flush_confirms();
  void confirmed(const Lanes& lanes, const Result<PgRowsPtr>& rows);
  void flush_takes();
  void took(const Lanes& lanes, const std::vector<std::size_t>& counts, const std::vector<std::uint64_t>& rounds,
            std::int64_t epoch, const Result<PgRowsPtr>& rows);
  // The next ones that still need this step; the others go their new way.
  [[nodiscard]] Lanes batch_of(Lanes& waiting, FenceStep step);
  void free(const Lanes& lanes);

  PgSession& postgres_;
  RedisSession& redis_;
  const Clock& clock_;
  AllocatorOptions options_;
  std::function<void()> reconnect_;
  EpochView view_;
  std::unordered_map<ConversationKey, LanePtr> lanes_;
  std::list<ConversationKey> by_use_;                    // the latest first
  std::unordered_map<ConversationKey, LanePtr> active_;  // with requests
  std::size_t waiting_{0};
  Lanes reserves_, confirms_, takes_;  // wait for their statement
  bool reserving_{false}, confirming_{false}, taking_{false};
  Time astray_since_{};  // connected to another master than the epoch's
  bool astray_{false};
  AllocatorCounters counters_;
  std::shared_ptr<bool> alive_{std::make_shared<bool>(true)};
};

}  // namespace plumbline::serve
