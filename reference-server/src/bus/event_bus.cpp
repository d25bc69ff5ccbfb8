#include "bus/event_bus.h"

namespace plumbline::serve {
namespace {

struct KeyOf {
  std::string operator()(const MessagePtr& message) const { return message->conversation->key.text(); }
  std::string operator()(const Typing& typing) const { return typing.conversation.text(); }
  std::string operator()(const ReadReceipt& receipt) const { return receipt.conversation->key.text(); }
  std::string operator()(const FriendNotice& notice) const { return notice.to.text(); }
};

}  // namespace

std::string_view topic_name(Topic topic) {
  switch (topic) {
    case Topic::chat_messages:
      return "chat-messages";
    case Topic::typing_indicators:
      return "typing-indicators";
    case Topic::read_receipts:
      return "read-receipts";
    case Topic::friend_events:
      return "friend-events";
  }
  return "";
}

std::optional<Topic> find_topic(std::string_view name) {
  for (std::size_t index = 0; index < kTopics; ++index) {
    if (topic_name(static_cast<Topic>(index)) == name) {
      return static_cast<Topic>(index);
    }
  }
  return std::nullopt;
}

std::string partition_key(const BusBody& body) {
  return std::visit(KeyOf{}, body);
}

}  // namespace plumbline::serve
