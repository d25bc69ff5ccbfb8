// Brings what happened to the devices it concerns: each message once to every device of every member, in order, also
// across the moment of connecting (DEL-1 to DEL-4, ORD-3). Stage: delivery.
//
// One per shard. It lists the devices connected here and knows for every connected user on which shards devices are, so
// that a broadcast is one post per shard carrying one immutable frame. What belongs together is always sent from the
// shard that owns it (a conversation, a user's notices), and posts between two shards keep their order.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <optional>
#include <unordered_map>
#include <vector>

#include "delivery/device.h"
#include "plumbline/base/clock.h"
#include "store/message_store.h"
#include "store/notice_store.h"
#include "store/partitions.h"

namespace plumbline::serve {

class Delivery;
using Deliveries = Partitions<Delivery>;

inline constexpr std::size_t kMaxChatShards = 64;       // one bit each in the table of whereabouts
inline constexpr std::size_t kMaxLiveBacklog = 65'536;  // messages that may wait for one device that catches up
inline constexpr std::chrono::seconds kYoung{15};       // a message may be in the store so long before fan-out has it
inline constexpr std::size_t kBacklogHighWater = 262'144;  // bytes on the way to it before it is given more

struct DeliveryCounters {
  std::uint64_t messages{0};           // newMessage events emitted
  std::uint64_t events{0};             // all other events emitted
  std::uint64_t backlog_messages{0};   // of `messages`: sent to catch up
  std::uint64_t backlog_overflows{0};  // devices disconnected because too much arrived while they caught up
  std::uint64_t sessions_expired{0};
};

class Delivery {
 public:
  Delivery(std::size_t shard, const Clock& clock) : shard_(shard), clock_(clock) {}
  ~Delivery();
  // The other shards and this shard's stores; before anything else.
  void wire(Deliveries& all, MessageStore& messages, NoticeStore& notices);

  // Messages of this shard's conversations of which `held` is true come later, through deliver(): a device that catches
  // up gets them then, in order, although the store has them already.
  void leaves_to_order(std::function<bool(const Message&)> held) { held_for_order_ = std::move(held); }

  // Lists the socket as a device of the user, still silent; `ready` once every shard sends it what happens from now on.
  // `seen`: what this device has already, from an earlier connection to whatever instance.
  void attach(const SocketPtr& socket, Uuid user, Uuid family, std::int64_t expires, std::vector<SeenUpTo> seen,
              const std::function<void()>& ready);
  // The client knows that it is connected: kept notices, `registered`, missed messages, `chatRegistered`, then live.
  void start(const SocketPtr& socket);
  void detach(Device& device);

  // On the shard that owns the conversation, right after it was stored.
  void deliver(const MessagePtr& message);
  // To all devices connected at this moment; not kept for anybody.
  void tell(const std::vector<Uuid>& users, const socketio::FramePtr& frame);
  // On the shard that owns the user's notices, right after it was kept.
  void deliver_notice(Uuid user, std::uint64_t id, const socketio::FramePtr& frame);

  // Closes the connections of that log-in family here.
  void end_family(Uuid family);
  void tick();

  [[nodiscard]] std::size_t devices() const { return slots_.size(); }
  [[nodiscard]] bool connected(Uuid user) const;  // anywhere
  [[nodiscard]] const DeliveryCounters& counters() const { return counters_; }

 private:
  struct Whereabouts {
    std::uint64_t shards{0};       // bit s: shard s has devices of this user
    std::vector<Device*> devices;  // those here
  };
  struct Slot {
    Device* device;
    std::int64_t expires;
  };
  struct HeldBack {  // mutant `swap`
    Device* device;
    MessagePtr message;
    socketio::FramePtr frame;
    int ticks;
  };

  void whereabouts_changed(Uuid user, std::size_t shard, bool there);
  template <class Send>
  void to_each_shard(const std::vector<Uuid>& users, Send send);
  void deliver_here(const std::vector<Uuid>& users, const MessagePtr& message, const socketio::FramePtr& frame);
  void tell_here(const std::vector<Uuid>& users, const socketio::FramePtr& frame);
  void deliver_notice_here(Uuid user, std::uint64_t id, const socketio::FramePtr& frame);
  void emit_message(Device& device, const MessagePtr& message, const socketio::FramePtr& frame);
  void emit_event(Socket& socket, const socketio::FramePtr& frame);
  void mark(const Message& message, Uuid user);
  void flush_marks();

  void wait_behind_backlog(Device& device, const MessagePtr& message, const socketio::FramePtr& frame);
  struct Missed;
  void leave_held(std::shared_ptr<Missed> missed);
  [[nodiscard]] std::vector<Uuid> held_of(const std::vector<MessagePtr>& messages) const;
  void gathered(const SocketPtr& socket, std::vector<MessagePtr> missed, const std::vector<KeptNotice>& kept);
  void send_notices(Device& device, const std::vector<KeptNotice>& kept);
  void pump(const SocketPtr& socket);
  void pump_all();
  void go_live(const SocketPtr& socket, Device& device);
  void forget_overlaps(Time now);

  void expire_some();
  [[nodiscard]] std::vector<Uuid> receivers(const Message& message);
  [[nodiscard]] bool hold_back(Device& device, const MessagePtr& message, const socketio::FramePtr& frame);

  std::size_t shard_;
  const Clock& clock_;
  Deliveries* all_{nullptr};
  MessageStore* messages_{nullptr};
  NoticeStore* notices_{nullptr};
  std::function<bool(const Message&)> held_for_order_;

  std::unordered_map<Uuid, Whereabouts> users_;  // every connected user, wherever connected
  std::vector<Slot> slots_;                      // every device here, dense for the expiry scan
  std::size_t next_expiry_slot_{0};
  std::vector<std::weak_ptr<Socket>> catching_up_;
  std::deque<std::pair<Time, std::weak_ptr<Socket>>> overlapping_;  // until when; oldest first
  std::vector<ReadMark> marks_;                                     // delivered, not yet told to the store
  DeliveryCounters counters_;
  unsigned mutant_calls_{0};
  std::optional<HeldBack> held_;
};

}  // namespace plumbline::serve
