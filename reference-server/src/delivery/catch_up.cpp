// How a device that connects gets what its user missed, then goes live, without gap or repetition. Stage: delivery.
#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "delivery/delivery.h"
#include "delivery/frames.h"
#include "service/wall_millis.h"
#include "store/owner_shard.h"
#include "store/reading_order.h"

namespace plumbline::serve {
namespace {

bool same(const Backlog::Item& a, const Backlog::Item& b) {
  return a.message->id == b.message->id;
}

// What arrived late on the way here may be older than what the device got elsewhere.
void drop_seen(Backlog& backlog) {
  std::unordered_map<ConversationKey, std::uint64_t> seen;
  for (const SeenUpTo& each : backlog.seen) {
    seen[each.conversation] = each.sequence;
  }
  std::erase_if(backlog.items, [&seen](const Backlog::Item& item) {
    const auto found = seen.find(item.message->conversation->key);
    return found != seen.end() && item.message->sequence <= found->second;
  });
}

Device* device_of(const SocketPtr& socket) {
  auto* device = static_cast<Device*>(socket->context.get());
  return device != nullptr && device->delivery != nullptr ? device : nullptr;
}

}  // namespace

// What a device missed, while the shards are asked which of it they still hold back.
struct Delivery::Missed {
  std::weak_ptr<Socket> socket;
  std::vector<MessagePtr> messages;
  std::vector<KeptNotice> notices;
  std::unordered_set<Uuid> held;
  std::size_t unanswered;
};

void Delivery::start(const SocketPtr& socket) {
  const Device* device = device_of(socket);
  if (device == nullptr || !device->backlog) {
    return;
  }
  const std::weak_ptr<Socket> weak = socket;
  notices_->pending(device->user, [this, weak, user = device->user,
                                   seen = device->backlog->seen](Result<std::vector<KeptNotice>> kept) {
    messages_->undelivered(user, seen, [this, weak, kept = std::move(kept)](Result<std::vector<MessagePtr>> missed) {
      const SocketPtr still_there = weak.lock();
      if (!still_there) {
        return;
      }
      if (kept.has_error() || missed.has_error()) {
        still_there->disconnect_transport();  // the client comes again; going live now would lose what it missed
        return;
      }
      leave_held(std::make_shared<Missed>(Missed{weak, std::move(missed.value()), kept.value(), {}, 0}));
    });
  });
}

std::vector<Uuid> Delivery::held_of(const std::vector<MessagePtr>& messages) const {
  std::vector<Uuid> held;
  std::unordered_set<ConversationKey> waiting;  // what follows one that is held is not delivered yet either
  for (const MessagePtr& message : messages) {
    const ConversationKey& key = message->conversation->key;
    if (waiting.contains(key) || (held_for_order_ && held_for_order_(*message))) {
      waiting.insert(key);
      held.push_back(message->id);
    }
  }
  return held;
}

// The store may have a message whose predecessor is still under way: sent now, it would come before that one. It is
// held back for everybody else, and this device is listed by now: it comes when its turn is.
void Delivery::leave_held(std::shared_ptr<Missed> missed) {
  const UnixMillis young = wall_millis(clock_) - std::chrono::milliseconds{kYoung}.count();
  std::vector<std::vector<MessagePtr>> by_owner(all_->size());
  for (const MessagePtr& message : missed->messages) {
    if (message->timestamp >= young) {
      by_owner[owner_shard(message->conversation->key, all_->size())].push_back(message);
    }
  }
  const auto answered = [this, missed](const std::vector<Uuid>& held) {
    missed->held.insert(held.begin(), held.end());
    const SocketPtr socket = --missed->unanswered == 0 ? missed->socket.lock() : nullptr;
    if (socket) {
      std::erase_if(missed->messages, [&](const MessagePtr& message) { return missed->held.contains(message->id); });
      gathered(socket, std::move(missed->messages), missed->notices);
    }
  };
  missed->unanswered = 1;  // this function
  for (std::size_t shard = 0; shard < by_owner.size(); ++shard) {
    if (!by_owner[shard].empty()) {
      ++missed->unanswered;
      all_->ask<std::vector<Uuid>>(
          shard_, shard, [messages = std::move(by_owner[shard])](Delivery& there) { return there.held_of(messages); },
          answered);
    }
  }
  answered({});
}

void Delivery::wait_behind_backlog(Device& device, const MessagePtr& message, const socketio::FramePtr& frame) {
  if (!device.backlog->listens_to(owner_shard(message->conversation->key, all_->size())) ||
      device.backlog->young.contains(message->id)) {
    return;
  }
  device.backlog->items.push_back({message, frame});
  if (++device.backlog->live > kMaxLiveBacklog) {
    ++counters_.backlog_overflows;
    device.socket->disconnect_transport();
  }
}

void Delivery::gathered(const SocketPtr& socket, std::vector<MessagePtr> missed, const std::vector<KeptNotice>& kept) {
  Device* device = device_of(socket);
  if (device == nullptr || !device->backlog) {
    return;
  }
  Backlog& backlog = *device->backlog;
  for (MessagePtr& message : missed) {
    backlog.items.push_back({std::move(message), nullptr});
  }
  // What arrived while the missed ones were being looked up may be among them, or before them.
  sort_for_reader(backlog.items, [](const Backlog::Item& item) -> const MessagePtr& { return item.message; });
  backlog.items.erase(std::unique(backlog.items.begin(), backlog.items.end(), same), backlog.items.end());
  drop_seen(backlog);
  const UnixMillis young = wall_millis(clock_) - std::chrono::milliseconds{kYoung}.count();
  for (const Backlog::Item& item : backlog.items) {
    if (item.message->timestamp >= young) {
      backlog.young.insert(item.message->id);
    }
  }
  backlog.counted = backlog.items.size();
  backlog.live = 0;
  backlog.gathered = true;
  send_notices(*device, kept);
  pump(socket);
  if (device_of(socket) != nullptr && device->backlog) {
    catching_up_.push_back(socket);
  }
}

void Delivery::send_notices(Device& device, const std::vector<KeptNotice>& kept) {
  std::vector<Backlog::Notice> all = std::move(device.backlog->notices);
  for (const KeptNotice& notice : kept) {
    all.push_back({notice.id, notice_frame(notice.event, notice.payload)});
  }
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  all.erase(std::unique(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.id == b.id; }), all.end());
  for (const Backlog::Notice& notice : all) {
    emit_event(*device.socket, notice.frame);
    notices_->remove(device.user, notice.id);
  }
  emit_event(*device.socket, registered_frame(all.size()));
}

void Delivery::pump(const SocketPtr& socket) {
  Device* device = device_of(socket);
  while (device != nullptr && device->backlog) {
    Backlog& backlog = *device->backlog;
    if (!backlog.announced && backlog.next == backlog.counted) {
      backlog.announced = true;
      emit_event(*socket, chat_registered_frame(backlog.counted));
    } else if (backlog.next == backlog.items.size()) {
      go_live(socket, *device);
    } else if (socket->buffered_bytes() < kBacklogHighWater) {
      const Backlog::Item item = std::move(backlog.items[backlog.next++]);
      ++counters_.backlog_messages;
      mark(*item.message, device->user);
      emit_message(*device, item.message, item.frame ? item.frame : new_message_frame(*item.message));
    } else {
      return;
    }
    device = device_of(socket);
  }
}

void Delivery::go_live(const SocketPtr& socket, Device& device) {
  if (!device.backlog->young.empty()) {
    device.overlap = std::make_unique<std::unordered_set<Uuid>>(std::move(device.backlog->young));
    overlapping_.emplace_back(clock_.now() + kYoung, socket);
  }
  device.backlog.reset();
}

void Delivery::forget_overlaps(Time now) {
  while (!overlapping_.empty() && overlapping_.front().first <= now) {
    if (const SocketPtr socket = overlapping_.front().second.lock()) {
      if (Device* device = device_of(socket)) {
        device->overlap.reset();
      }
    }
    overlapping_.pop_front();
  }
}

void Delivery::pump_all() {
  const std::vector<std::weak_ptr<Socket>> waiting = std::exchange(catching_up_, {});
  for (const std::weak_ptr<Socket>& weak : waiting) {
    if (const SocketPtr socket = weak.lock()) {
      pump(socket);
      const Device* device = device_of(socket);
      if (device != nullptr && device->backlog) {
        catching_up_.push_back(weak);
      }
    }
  }
}

}  // namespace plumbline::serve
