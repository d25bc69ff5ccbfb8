// Prints records as the server makes them, one JSON object per line: topic, partitions, key, value.
#include <iostream>
#include <string>

#include "bus/kafka/record.h"
#include "bus/kafka/topics.h"

namespace plumbline::serve {
namespace {

const Uuid kWriter{0x1111111111111111, 0x1111111111111111};
const Uuid kReader{0x2222222222222222, 0x2222222222222222};
const Uuid kThird{0x3333333333333333, 0x3333333333333333};
constexpr UnixMillis kNow = 1'795'248'062'003;

void print(const BusBody& body) {
  const Topic topic = topic_of(body);
  std::cout << R"({"topic":")" << topic_name(topic) << R"(","partitions":)"
            << bus_topics().at(static_cast<std::size_t>(topic)).partitions << R"(,"key":")" << partition_key(body)
            << R"(","value":)" << encode_record(body) << "}\n";
}

void print_all_of(const ConversationPtr& conversation) {
  Message message;
  message.id = Uuid{0x4444444444444444, 0x4444444444444444};
  message.conversation = conversation;
  message.sender = kWriter;
  message.sequence = 7;
  message.previous = 5;
  message.epoch = 3;
  message.timestamp = kNow;
  message.text = "\xC3\xA9 \"quoted\"\n";
  message.type = "text";
  message.metadata = R"({"a":[1.50,{"b":null}]})";
  print(std::make_shared<const Message>(message));
  Typing typing;
  typing.conversation = conversation->key;
  typing.user = kWriter;
  typing.is_typing = true;
  typing.timestamp = kNow;
  typing.to = conversation->members;
  print(typing);
  ReadReceipt receipt;
  receipt.conversation = conversation;
  receipt.reader = kReader;
  receipt.up_to = 7;
  receipt.read_at = kNow;
  print(receipt);
}

void print_everything() {
  print_all_of(std::make_shared<Conversation>(
      Conversation{ConversationKey::pair(kWriter, kReader), {kWriter, kReader}, "", kNow}));
  print_all_of(std::make_shared<Conversation>(Conversation{{kThird, Uuid{}}, {kWriter, kReader, kThird}, "tea", kNow}));
  print(FriendNotice{kWriter, "newFriendRequest",
                     R"({"senderId":")" + kReader.text() +
                         R"(","senderName":"bob","requestCount":1,"timestamp":"2026-11-21T08:01:02.003Z"})",
                     1});
}

}  // namespace
}  // namespace plumbline::serve

int main() {
  plumbline::serve::print_everything();
}
