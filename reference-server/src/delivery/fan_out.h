// Brings every record of the log, and every message committed past it, to the devices connected to this instance:
// remembered first, put in order, then delivered by the shard that owns it (failover.md d.6). Stage: delivery.
#pragma once

#include <functional>

#include "bus/kafka/log.h"
#include "delivery/delivery.h"
#include "delivery/reorder.h"
#include "gateway/application.h"
#include "store/recent_messages.h"

namespace plumbline::serve {

// One per instance.
class FanOut {
 public:
  // Told of each message that a device may see now, on the shard that owns its conversation.
  using Seen = std::function<void(const Message&)>;

  FanOut(net::ShardPool& pool, Partitions<RecentMessages>& recent, const Clock& clock, ReorderLimits limits = {});
  // Before the shards run.
  void wire(std::size_t shard, Delivery& delivery, Seen seen);

  // From the log. Any thread; records that one thread takes in for one conversation keep their order.
  void take(BusBody body, LogPosition at);
  // Committed to the store past the log. Any thread.
  void take_stored(MessagePtr message);
  // Committed past the log before this instance started: whoever connects finds it in the store; copies that the log
  // brings later are dropped. Any thread.
  void take_known(MessagePtr message);

  void tick(std::size_t shard, Time now);  // on that shard
  [[nodiscard]] std::vector<Metric> metrics(std::size_t shard);

 private:
  struct Lane {
    Lane(std::size_t at, const ReorderLimits& limits, const Reorder::Out& out) : shard(at), order(limits, out) {}
    const std::size_t shard;
    Delivery* delivery{nullptr};
    Seen seen;
    Reorder order;
    std::uint64_t second_attempts{0};
  };
  void deliver(Lane& lane, const MessagePtr& message);
  static void tell(Delivery& delivery, const BusBody& body);

  net::ShardPool& pool_;
  Partitions<RecentMessages>& recent_;
  const Clock& clock_;
  std::vector<std::unique_ptr<Lane>> lanes_;
};

}  // namespace plumbline::serve
