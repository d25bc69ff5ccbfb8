// Brings every record of the log, and every message committed past it, to the devices connected to this instance:
// remembered first, put in order, then delivered by the shard that owns it (failover.md d.6). Stage: delivery.
#pragma once

#include <atomic>
#include <functional>
#include <limits>

#include "bus/kafka/log.h"
#include "delivery/delivery.h"
#include "delivery/reorder.h"
#include "gateway/application.h"
#include "store/message_store.h"
#include "store/recent_messages.h"

namespace plumbline::serve {

// One per instance.
class FanOut {
 public:
  // Told of each message that a device may see now, on the shard that owns its conversation.
  using Seen = std::function<void(const Message&)>;

  FanOut(net::ShardPool& pool, Partitions<RecentMessages>& recent, const Clock& clock, ReorderLimits limits = {});
  // Before the shards run. `store` answers on that shard.
  void wire(std::size_t shard, MessageStore& store, Delivery& delivery, Seen seen);

  // From the log. Any thread; records that one thread takes in for one conversation keep their order.
  void take(BusBody body, LogPosition at);
  // Committed to the store past the log. Any thread.
  void take_stored(MessagePtr message);
  // Committed past the log before this instance started: whoever connects finds it in the store; copies that the log
  // brings later are dropped. Any thread.
  void take_known(MessagePtr message);

  // Whatever is sent from now on comes here by the log or past it, whoever accepts it. Any thread.
  void complete_from(UnixMillis now) { complete_from_.store(now, std::memory_order_relaxed); }

  void tick(std::size_t shard, Time now);  // on that shard
  [[nodiscard]] std::vector<Metric> metrics(std::size_t shard);

 private:
  struct Lane {
    Lane(std::size_t at, const ReorderLimits& limits, const Reorder::Out& out, const Reorder::Ask& ask)
        : shard(at), order(limits, out, ask) {}
    const std::size_t shard;
    MessageStore* store{nullptr};
    Delivery* delivery{nullptr};
    Seen seen;
    Reorder order;
    std::uint64_t second_attempts{0};
  };
  void deliver(Lane& lane, const MessagePtr& message);
  void ask_for_the_one_before(Lane& lane, const MessagePtr& message);
  [[nodiscard]] bool will_come(const HistoryPage& newest, std::uint64_t sequence) const;
  static void tell(Delivery& delivery, const BusBody& body);

  net::ShardPool& pool_;
  Partitions<RecentMessages>& recent_;
  const Clock& clock_;
  std::atomic<UnixMillis> complete_from_{std::numeric_limits<UnixMillis>::max()};
  std::vector<std::unique_ptr<Lane>> lanes_;
};

}  // namespace plumbline::serve
