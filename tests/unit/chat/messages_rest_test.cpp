// Send, history, read state and conversation lists through REST.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "chat_world.h"

namespace plumbline::serve {
namespace {

using testing::ElementsAre;

std::vector<std::int64_t> sequences_of(const Answer& history) {
  std::vector<std::int64_t> found;
  for (const auto& row : history.json().at("messages").as_array()) {
    found.push_back(row.at("sequence_id").as_int64());
  }
  return found;
}

std::int64_t unread(ChatWorld& world, const Person& who) {
  return world.get(who, "/messages/unread-count").json().at("unreadCount").as_int64();
}

Answer mark(ChatWorld& world, const Person& who, const std::string& conversation, const std::string& up_to) {
  return world.post(who, "/messages/mark-read",
                    R"({"conversationId":")" + conversation + R"(","lastReadSequenceId":)" + up_to + "}");
}

TEST(Send, AnswersExactlyThreeFieldsAndCountsFromOne) {
  ChatWorld world;
  const Person ann = world.known("ann");
  const Person bob = world.known("bob");

  const Answer first = world.send(ann, bob, "one");
  const Answer second = world.send(bob, ann, "two");

  EXPECT_EQ(first.status, 202U);
  EXPECT_EQ(first.json().size(), 3U);
  EXPECT_EQ(first.json().at("sequenceId").as_int64(), 1);
  EXPECT_EQ(first.json().at("status").as_string(), "queued");
  EXPECT_TRUE(Uuid::parse(std::string{first.json().at("messageId").as_string()}).has_value());
  EXPECT_EQ(second.json().at("sequenceId").as_int64(), 2);
}

TEST(Send, IsInHistoryWhenTheAnswerLeaves) {
  ChatWorld world;
  const Person ann = world.known("ann");
  const Person bob = world.known("bob");
  const std::string text = R"(  \u0041\"\\ \n ☃ 𝄞 )";

  const Answer sent = world.send(ann, bob, text);
  const Answer history = world.get(bob, "/messages/history/" + conversation_of(ann, bob));

  ASSERT_EQ(history.status, 200U);
  const auto& row = history.json().at("messages").as_array().at(0).as_object();
  EXPECT_EQ(row.at("message_id"), sent.json().at("messageId"));
  EXPECT_EQ(row.at("message").as_string(), "  A\"\\ \n ☃ 𝄞 ");
  EXPECT_TRUE(row.at("read_at").is_null());
  EXPECT_FALSE(history.json().at("hasMore").as_bool());
}

TEST(Send, UpperCaseReceiverIsTheSameConversation) {
  ChatWorld world;
  const Person ann = world.known("ann");
  const Person bob = world.known("bob");
  std::string upper = bob.id.text();
  for (char& c : upper) {
    c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  (void)world.send(ann, bob, "x");

  const Answer sent = world.post(ann, "/messages/send", R"({"receiverId":")" + upper + R"(","message":"y"})");

  EXPECT_EQ(sent.json().at("sequenceId").as_int64(), 2);
}

TEST(Send, TwoConcurrentFirstContactsMakeOneConversation) {
  ChatWorld world(4);
  const Person ann = world.known("ann");
  const Person bob = world.known("bob");
  const auto a = world.start(1, make_request("POST", "/messages/send", ann.token,
                                             R"({"receiverId":)" + quoted_id(bob) + R"(,"message":"a"})"));
  const auto b = world.start(2, make_request("POST", "/messages/send", bob.token,
                                             R"({"receiverId":)" + quoted_id(ann) + R"(,"message":"b"})"));
  world.pump();

  EXPECT_EQ((*a)->json().at("sequenceId").as_int64() + (*b)->json().at("sequenceId").as_int64(), 3);
  EXPECT_EQ(world.get(ann, "/messages/conversations").json().at("conversations").as_array().size(), 1U);
}

TEST(Send, ARetryWithTheSameClientIdGetsTheFirstAnswer) {
  ChatWorld world(3);
  const Person ann = world.known("ann");
  const Person bob = world.known("bob");
  const std::string body = R"({"receiverId":)" + quoted_id(bob) + R"(,"message":"m","clientMessageId":"c-1"})";

  const Answer first = world.post(ann, "/messages/send", body);
  const Answer again = world.post(ann, "/messages/send", body);
  const Answer by_header = world.post(
      ann, "/messages/send", R"({"receiverId":)" + quoted_id(bob) + R"(,"message":"m"})", {{"idempotency-key", "c-1"}});

  EXPECT_EQ(again.status, 202U);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(by_header.body, first.body);
  EXPECT_EQ(again.header("idempotency-replayed"), "true");
  EXPECT_EQ(first.header("idempotency-replayed"), "");
  EXPECT_THAT(sequences_of(world.get(bob, "/messages/history/" + conversation_of(ann, bob))), ElementsAre(1));
}

TEST(Send, ConcurrentRetriesStoreOnce) {
  ChatWorld world(3);
  const Person ann = world.known("ann");
  const Person bob = world.known("bob");
  const std::string body = R"({"receiverId":)" + quoted_id(bob) + R"(,"message":"m","clientMessageId":"c"})";
  std::vector<std::shared_ptr<std::optional<Answer>>> answers;
  for (std::size_t i = 0; i < 9; ++i) {
    answers.push_back(world.start(i % 3, make_request("POST", "/messages/send", ann.token, body)));
  }
  world.pump();

  for (const auto& answer : answers) {
    ASSERT_TRUE(answer->has_value());
    EXPECT_EQ((*answer)->body, (*answers[0])->body);
  }
  EXPECT_THAT(sequences_of(world.get(bob, "/messages/history/" + conversation_of(ann, bob))), ElementsAre(1));
}

TEST(Send, AClientIdIsFreeAgainAfterAFailure) {
  ChatWorld world;
  const Person ann = world.known("ann");
  const Person bob = world.person("bob");  // unknown until the first own request
  const std::string body = R"({"receiverId":)" + quoted_id(bob) + R"(,"message":"m","clientMessageId":"c"})";

  EXPECT_EQ(world.post(ann, "/messages/send", body).status, 404U);
  (void)world.get(bob, "/messages/unread-count");

  EXPECT_EQ(world.post(ann, "/messages/send", body).status, 202U);
}

TEST(History, PagesExactly) {
  ChatWorld world;
  const Person ann = world.known("ann");
  const Person bob = world.known("bob");
  for (int i = 0; i < 4; ++i) {
    (void)world.send(ann, bob, "m");
  }
  const std::string path = "/messages/history/" + conversation_of(ann, bob);

  const Answer newest = world.get(ann, path + "?limit=2");
  const Answer oldest = world.get(ann, path + "?limit=2&beforeSequence=3");
  const Answer next = world.get(ann, path + "?limit=2&cursor=" + newest.json().at("nextCursor").as_string().c_str());

  EXPECT_THAT(sequences_of(newest), ElementsAre(3, 4));
  EXPECT_TRUE(newest.json().at("hasMore").as_bool());
  EXPECT_THAT(sequences_of(oldest), ElementsAre(1, 2));
  EXPECT_FALSE(oldest.json().at("hasMore").as_bool());
  EXPECT_EQ(next.body, oldest.body);
}

TEST(History, IsNotThereForAStranger) {
  ChatWorld world;
  const Person ann = world.known("ann");
  const Person bob = world.known("bob");
  const Person eve = world.known("eve");
  (void)world.send(ann, bob, "secret");

  const Answer foreign = world.get(eve, "/messages/history/" + conversation_of(ann, bob));
  const Answer nonsense = world.get(eve, "/messages/history/nonsense");

  EXPECT_EQ(foreign.status, 404U);
  EXPECT_EQ(foreign.body, nonsense.body);
  EXPECT_EQ(world.get(eve, "/messages/history/" + conversation_of(eve, bob)).status, 200U);
}

TEST(ReadState, EveryEndpointAgreesAtOnce) {
  ChatWorld world(3);
  const Person ann = world.known("ann");
  const Person bob = world.known("bob");
  const std::string id = conversation_of(ann, bob);
  for (int i = 0; i < 3; ++i) {
    (void)world.send(ann, bob, "m");
  }
  (void)world.send(bob, ann, "r");
  EXPECT_EQ(unread(world, bob), 3);
  EXPECT_EQ(unread(world, ann), 1);

  const Answer marked = mark(world, bob, id, "2");

  EXPECT_EQ(marked.status, 200U);
  EXPECT_EQ(marked.json().at("status").as_string(), "queued");
  EXPECT_EQ(unread(world, bob), 1);
  const Answer list = world.get(bob, "/messages/conversations");
  EXPECT_EQ(list.json().at("conversations").as_array().at(0).at("unread_count").as_int64(), 1);
  const Answer history = world.get(ann, "/messages/history/" + id);
  const auto& rows = history.json().at("messages").as_array();
  EXPECT_TRUE(rows.at(1).at("read_at").is_string());
  EXPECT_TRUE(rows.at(2).at("read_at").is_null());
}

TEST(ReadState, OneReceiptPerChangeToTheOthersOnly) {
  ChatWorld world(3);
  const Person ann = world.known("ann");
  const Person bob = world.known("bob");
  const std::string id = conversation_of(ann, bob);
  (void)world.send(ann, bob, "1");
  (void)world.send(ann, bob, "2");
  const auto a = world.connect(ann, 1);
  const auto b = world.connect(bob, 2);

  (void)mark(world, bob, id, "1000000000");
  (void)mark(world, bob, id, "2");
  (void)mark(world, bob, id, "1");

  const auto receipts = a->all("readReceipt");
  ASSERT_EQ(receipts.size(), 1U);
  EXPECT_EQ(receipts[0].at("lastReadSequenceId").as_int64(), 2);
  EXPECT_EQ(receipts[0].at("readBy").as_string(), bob.id.text());
  EXPECT_TRUE(b->all("readReceipt").empty());
  EXPECT_EQ(unread(world, bob), 0);
}

TEST(ReadState, NobodyMarksWhatIsNotTheirs) {
  ChatWorld world;
  const Person ann = world.known("ann");
  const Person bob = world.known("bob");
  const Person eve = world.known("eve");
  (void)world.send(ann, bob, "m");
  const auto a = world.connect(ann, 1);

  EXPECT_EQ(mark(world, eve, conversation_of(ann, bob), "1").status, 404U);
  EXPECT_EQ(mark(world, eve, conversation_of(eve, ann), "1").status, 404U);
  EXPECT_TRUE(a->all("readReceipt").empty());
}

TEST(Conversations, AreListedNewestFirstInPages) {
  ChatWorld world(3);
  const Person ann = world.known("ann");
  std::vector<Person> others;
  for (int i = 0; i < 5; ++i) {
    others.push_back(world.known("p" + std::to_string(i)));
    (void)world.send(ann, others.back(), "m" + std::to_string(i));
    world.clock.advance(std::chrono::seconds{1});
  }

  std::vector<std::string> texts;
  std::string query = "?limit=2";
  for (bool more = true; more;) {
    const Answer page = world.get(ann, "/messages/conversations" + query);
    ASSERT_EQ(page.status, 200U);
    for (const auto& line : page.json().at("conversations").as_array()) {
      texts.emplace_back(line.at("last_message").as_string());
    }
    more = page.json().at("hasMore").as_bool();
    query = more ? "?limit=2&cursor=" + std::string{page.json().at("nextCursor").as_string()} : "";
  }

  EXPECT_THAT(texts, ElementsAre("m4", "m3", "m2", "m1", "m0"));
}

TEST(Groups, NeedKnownParticipants) {
  ChatWorld world;
  const Person ann = world.known("ann");
  const Person ghost = world.person("ghost");

  const Answer made =
      world.post(ann, "/api/conversations", R"({"type":"group","participantIds":[)" + quoted_id(ghost) + "]}");

  EXPECT_EQ(made.status, 404U);
}

TEST(Limits, TheHundredAndFirstSendIsRefusedAndRefusalsDoNotExtend) {
  ChatWorld world(2, ChatWorld::Limits::on);
  const Person ann = world.known("ann");
  const Person bob = world.known("bob");
  for (int i = 0; i < 100; ++i) {
    const Answer sent = world.send(ann, bob, "m");
    ASSERT_EQ(sent.status, 202U);
    EXPECT_EQ(sent.header("x-ratelimit-remaining"), std::to_string(99 - i));
  }

  const Answer refused = world.send(ann, bob, "m");
  EXPECT_EQ(refused.status, 429U);
  EXPECT_EQ(refused.code(), "RATE_LIMITED");
  EXPECT_EQ(refused.header("retry-after"), "60");
  EXPECT_EQ(refused.header("x-ratelimit-limit"), "100");
  EXPECT_EQ(refused.header("x-ratelimit-remaining"), "0");
  EXPECT_EQ(world.get(ann, "/messages/history/" + conversation_of(ann, bob)).status, 200U) << "a bucket of its own";
  world.clock.advance(std::chrono::seconds{59});
  EXPECT_EQ(world.send(ann, bob, "m").status, 429U);
  world.clock.advance(std::chrono::seconds{1});

  EXPECT_EQ(world.send(ann, bob, "m").status, 202U);
}

TEST(Drain, RefusesWritesFinishesWhatBeganAndReads) {
  ChatWorld world(3);
  const Person ann = world.known("ann");
  const Person bob = world.known("bob");
  const auto b = world.connect(bob, 2);
  const auto in_flight = world.start(0, make_request("POST", "/messages/send", ann.token,
                                                     R"({"receiverId":)" + quoted_id(bob) + R"(,"message":"m"})"));
  int done = 0;
  for (const auto& shard : world.shards) {
    shard->drain([&done] { ++done; });
  }
  const auto late = world.start(0, make_request("POST", "/messages/send", ann.token, "{}"));
  world.pump();
  world.tick_for(std::chrono::milliseconds{200});

  EXPECT_EQ((*in_flight)->status, 202U);
  EXPECT_EQ((*late)->status, 503U);
  EXPECT_FALSE((*late)->json().at("accepted").as_bool());
  EXPECT_EQ((*late)->header("retry-after"), "1");
  EXPECT_THAT(b->sequences(), ElementsAre(1));
  EXPECT_EQ(done, 3);
}

}  // namespace
}  // namespace plumbline::serve
