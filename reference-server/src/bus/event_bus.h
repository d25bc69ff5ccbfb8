// Port: the queue between accepting and delivering. What is acknowledged here is consumed, in order per key. Stage:
// bus.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "plumbline/base/result.h"
#include "service/message.h"

namespace plumbline::serve {

// Something a user's devices must get once, kept while none is there: friend events.
struct FriendNotice {
  Uuid to;
  std::string event;    // socket event name
  std::string payload;  // JSON object text
  std::uint64_t id{0};  // under which the notice store keeps it; 0: not kept yet
};

using BusBody = std::variant<MessagePtr, Typing, ReadReceipt, FriendNotice>;  // in the order of Topic

enum class Topic : std::uint8_t { chat_messages, typing_indicators, read_receipts, friend_events };
inline constexpr std::size_t kTopics = 4;

[[nodiscard]] std::string_view topic_name(Topic topic);  // "chat-messages"
[[nodiscard]] std::optional<Topic> find_topic(std::string_view name);
[[nodiscard]] inline Topic topic_of(const BusBody& body) {
  return static_cast<Topic>(body.index());
}
[[nodiscard]] std::string partition_key(const BusBody& body);  // conversation id, or user id for friend events

using Settled = std::function<void(Errc)>;  // exactly once
using Consumer = std::function<void(const BusBody&, Settled)>;

// One instance per shard, called and answering there.
class EventBus {
 public:
  virtual ~EventBus() = default;
  // Errc::ok: the record is safe and will be consumed. Records of one key published from one shard are consumed in
  // that order. Errc::unavailable: not taken; any other code: unknown, it may still be consumed.
  virtual void publish(BusBody body, Settled settled) = 0;
  // One consumer per topic, set before the first publish. It settles each record when its work is done.
  virtual void subscribe(Topic topic, Consumer consumer) = 0;
};

}  // namespace plumbline::serve
