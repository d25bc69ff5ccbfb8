#include "delivery/fan_out.h"

#include <algorithm>
#include <utility>

#include "delivery/consumers.h"
#include "delivery/frames.h"
#include "store/owner_shard.h"

namespace plumbline::serve {
namespace {

struct OwnerOf {
  std::size_t shards;
  std::size_t operator()(const MessagePtr& message) const { return owner_shard(message->conversation->key, shards); }
  std::size_t operator()(const Typing& typing) const { return owner_shard(typing.conversation, shards); }
  std::size_t operator()(const ReadReceipt& receipt) const { return owner_shard(receipt.conversation->key, shards); }
  std::size_t operator()(const FriendNotice& notice) const { return owner_shard(notice.to, shards); }
};

}  // namespace

FanOut::FanOut(net::ShardPool& pool, Partitions<RecentMessages>& recent, const Clock& clock, ReorderLimits limits)
    : pool_(pool), recent_(recent), clock_(clock) {
  for (std::size_t shard = 0; shard < pool.size(); ++shard) {
    lanes_.push_back(std::make_unique<Lane>(
        shard, limits, [this, shard](const MessagePtr& message) { deliver(*lanes_[shard], message); },
        [this, shard](const MessagePtr& message) { ask_for_the_one_before(*lanes_[shard], message); }));
  }
}

void FanOut::wire(std::size_t shard, MessageStore& store, Delivery& delivery, Seen seen) {
  lanes_[shard]->store = &store;
  lanes_[shard]->delivery = &delivery;
  lanes_[shard]->seen = std::move(seen);
  delivery.leaves_to_order([this, shard](const Message& message) { return lanes_[shard]->order.holds(message); });
}

void FanOut::take(BusBody body, LogPosition at) {
  const std::size_t owner = std::visit(OwnerOf{pool_.size()}, body);
  pool_.post_to(owner, [this, owner, body = std::move(body), at] {
    Lane& lane = *lanes_[owner];
    if (const auto* message = std::get_if<MessagePtr>(&body)) {
      recent_.at(owner).add(*message, at, clock_.now());
      lane.order.take(*message, clock_.now());
    } else {
      tell(*lane.delivery, body);
    }
  });
}

void FanOut::take_stored(MessagePtr message) {
  const std::size_t owner = owner_shard(message->conversation->key, pool_.size());
  pool_.post_to(owner, [this, owner, message = std::move(message)] {
    recent_.at(owner).add_stored(message, clock_.now());
    lanes_[owner]->order.take(message, clock_.now());
  });
}

void FanOut::take_known(MessagePtr message) {
  const std::size_t owner = owner_shard(message->conversation->key, pool_.size());
  pool_.post_to(owner, [this, owner, message = std::move(message)] {
    recent_.at(owner).add_stored(message, clock_.now());
    lanes_[owner]->seen(*message);
    lanes_[owner]->order.known(message);
  });
}

void FanOut::deliver(Lane& lane, const MessagePtr& message) {
  lane.seen(*message);
  // A second attempt at it, under a number of its own: the store has the first, and devices get that one only.
  const std::uint64_t counts = recent_.at(lane.shard).sequence_of(message->id);
  if (counts != 0 && counts != message->sequence) {
    ++lane.second_attempts;
    return;
  }
  lane.delivery->deliver(message);
}

void FanOut::ask_for_the_one_before(Lane& lane, const MessagePtr& message) {
  const HistoryQuery newest{message->conversation->key, message->previous + 1, 1};
  lane.store->history(newest, [this, &lane, message](const Result<HistoryPage>& page) {
    if (page.has_error() || page.value().stale || !will_come(page.value(), message->previous)) {
      lane.order.stored(*message);
    }
  });
}

// It is not in the store yet, or it is and was sent since all that is sent comes here.
bool FanOut::will_come(const HistoryPage& newest, std::uint64_t sequence) const {
  return newest.rows.empty() || newest.rows.back().message->sequence != sequence ||
         newest.rows.back().message->timestamp >= complete_from_.load(std::memory_order_relaxed);
}

void FanOut::tell(Delivery& delivery, const BusBody& body) {
  if (const auto* typing = std::get_if<Typing>(&body)) {
    tell_devices(delivery, *typing);
  } else if (const auto* receipt = std::get_if<ReadReceipt>(&body)) {
    tell_devices(delivery, *receipt);
  } else if (const auto* notice = std::get_if<FriendNotice>(&body)) {
    delivery.deliver_notice(notice->to, notice->id, notice_frame(notice->event, notice->payload));
  }
}

void FanOut::tick(std::size_t shard, Time now) {
  lanes_[shard]->order.tick(now);
  recent_.at(shard).tick(now);
}

std::vector<Metric> FanOut::metrics(std::size_t shard) {
  const ReorderCounters& order = lanes_[shard]->order.counters();
  const RecentMessages& recent = recent_.at(shard);
  const auto number = [](auto value) {
    return static_cast<double>(value);
  };
  return {
      {"plumbline_fanout_held_total", "Messages that waited for the one before them", true, number(order.held)},
      {"plumbline_fanout_released_late_total", "Of those: the one before did not come in time", true,
       number(order.released_late)},
      {"plumbline_fanout_late_total", "Messages sent after a later one of their conversation", true,
       number(order.late)},
      {"plumbline_fanout_duplicates_total", "Copies of messages that were dropped", true,
       number(order.duplicates_dropped)},
      {"plumbline_fanout_conflicting_total", "Messages dropped because another one had their number", true,
       number(order.conflicting)},
      {"plumbline_fanout_second_attempts_total", "Messages dropped that were sent before under another number", true,
       number(lanes_[shard]->second_attempts)},
      {"plumbline_fanout_waiting", "Messages waiting for the one before them", false,
       number(lanes_[shard]->order.waiting())},
      {"plumbline_recent_messages", "Messages remembered", false, number(recent.size())},
      {"plumbline_recent_unstored", "Of those: not in the store yet as far as known", false, number(recent.unstored())},
      {"plumbline_recent_unseen_dropped_total", "Messages forgotten before they were stored", true,
       number(recent.counters().unseen_dropped)},
  };
}

}  // namespace plumbline::serve
