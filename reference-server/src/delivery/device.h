// One connected socket of a user, and what it still has to be told before it is live. Stage: delivery.
#pragma once

#include <cstdint>
#include <memory>
#include <unordered_set>
#include <vector>

#include "gateway/application.h"
#include "service/message.h"
#include "store/message_store.h"

namespace plumbline::serve {

class Delivery;

[[nodiscard]] constexpr std::uint64_t bit(std::size_t shard) {
  return std::uint64_t{1} << shard;
}

// From the moment a device is registered until it has caught up, whatever arrives for it waits here, so that what it
// missed comes first and nothing comes twice.
struct Backlog {
  std::vector<SeenUpTo> seen;  // what the device said it has
  // Of the young ones among `items`, once gathered: fan-out may still bring them.
  std::unordered_set<Uuid> young;
  struct Item {
    MessagePtr message;
    socketio::FramePtr frame;  // null: made when it is sent
  };
  struct Notice {
    std::uint64_t id;
    socketio::FramePtr frame;
  };
  std::vector<Item> items;
  std::vector<Notice> notices;  // that arrived before the kept ones were known
  std::size_t next{0};          // first item not yet sent
  std::size_t counted{0};       // items before this one are what chatRegistered counts
  std::size_t live{0};          // items that arrived since; bounded
  // Shards that know of this device. What another shard sent before that was for a device that left: taking it would
  // look like a gap, and looking up what was missed brings it anyway.
  std::uint64_t heard{0};
  bool gathered{false};   // the missed ones are in
  bool announced{false};  // chatRegistered was sent

  [[nodiscard]] bool listens_to(std::size_t shard) const { return (heard & bit(shard)) != 0; }
};

// Owned by its socket, listed by the Delivery of the socket's shard; leaves the list when destroyed.
class Device final : public SocketContext {
 public:
  Device(Delivery& list, Socket& owner, Uuid user_id, Uuid family_id, std::int64_t expires_at)
      : delivery(&list), socket(&owner), user(user_id), family(family_id), expires(expires_at) {}
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;
  ~Device() override;

  Delivery* delivery;  // null once it left the list
  Socket* socket;
  Uuid user;
  Uuid family;           // log-in family of its token; nil for tokens signed elsewhere
  std::int64_t expires;  // unix seconds
  std::size_t slot{0};   // index into the delivery's list
  bool expiry_told{false};
  std::unique_ptr<Backlog> backlog;  // null: live
  // What catching up brought and fan-out may bring again, for kYoung after going live; null: nothing.
  std::unique_ptr<std::unordered_set<Uuid>> overlap;
};

}  // namespace plumbline::serve
