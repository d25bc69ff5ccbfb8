#include "delivery/delivery.h"

#include <algorithm>
#include <array>

#include "delivery/frames.h"
#include "mutant/mutant.h"
#include "mutant/period.h"
#include "service/wall_millis.h"
#include "store/owner_shard.h"

namespace plumbline::serve {
namespace {

constexpr std::size_t kMarksPerPost = 256;
constexpr std::size_t kTicksPerExpiryPass = 10;  // every device is looked at once a second

}  // namespace

Device::~Device() {
  if (delivery != nullptr) {
    delivery->detach(*this);
  }
}

Delivery::~Delivery() {
  for (const Slot& slot : slots_) {
    slot.device->delivery = nullptr;
  }
}

void Delivery::wire(Deliveries& all, MessageStore& messages, NoticeStore& notices) {
  all_ = &all;
  messages_ = &messages;
  notices_ = &notices;
}

bool Delivery::connected(Uuid user) const {
  const auto found = users_.find(user);
  return found != users_.end() && found->second.shards != 0;
}

void Delivery::attach(const SocketPtr& socket, Uuid user, Uuid family, std::int64_t expires, std::vector<SeenUpTo> seen,
                      const std::function<void()>& ready) {
  auto device = std::make_unique<Device>(*this, *socket, user, family, expires);
  device->backlog = std::make_unique<Backlog>();
  device->backlog->seen = std::move(seen);
  device->slot = slots_.size();
  slots_.push_back({device.get(), expires});
  users_[user].devices.push_back(device.get());
  socket->context = std::move(device);
  const auto missing = std::make_shared<std::size_t>(all_->size());
  for (std::size_t shard = 0; shard < all_->size(); ++shard) {
    // Every shard also hands over what it knows to be delivered, so that no other device's message counts as missed.
    all_->ask<char>(
        shard_, shard,
        [user, from = shard_](Delivery& there) {
          there.whereabouts_changed(user, from, true);
          there.flush_marks();
          return '\0';
        },
        [socket, shard, missing, ready](char) {
          static_cast<Device*>(socket->context.get())->backlog->heard |= bit(shard);
          if (--*missing == 0) {
            ready();
          }
        });
  }
}

void Delivery::detach(Device& device) {
  if (device.delivery == nullptr) {
    return;
  }
  device.delivery = nullptr;
  if (held_ && held_->device == &device) {
    held_.reset();
  }
  slots_[device.slot] = slots_.back();
  slots_[device.slot].device->slot = device.slot;
  slots_.pop_back();
  const auto found = users_.find(device.user);
  std::vector<Device*>& devices = found->second.devices;
  *std::find(devices.begin(), devices.end(), &device) = devices.back();
  devices.pop_back();
  if (!devices.empty()) {
    return;
  }
  flush_marks();
  for (std::size_t shard = 0; shard < all_->size(); ++shard) {
    all_->tell(shard_, shard,
               [user = device.user, from = shard_](Delivery& there) { there.whereabouts_changed(user, from, false); });
  }
}

void Delivery::whereabouts_changed(Uuid user, std::size_t shard, bool there) {
  Whereabouts& where = users_[user];
  where.shards = there ? where.shards | bit(shard) : where.shards & ~bit(shard);
  if (where.shards == 0 && where.devices.empty()) {
    users_.erase(user);
  }
}

// Calls send(shard, users with devices there), own shard last, so that the others start earlier.
template <class Send>
void Delivery::to_each_shard(const std::vector<Uuid>& users, Send send) {
  std::vector<std::vector<Uuid>> by_shard(all_->size());
  for (const Uuid user : users) {
    const auto found = users_.find(user);
    if (found == users_.end()) {
      continue;
    }
    for (std::size_t shard = 0; shard < by_shard.size(); ++shard) {
      if ((found->second.shards & bit(shard)) != 0) {
        by_shard[shard].push_back(user);
      }
    }
  }
  for (std::size_t i = 1; i <= by_shard.size(); ++i) {
    const std::size_t shard = (shard_ + i) % by_shard.size();
    if (!by_shard[shard].empty()) {
      send(shard, std::move(by_shard[shard]));
    }
  }
}

std::vector<Uuid> Delivery::receivers(const Message& message) {
  std::vector<Uuid> users = message.conversation->members;
  if (active(Mutant::wrong_recipient) && every_period(mutant_calls_)) {
    for (const auto& [user, where] : users_) {
      if (!message.conversation->has(user) && where.shards != 0) {
        users.push_back(user);
        break;
      }
    }
  }
  return users;
}

void Delivery::deliver(const MessagePtr& message) {
  const socketio::FramePtr frame = new_message_frame(*message);
  to_each_shard(receivers(*message), [&](std::size_t shard, std::vector<Uuid> users) {
    all_->tell(shard_, shard, [users = std::move(users), message, frame](Delivery& there) {
      there.deliver_here(users, message, frame);
    });
  });
}

void Delivery::tell(const std::vector<Uuid>& users, const socketio::FramePtr& frame) {
  to_each_shard(users, [&](std::size_t shard, std::vector<Uuid> there_users) {
    all_->tell(shard_, shard,
               [users = std::move(there_users), frame](Delivery& there) { there.tell_here(users, frame); });
  });
}

void Delivery::deliver_notice(Uuid user, std::uint64_t id, const socketio::FramePtr& frame) {
  to_each_shard({user}, [&](std::size_t shard, const std::vector<Uuid>&) {
    all_->tell(shard_, shard, [user, id, frame](Delivery& there) { there.deliver_notice_here(user, id, frame); });
  });
}

// An emit may end its connection and thereby remove that device from the list: going backwards by index stays right.
void Delivery::deliver_here(const std::vector<Uuid>& users, const MessagePtr& message,
                            const socketio::FramePtr& frame) {
  for (const Uuid user : users) {
    const auto found = users_.find(user);
    if (found == users_.end()) {
      continue;  // gone meanwhile: not marked as delivered, so the next device gets it
    }
    bool taken = false;
    for (std::size_t i = found->second.devices.size(); i-- > 0;) {
      Device& device = *found->second.devices[i];
      if (device.backlog) {
        wait_behind_backlog(device, message, frame);
      } else if (device.overlap && device.overlap->contains(message->id)) {
        taken = true;
      } else {
        taken = true;
        emit_message(device, message, frame);
      }
    }
    if (taken) {
      mark(*message, user);
    }
  }
}

void Delivery::tell_here(const std::vector<Uuid>& users, const socketio::FramePtr& frame) {
  for (const Uuid user : users) {
    const auto found = users_.find(user);
    if (found == users_.end()) {
      continue;
    }
    for (std::size_t i = found->second.devices.size(); i-- > 0;) {
      emit_event(*found->second.devices[i]->socket, frame);
    }
  }
}

void Delivery::deliver_notice_here(Uuid user, std::uint64_t id, const socketio::FramePtr& frame) {
  const auto found = users_.find(user);
  if (found == users_.end()) {
    return;
  }
  bool taken = false;
  for (std::size_t i = found->second.devices.size(); i-- > 0;) {
    Device& device = *found->second.devices[i];
    if (device.backlog && !device.backlog->gathered) {
      if (device.backlog->listens_to(owner_shard(user, all_->size()))) {
        device.backlog->notices.push_back({id, frame});
      }
    } else {
      taken = true;
      emit_event(*device.socket, frame);
    }
  }
  if (taken) {
    notices_->remove(user, id);
  }
}

void Delivery::emit_message(Device& device, const MessagePtr& message, const socketio::FramePtr& frame) {
  if (active(Mutant::drop) && every_period(mutant_calls_)) {
    return;
  }
  if (active(Mutant::swap) && hold_back(device, message, frame)) {
    return;
  }
  if (active(Mutant::duplicate) && every_period(mutant_calls_)) {
    device.socket->emit(frame);
  }
  ++counters_.messages;
  device.socket->emit(frame);
}

// The next message of the same conversation to the same device goes first.
bool Delivery::hold_back(Device& device, const MessagePtr& message, const socketio::FramePtr& frame) {
  if (!held_) {
    if (every_period(mutant_calls_)) {
      held_ = HeldBack{&device, message, frame, 0};
      return true;
    }
    return false;
  }
  if (held_->device != &device || held_->message->conversation->key != message->conversation->key) {
    return false;
  }
  const socketio::FramePtr first = std::move(held_->frame);
  held_.reset();
  device.socket->emit(frame);
  device.socket->emit(first);
  return true;
}

void Delivery::emit_event(Socket& socket, const socketio::FramePtr& frame) {
  ++counters_.events;
  socket.emit(frame);
}

void Delivery::mark(const Message& message, Uuid user) {
  marks_.push_back({message.conversation->key, user, message.sequence, wall_millis(clock_)});
  if (marks_.size() >= kMarksPerPost) {
    flush_marks();
  }
}

void Delivery::flush_marks() {
  if (!marks_.empty()) {
    messages_->mark_delivered(std::exchange(marks_, {}), [](const Result<void>&) {});
  }
}

void Delivery::end_family(Uuid family) {
  std::vector<Socket*> ended;
  for (const Slot& slot : slots_) {
    if (slot.device->family == family) {
      ended.push_back(slot.device->socket);
    }
  }
  for (Socket* socket : ended) {
    socket->disconnect_transport();
  }
}

void Delivery::tick() {
  flush_marks();
  pump_all();
  forget_overlaps(clock_.now());
  expire_some();
  if (held_ && ++held_->ticks > 10) {
    const HeldBack late = *held_;
    held_.reset();
    late.device->socket->emit(late.frame);
  }
}

// A tenth of the devices per tick: told at the first pass after the expiry, disconnected at the next, a second later.
void Delivery::expire_some() {
  const std::int64_t now = unix_seconds(clock_.wall_now());
  const std::size_t share = slots_.size() / kTicksPerExpiryPass + 1;
  std::vector<Device*> over;
  for (std::size_t i = 0; i < share && i < slots_.size(); ++i) {
    next_expiry_slot_ = next_expiry_slot_ + 1 < slots_.size() ? next_expiry_slot_ + 1 : 0;
    if (slots_[next_expiry_slot_].expires <= now) {
      over.push_back(slots_[next_expiry_slot_].device);
    }
  }
  for (Device* device : over) {
    if (std::exchange(device->expiry_told, true)) {
      device->socket->disconnect_transport();
    } else {
      ++counters_.sessions_expired;
      emit_event(*device->socket, session_expired_frame());
    }
  }
}

}  // namespace plumbline::serve
