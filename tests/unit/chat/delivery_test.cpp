// What devices are told, in which order, and how often: live, offline, and across the moment of connecting.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "chat_world.h"

namespace plumbline::serve {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Delivery, EveryDeviceOfBothUsersGetsAMessageOnce) {
  ChatWorld world(4);
  const Person ann = world.known("ann");
  const Person bob = world.known("bob");
  const auto ann0 = world.connect(ann, 0);
  const auto ann1 = world.connect(ann, 1);
  const auto bob2 = world.connect(bob, 2);
  const auto bob3 = world.connect(bob, 3);
  const auto bob3b = world.connect(bob, 3);

  const Answer sent = world.send(ann, bob, "hello");

  ASSERT_EQ(sent.status, 202U);
  for (const auto& device : {ann0, ann1, bob2, bob3, bob3b}) {
    const auto messages = device->all("newMessage");
    ASSERT_EQ(messages.size(), 1U);
    EXPECT_EQ(messages[0].at("messageId"), sent.json().at("messageId"));
    EXPECT_EQ(messages[0].at("conversationId").as_string(), conversation_of(ann, bob));
    EXPECT_EQ(messages[0].at("senderId").as_string(), ann.id.text());
    EXPECT_EQ(messages[0].at("receiverId").as_string(), bob.id.text());
    EXPECT_EQ(messages[0].at("message").as_string(), "hello");
    EXPECT_EQ(messages[0].at("messageType").as_string(), "text");
    EXPECT_EQ(messages[0].at("sequenceId").as_int64(), 1);
    EXPECT_EQ(messages[0].at("prevSequenceId").as_int64(), 0);
    EXPECT_TRUE(messages[0].at("metadata").as_object().empty());
    EXPECT_EQ(messages[0].at("timestamp").as_string().size(), 24U);
  }
}

TEST(Delivery, AStrangerHearsNothing) {
  ChatWorld world;
  const Person ann = world.known("ann");
  const Person bob = world.known("bob");
  const auto eve = world.connect(world.known("eve"), 1);
  const std::size_t before = eve->told.size();

  (void)world.send(ann, bob, "secret");
  (void)world.post(bob, "/messages/mark-read",
                   R"({"conversationId":")" + conversation_of(ann, bob) + R"(","lastReadSequenceId":1})");

  EXPECT_EQ(eve->told.size(), before);
}

TEST(Delivery, AConnectingDeviceIsRegisteredThenCaughtUp) {
  ChatWorld world;
  const Person ann = world.known("ann");

  const auto device = world.connect(ann, 1);

  EXPECT_THAT(device->events(), ElementsAre("registered", "chatRegistered"));
  EXPECT_EQ(device->told[0].payload.at("queuedNotifications").as_int64(), 0);
  EXPECT_EQ(device->told[1].payload.at("queuedMessages").as_int64(), 0);
  EXPECT_TRUE(device->told[1].payload.at("success").as_bool());
}

TEST(Delivery, WhatWasMissedComesOldestFirstAndIsCounted) {
  ChatWorld world;
  const Person ann = world.known("ann");
  const Person bob = world.known("bob");
  for (int i = 0; i < 700; ++i) {
    ASSERT_EQ(world.send(ann, bob, "m").status, 202U);
  }

  const auto device = world.connect(bob, 1);

  const std::vector<std::int64_t> got = device->sequences();
  ASSERT_EQ(got.size(), 700U);
  for (std::size_t i = 0; i < got.size(); ++i) {
    EXPECT_EQ(got[i], static_cast<std::int64_t>(i + 1));
  }
  EXPECT_EQ(device->told.back().event, "chatRegistered");
  EXPECT_EQ(device->told.back().payload.at("queuedMessages").as_int64(), 700);
}

TEST(Delivery, WhatOneDeviceGotIsNotMissedByTheNext) {
  ChatWorld world;
  const Person ann = world.known("ann");
  const Person bob = world.known("bob");
  auto first = world.connect(bob, 0);
  (void)world.send(ann, bob, "seen");
  world.disconnect(0, first);
  world.pump();
  (void)world.send(ann, bob, "missed");

  const auto second = world.connect(bob, 1);

  EXPECT_THAT(second->sequences(), ElementsAre(2));
}

TEST(Delivery, ADeviceThatSaysWhatItHasGetsTheRestWhateverOtherDevicesGot) {
  ChatWorld world;
  const Person ann = world.known("ann");
  const Person bob = world.known("bob");
  const auto other = world.connect(bob, 0);
  for (int i = 0; i < 4; ++i) {
    (void)world.send(ann, bob, "m");
  }
  const std::string cursors = R"("cursors":{")" + conversation_of(ann, bob) + R"(":1})";

  const Attempt back = world.try_connect(1, R"({"token":")" + bob.token + R"(",)" + cursors + "}");

  EXPECT_THAT(back.socket->sequences(), ElementsAre(2, 3, 4));
  EXPECT_THAT(other->sequences(), ElementsAre(1, 2, 3, 4));
}

TEST(Delivery, CursorsThatAreNoneAreRefusedWithASentence) {
  ChatWorld world;
  const Person bob = world.known("bob");
  for (const char* cursors : {"7", R"(["a"])", R"({"nonsense":1})", R"({"b":"1"})"}) {
    const Attempt attempt = world.try_connect(0, R"({"token":")" + bob.token + R"(","cursors":)" + cursors + "}");
    ASSERT_TRUE(attempt.refusal.has_value()) << cursors;
    EXPECT_EQ(attempt.refusal->data, R"({"code":"INVALID_CURSOR"})");
  }
}

TEST(Delivery, ASlowClientGetsItsBacklogInPieces) {
  ChatWorld world;
  const Person ann = world.known("ann");
  const Person bob = world.known("bob");
  for (int i = 0; i < 5; ++i) {
    (void)world.send(ann, bob, "m");
  }
  const auto attempt = world.start_connect(1, R"({"token":")" + bob.token + R"("})");
  attempt->socket->buffered = 1'000'000'000;
  world.pump();
  EXPECT_THAT(attempt->socket->events(), ElementsAre("registered"));
  (void)world.send(ann, bob, "live");

  attempt->socket->buffered = 0;
  world.tick_for(std::chrono::milliseconds{100});

  EXPECT_THAT(attempt->socket->sequences(), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_EQ(attempt->socket->all("chatRegistered").at(0).at("queuedMessages").as_int64(), 5);
}

TEST(Delivery, AGroupMessageReachesEveryMember) {
  ChatWorld world(3);
  const Person ann = world.known("ann");
  const Person bob = world.known("bob");
  const Person cat = world.known("cat");
  const Answer group =
      world.post(ann, "/api/conversations",
                 R"({"type":"group","participantIds":[)" + quoted_id(bob) + "," + quoted_id(cat) + "]}");
  ASSERT_EQ(group.status, 201U);
  const auto a = world.connect(ann, 0);
  const auto b = world.connect(bob, 1);
  const auto c = world.connect(cat, 2);

  const Answer sent =
      world.post(bob, "/messages/send",
                 R"({"conversationId":")" + std::string{group.json().at("id").as_string()} + R"(","message":"all"})");

  ASSERT_EQ(sent.status, 202U);
  for (const auto& device : {a, b, c}) {
    ASSERT_THAT(device->sequences(), ElementsAre(1)) << device->id();
    EXPECT_TRUE(device->all("newMessage")[0].at("receiverId").is_null());
  }
}

TEST(Delivery, AMessageToOneselfComesOncePerDevice) {
  ChatWorld world;
  const Person ann = world.known("ann");
  const auto device = world.connect(ann, 1);

  (void)world.send(ann, ann, "note");

  EXPECT_THAT(device->sequences(), ElementsAre(1));
}

TEST(Typing, ReachesTheOthersOnlyAndExpiresAfterFiveSeconds) {
  ChatWorld world;
  const Person ann = world.known("ann");
  const Person bob = world.known("bob");
  const auto a = world.connect(ann, 0);
  const auto a2 = world.connect(ann, 1);
  const auto b = world.connect(bob, 1);

  world.event(0, a, "typing", R"({"conversationId":")" + conversation_of(ann, bob) + R"(","isTyping":true})");
  EXPECT_EQ(b->all("typingIndicator").size(), 1U);
  world.tick_for(std::chrono::milliseconds{4900});
  EXPECT_EQ(b->all("typingIndicator").size(), 1U);
  world.tick_for(std::chrono::milliseconds{200});

  const auto told = b->all("typingIndicator");
  ASSERT_EQ(told.size(), 2U);
  EXPECT_TRUE(told[0].at("isTyping").as_bool());
  EXPECT_FALSE(told[1].at("isTyping").as_bool());
  EXPECT_EQ(told[1].at("userId").as_string(), ann.id.text());
  EXPECT_THAT(a->all("typingIndicator"), IsEmpty());
  EXPECT_THAT(a2->all("typingIndicator"), IsEmpty());
}

TEST(Typing, AnExplicitStopEndsItAtOnceAndOnce) {
  ChatWorld world;
  const Person ann = world.known("ann");
  const Person bob = world.known("bob");
  const auto a = world.connect(ann, 0);
  const auto b = world.connect(bob, 1);
  const std::string id = conversation_of(ann, bob);

  world.event(0, a, "typing", R"({"conversationId":")" + id + R"(","isTyping":true})");
  world.event(0, a, "typing", R"({"conversationId":")" + id + R"(","isTyping":false})");
  world.tick_for(std::chrono::seconds{6});

  EXPECT_EQ(b->all("typingIndicator").size(), 2U);
}

class BadTyping : public testing::TestWithParam<std::string> {};

TEST_P(BadTyping, GetsAnErrorAndReachesNobody) {
  ChatWorld world;
  const Person ann = world.known("ann");
  const Person bob = world.known("bob");
  const Person eve = world.known("eve");
  (void)world.send(ann, bob, "hi");
  const auto b = world.connect(bob, 1);
  const auto e = world.connect(eve, 0);
  std::string args = GetParam();
  if (const std::size_t at = args.find('#'); at != std::string::npos) {
    args.replace(at, 1, conversation_of(ann, bob));
  }

  world.event(0, e, "typing", args);

  EXPECT_EQ(e->all("error").size(), 1U);
  EXPECT_THAT(b->all("typingIndicator"), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Payloads, BadTyping,
                         testing::Values("", "null", "1", "\"x\"", "[]", "{}",
                                         R"({"conversationId":null,"isTyping":true})",
                                         R"({"conversationId":5,"isTyping":true})",
                                         R"({"conversationId":"x","isTyping":true})",
                                         R"({"conversationId":"#","isTyping":"yes"})", R"({"conversationId":"#"})",
                                         R"({"conversationId":"#","isTyping":true})"));

TEST(Session, AnExpiredTokenIsToldThenDisconnectedWithinFiveSeconds) {
  ChatWorld world;
  const Person ann = world.known("ann");
  const auto device = world.connect(ann, 1);

  world.tick_for(std::chrono::minutes{15} - std::chrono::seconds{2});
  EXPECT_TRUE(device->open);
  EXPECT_THAT(device->all("auth:session_expired"), IsEmpty());
  world.tick_for(std::chrono::seconds{5});

  EXPECT_EQ(device->all("auth:session_expired").size(), 1U);
  EXPECT_FALSE(device->open);
}

using Sends = std::vector<std::shared_ptr<std::optional<Answer>>>;

// Every acknowledged send once, each connection an unbroken ascending run of sequence ids.
void expect_one_order(const Sends& sends, const std::vector<std::vector<std::int64_t>>& connections) {
  std::set<std::int64_t> acked;
  for (const auto& send : sends) {
    ASSERT_TRUE(send->has_value());
    ASSERT_EQ((*send)->status, 202U);
    EXPECT_TRUE(acked.insert((*send)->json().at("sequenceId").as_int64()).second) << "sequence reused";
  }
  std::set<std::int64_t> seen;
  for (const std::vector<std::int64_t>& connection : connections) {
    EXPECT_TRUE(std::is_sorted(connection.begin(), connection.end()));
    EXPECT_EQ(std::adjacent_find(connection.begin(), connection.end()), connection.end()) << "twice";
    for (std::size_t i = 1; i < connection.size(); ++i) {
      EXPECT_EQ(connection[i], connection[i - 1] + 1) << "gap while connected";
    }
    seen.insert(connection.begin(), connection.end());
  }
  EXPECT_EQ(seen, acked);
}

// Any interleaving of sends, connects and disconnects: history and every device see one order, nothing twice, nothing
// missing while a device is there.
class Interleavings : public testing::TestWithParam<std::uint64_t> {};

TEST_P(Interleavings, KeepOrderAndExactlyOnce) {
  constexpr std::size_t kShards = 3;
  ChatWorld world(kShards);
  Rng rng(GetParam());
  const Person ann = world.known("ann");
  const Person bob = world.known("bob");
  struct Here {
    std::shared_ptr<Attempt> attempt;
    std::size_t shard;
  };
  std::vector<Here> devices;
  std::vector<std::vector<std::int64_t>> of_bob;  // what each connection of bob saw, in order of connecting
  std::vector<std::shared_ptr<std::optional<Answer>>> sends;

  for (int turn = 0; turn < 400; ++turn) {
    switch (rng.below(8)) {
      case 0:
        if (devices.size() < 3) {
          const std::size_t shard = rng.below(kShards);
          devices.push_back({world.start_connect(shard, R"({"token":")" + bob.token + R"("})"), shard});
        }
        break;
      case 1:
        if (!devices.empty() && rng.below(3) == 0) {
          world.pump();
          const Here gone = devices.back();
          devices.pop_back();
          of_bob.push_back(gone.attempt->socket->sequences());
          auto socket = gone.attempt->socket;
          world.disconnect(gone.shard, socket);
        }
        break;
      case 2:
      case 3:
        sends.push_back(
            world.start(rng.below(kShards),
                        make_request("POST", "/messages/send", rng.below(2) == 0 ? ann.token : bob.token,
                                     R"({"conversationId":")" + conversation_of(ann, bob) + R"(","message":"m"})")));
        break;
      default:
        (void)world.step(rng.below(kShards));
    }
  }
  world.pump();
  for (const Here& device : devices) {
    of_bob.push_back(device.attempt->socket->sequences());
  }
  const auto last = world.connect(bob, 0);  // gets what is still missed
  of_bob.push_back(last->sequences());

  expect_one_order(sends, of_bob);
}

INSTANTIATE_TEST_SUITE_P(Seeds, Interleavings, testing::Range<std::uint64_t>(1, 41));

}  // namespace
}  // namespace plumbline::serve
