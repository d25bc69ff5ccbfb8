// The bus between a log and a store that do what the test says, on two shards that run when pumped.
#include "bus/kafka/kafka_bus.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>

#include "bus/kafka/record.h"
#include "unit/bus/people.h"

namespace plumbline::serve {
namespace {

using namespace std::chrono_literals;

class ScriptedLog final : public LogProducer {
 public:
  struct Record {
    Topic topic;
    std::string key;
    std::string value;
    std::function<void(Errc, LogPosition)> reported;
  };
  void produce(Topic topic, std::string key, std::string value, std::size_t /*home*/,
               std::function<void(Errc, LogPosition)> reported) override {
    records.push_back({topic, std::move(key), std::move(value), std::move(reported)});
  }
  [[nodiscard]] Time last_report() const override { return {}; }
  void report(std::size_t index, Errc outcome) { records.at(index).reported(outcome, {0, 1}); }

  std::vector<Record> records;
};

class ScriptedStore final : public DirectStore {
 public:
  void commit(MessagePtr message, Done<void> done) override {
    commits.push_back(message->sequence);
    if (at_once) {
      done({});
    } else {
      waiting.push_back(std::move(done));
    }
  }
  std::vector<std::uint64_t> commits;
  std::vector<Done<void>> waiting;
  bool at_once{true};
};

class KafkaBusTest : public ::testing::Test {
 protected:
  KafkaBusTest() {
    for (std::size_t shard = 0; shard < 2; ++shard) {
      buses_.push_back(std::make_unique<KafkaBus>(KafkaBus::Parts{pool_, shard, clock_, log_, store_, circuit_,
                                                                  [this] {
                                                                    for (std::size_t each = 0; each < 2; ++each) {
                                                                      pool_.post_to(each, [this, each] {
                                                                        buses_[each]->on_opened();
                                                                      });
                                                                    }
                                                                  }},
                                                  SendTable::Limits{500ms, 8s, 100}));
    }
  }

  std::shared_ptr<std::optional<Errc>> send(std::uint64_t sequence, std::size_t shard = 0) {
    auto conversation = std::make_shared<Conversation>();
    conversation->key = ConversationKey::pair(kAnn, kBob);
    conversation->members = {kAnn, kBob};
    auto message = std::make_shared<Message>();
    message->id = Uuid{9, sequence};
    message->conversation = std::move(conversation);
    message->sender = kAnn;
    message->sequence = sequence;
    message->timestamp = 1;
    message->metadata = "{}";
    auto answer = std::make_shared<std::optional<Errc>>();
    buses_[shard]->publish(MessagePtr{std::move(message)}, [answer](Errc outcome) { *answer = outcome; });
    return answer;
  }
  void pass(Duration time) {
    clock_.advance(time);
    for (auto& bus : buses_) {
      bus->tick(clock_.now());
    }
    pump();
  }
  void pump() {
    for (std::size_t ran = 1; ran > 0;) {
      ran = 0;
      for (std::size_t shard = 0; shard < 2; ++shard) {
        pool_.context(shard).restart();
        ran += pool_.context(shard).poll();
      }
    }
  }

  ManualClock clock_;
  net::ShardPool pool_{2};
  ScriptedLog log_;
  ScriptedStore store_;
  CircuitBreaker circuit_;
  std::vector<std::unique_ptr<KafkaBus>> buses_;
};

TEST_F(KafkaBusTest, AcknowledgesFromTheReportAndNotBefore) {
  const auto answer = send(1);

  EXPECT_FALSE(answer->has_value());
  ASSERT_EQ(log_.records.size(), 1U);
  EXPECT_EQ(log_.records[0].key, ConversationKey::pair(kAnn, kBob).text());
  EXPECT_TRUE(decode_record(Topic::chat_messages, log_.records[0].value).has_value());
  log_.report(0, Errc::ok);
  EXPECT_EQ(*answer, Errc::ok);
  EXPECT_TRUE(store_.commits.empty());
}

TEST_F(KafkaBusTest, CommitsWhatWaitsOnEveryShardWhenOneReportIsMissing) {
  const auto late = send(1, 0);
  clock_.advance(400ms);
  const auto young = send(2, 1);

  pass(100ms);

  EXPECT_TRUE(circuit_.open());
  EXPECT_EQ(*late, Errc::ok);
  EXPECT_EQ(*young, Errc::ok) << "waiting on another shard, it is not to wait its own 500 ms";
  EXPECT_EQ(store_.commits.size(), 2U);
}

TEST_F(KafkaBusTest, CommitsAtOnceWhileTheCircuitIsOpen) {
  send(1);
  pass(500ms);

  const auto answer = send(2);

  EXPECT_EQ(*answer, Errc::ok);
  EXPECT_EQ(log_.records.size(), 1U);
  EXPECT_EQ(store_.commits, (std::vector<std::uint64_t>{1, 2}));
}

TEST_F(KafkaBusTest, CommitsWhatWasConfirmedRightBeforeTheBrokersFellSilent) {
  const auto read_by_all = send(1);
  log_.report(0, Errc::ok);
  clock_.advance(1s);
  const auto unread = send(2, 1);
  log_.report(1, Errc::ok);
  const auto waiting = send(3);
  EXPECT_EQ(*unread, Errc::ok);

  pass(500ms);

  EXPECT_TRUE(circuit_.open());
  EXPECT_EQ(*waiting, Errc::ok);
  EXPECT_EQ(store_.commits, (std::vector<std::uint64_t>{3, 1, 2})) << "each shard has its own newest ones";
  send(4);
  EXPECT_EQ(store_.commits.size(), 4U) << "once";
}

TEST_F(KafkaBusTest, DoesNotRepeatWhatWasConfirmedLongBeforeTheLastOne) {
  send(1);
  log_.report(0, Errc::ok);
  clock_.advance(300ms);
  send(2);
  log_.report(1, Errc::ok);
  send(3);

  pass(500ms);

  EXPECT_EQ(store_.commits, (std::vector<std::uint64_t>{3, 2}));
}

TEST_F(KafkaBusTest, UsesTheLogAgainWhenTheLateReportCame) {
  send(1);
  pass(500ms);

  log_.report(0, Errc::ok);
  const auto answer = send(2);

  EXPECT_FALSE(circuit_.open());
  EXPECT_EQ(log_.records.size(), 2U);
  EXPECT_FALSE(answer->has_value());
}

TEST_F(KafkaBusTest, AsksByAProbeWhenNothingIsUnderWay) {
  send(1);
  pass(500ms);
  log_.report(0, Errc::timeout);  // the producer was replaced
  EXPECT_TRUE(circuit_.open());

  pass(CircuitBreaker::kProbeEvery);
  ASSERT_EQ(log_.records.size(), 2U) << "one of the two shards asks";
  const auto probe = decode_record(log_.records[1].topic, log_.records[1].value);
  ASSERT_TRUE(probe.has_value()) << probe.error().where;
  EXPECT_TRUE(std::get<Typing>(probe.value()).to.empty()) << "nobody is told";
  log_.report(1, Errc::ok);

  EXPECT_FALSE(circuit_.open());
}

TEST_F(KafkaBusTest, KeepsSequenceOrderWhenTheCircuitOpensBetweenTwoSends) {
  store_.at_once = false;
  send(1);
  send(2);
  circuit_.trip(clock_.now());  // another shard did; this one has not heard yet

  send(3);

  EXPECT_EQ(store_.commits, std::vector<std::uint64_t>{1});
  store_.waiting[0]({});
  store_.waiting[1]({});
  EXPECT_EQ(store_.commits, (std::vector<std::uint64_t>{1, 2, 3}));
}

TEST_F(KafkaBusTest, TakesAReportThatWaitsInTheQueueBeforeItCallsItMissing) {
  const auto answer = send(1);
  clock_.advance(600ms);  // the shard stood still
  buses_[0]->tick(clock_.now());
  pool_.post_to(0, [] {});
  log_.report(0, Errc::ok);
  pump();

  EXPECT_EQ(*answer, Errc::ok);
  EXPECT_FALSE(circuit_.open());
}

TEST_F(KafkaBusTest, AnswersUnknownWhenNeitherSpeaks) {
  store_.at_once = false;
  const auto answer = send(1);
  pass(500ms);
  EXPECT_FALSE(answer->has_value());

  pass(7500ms);

  EXPECT_EQ(*answer, Errc::timeout);
  EXPECT_EQ(buses_[0]->counters().unknown, 1U);
}

TEST_F(KafkaBusTest, RefusesWhenTooManyWait) {
  for (std::uint64_t i = 1; i <= 100; ++i) {
    send(i);
  }

  EXPECT_EQ(*send(101), Errc::unavailable);
  EXPECT_EQ(buses_[0]->counters().refused, 1U);
}

TEST_F(KafkaBusTest, DropsTypingWhileTheCircuitIsOpen) {
  const Typing typing{ConversationKey::pair(kAnn, kBob), {kBob}, kAnn, true, 1};
  std::optional<Errc> first;
  std::optional<Errc> second;

  buses_[0]->publish(typing, [&](Errc outcome) { first = outcome; });
  circuit_.trip(clock_.now());
  buses_[0]->publish(typing, [&](Errc outcome) { second = outcome; });

  EXPECT_EQ(first, Errc::ok) << "settled at once, without a report";
  EXPECT_EQ(second, Errc::ok);
  EXPECT_EQ(log_.records.size(), 1U);
  EXPECT_EQ(buses_[0]->counters().dropped_typing, 1U);
}

TEST_F(KafkaBusTest, SettlesNoticesAtOnceBecauseTheyAreKept) {
  std::optional<Errc> outcome;

  buses_[0]->publish(FriendNotice{kAnn, "newFriendRequest", "{}", 3}, [&](Errc code) { outcome = code; });

  EXPECT_EQ(outcome, Errc::ok);
  ASSERT_EQ(log_.records.size(), 1U);
  EXPECT_EQ(log_.records[0].key, kAnn.text());
}

}  // namespace
}  // namespace plumbline::serve
