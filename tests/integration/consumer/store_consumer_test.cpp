// The store's consumer between a real broker and a real PostgreSQL: restarts, rebalances, outages, poison.
#include "bus/kafka/store_consumer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <thread>

#include "bus/kafka/client_config.h"
#include "bus/kafka/dead_letter_topic.h"
#include "bus/kafka/record.h"
#include "bus/kafka/topics.h"
#include "integration/consumer/chat_database.h"
#include "integration/real/bounded_wait.h"
#include "integration/real/private_kafka.h"

namespace plumbline::serve {
namespace {

using namespace std::chrono_literals;
using real::execute_sql;
using real::PrivateKafka;
using real::PrivatePostgres;
using real::query_sql;
using real::within;
using test::kAnn;
using test::kBob;
using test::message_of;
using test::pair_of;

constexpr Duration kLong = 60s;  // the machine may be busy with other tests

// One broker with the topics, one PostgreSQL with the conversation; each test has its own, because both remember.
class StoreConsumerTest : public testing::Test {
 protected:
  StoreConsumerTest() {
    prepare_topics(kafka_options("prepare"), bus_topics());
    ClientConfig config(kafka_options("producer"));
    producer = config.set("acks", "all").set("linger.ms", "0").make(RD_KAFKA_PRODUCER);
  }

  [[nodiscard]] KafkaOptions kafka_options(const std::string& instance) const {
    KafkaOptions options;
    options.brokers = kafka.brokers();
    options.instance = instance;
    return options;
  }
  std::unique_ptr<StoreConsumer> consumer(const std::string& instance) {
    StoreConsumerOptions options;
    options.kafka = kafka_options(instance);
    options.postgres = uri;
    auto made = std::make_unique<StoreConsumer>(options, positions, [] {});
    made->start();
    return made;
  }
  void produce(std::int32_t partition, const std::string& value) {
    std::vector<rd_kafka_vu_t> parts(4);
    parts[0].vtype = RD_KAFKA_VTYPE_TOPIC;
    parts[0].u.cstr = "chat-messages";
    parts[1].vtype = RD_KAFKA_VTYPE_PARTITION;
    parts[1].u.i32 = partition;
    parts[2].vtype = RD_KAFKA_VTYPE_VALUE;
    parts[2].u.mem = {const_cast<char*>(value.data()), value.size()};
    parts[3].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
    parts[3].u.i = RD_KAFKA_MSG_F_COPY;
    rd_kafka_error_t* refused = rd_kafka_produceva(producer.get(), parts.data(), parts.size());
    ASSERT_EQ(refused, nullptr);
  }
  void produce_message(std::uint64_t sequence, std::int32_t partition = 3) {
    produce(partition, encode_record(message_of(chat, sequence)));
  }
  void produce_range(std::uint64_t from, std::uint64_t to) {
    for (std::uint64_t sequence = from; sequence <= to; ++sequence) {
      produce_message(sequence, static_cast<std::int32_t>(sequence % 10));
    }
    ASSERT_EQ(rd_kafka_flush(producer.get(), 30'000), RD_KAFKA_RESP_ERR_NO_ERROR);
  }
  // What the table holds; empty while PostgreSQL is away.
  std::string ask(const std::string& sql) {
    try {
      return query_sql(uri, sql);
    } catch (const std::runtime_error&) {
      return {};
    }
  }
  bool stored(std::uint64_t messages, Duration bound = kLong) {
    return within(bound, [&] { return ask("SELECT count(*) FROM messages") == std::to_string(messages); });
  }
  std::string progress() { return ask("SELECT sum(next_offset) FROM consumer_progress"); }

  PrivateKafka kafka{1};
  PrivatePostgres postgres;
  std::string uri{test::chat_database(postgres)};
  KafkaClient producer;
  StoredPositions positions;
  ConversationPtr chat = pair_of(kAnn, kBob);
};

TEST_F(StoreConsumerTest, StoresWhatIsInTheLogAndTellsHowFarItIs) {
  produce_range(1, 500);

  const auto one = consumer("app-1");

  ASSERT_TRUE(stored(500));
  EXPECT_TRUE(within(kLong, [&] { return progress() == "500"; }));
  EXPECT_TRUE(one->ready());
  EXPECT_TRUE(within(kLong, [&] { return positions.next(3) == 50; }));
  EXPECT_TRUE(within(kLong, [&] { return one->counters().stored == 500; }));
  EXPECT_EQ(one->counters().partitions, 10U);
  EXPECT_TRUE(within(kLong, [&] { return one->counters().records_behind == 0; }));
  EXPECT_EQ(one->trouble(), "");
}

TEST_F(StoreConsumerTest, GoesOnAfterARestartWhereTheLastCommitWas) {
  auto one = consumer("app-1");
  produce_range(1, 100);
  ASSERT_TRUE(stored(100));
  one.reset();
  produce_range(101, 200);

  one = consumer("app-1");

  ASSERT_TRUE(stored(200));
  EXPECT_TRUE(within(kLong, [&] { return one->counters().stored == 100; }));
  EXPECT_EQ(one->counters().copies, 0U);
}

TEST_F(StoreConsumerTest, StopsWhileRecordsComeIn) {
  std::atomic<bool> enough{false};
  std::thread sender([&] {
    for (std::uint64_t sequence = 1; !enough; ++sequence) {
      produce_message(sequence, static_cast<std::int32_t>(sequence % 10));
      rd_kafka_poll(producer.get(), sequence % 5 == 0 ? 1 : 0);
    }
  });
  for (int round = 0; round < 8; ++round) {
    const auto one = consumer("app-1");
    EXPECT_TRUE(within(kLong, [&] { return one->counters().stored > 0; })) << "round " << round;
  }
  enough = true;
  sender.join();
}

TEST_F(StoreConsumerTest, DropsCopiesAndPutsPoisonAside) {
  const auto one = consumer("app-1");
  produce_message(1);
  produce(3, "not a record");
  produce_message(1);
  produce_message(2);

  ASSERT_TRUE(stored(2));
  ASSERT_TRUE(within(kLong, [&] { return progress() == "4"; }));
  EXPECT_TRUE(within(kLong, [&] { return one->counters().dead == 1 && one->counters().copies == 1; }));
  EXPECT_EQ(ask("SELECT encode(value, 'escape') FROM dead_letters"), "not a record");
  // And in the topic for it.
  EXPECT_TRUE(within(kLong, [&] {
    std::int64_t low = 0;
    std::int64_t high = 0;
    rd_kafka_query_watermark_offsets(producer.get(), kDeadLetterTopic, 0, &low, &high, 1000);
    return high == 1;
  }));
}

TEST_F(StoreConsumerTest, SharesPartitionsAndMissesNothingWhenMembersComeAndGo) {
  auto one = consumer("app-1");
  produce_range(1, 200);
  ASSERT_TRUE(stored(200));

  auto two = consumer("app-2");
  ASSERT_TRUE(within(kLong, [&] { return two->counters().partitions == 5 && one->counters().partitions == 5; }));
  produce_range(201, 600);
  ASSERT_TRUE(stored(600));
  EXPECT_GT(two->counters().stored, 0U);
  one.reset();  // a static member: its partitions wait for it
  produce_range(601, 800);
  one = consumer("app-1");

  ASSERT_TRUE(stored(800));
  EXPECT_EQ(ask("SELECT count(DISTINCT sequence_id) || ' ' || max(sequence_id) FROM messages"), "800 800");
}

TEST_F(StoreConsumerTest, IsReadyAlthoughTheGroupHasNothingForIt) {
  std::vector<std::unique_ptr<StoreConsumer>> members;
  for (int i = 1; i <= 11; ++i) {  // ten partitions
    members.push_back(consumer("app-" + std::to_string(i)));
  }

  EXPECT_TRUE(within(kLong, [&] {
    return std::all_of(members.begin(), members.end(), [](const auto& member) { return member->ready(); });
  }));
}

TEST_F(StoreConsumerTest, CatchesUpAfterPostgresWasAway) {
  const auto one = consumer("app-1");
  produce_range(1, 50);
  ASSERT_TRUE(stored(50));

  postgres.kill();
  produce_range(51, 1500);
  EXPECT_TRUE(within(kLong, [&] { return !one->trouble().empty(); }));
  postgres.start();

  ASSERT_TRUE(stored(1500));
  EXPECT_EQ(ask("SELECT count(DISTINCT sequence_id) || ' ' || max(sequence_id) FROM messages"), "1500 1500");
  EXPECT_GT(one->counters().retries, 0U);
  EXPECT_TRUE(within(kLong, [&] { return one->trouble().empty(); }));
}

TEST_F(StoreConsumerTest, StartsWhilePostgresIsAway) {
  produce_range(1, 100);
  postgres.kill();

  const auto one = consumer("app-1");
  EXPECT_TRUE(within(kLong, [&] { return one->ready(); }));
  postgres.start();

  EXPECT_TRUE(stored(100));
}

TEST_F(StoreConsumerTest, IsNotHeldUpForeverByAFrozenPostgres) {
  auto one = consumer("app-1");
  produce_range(1, 50);
  ASSERT_TRUE(stored(50));
  postgres.freeze();
  produce_range(51, 100);
  EXPECT_TRUE(within(kLong, [&] { return !one->trouble().empty(); }));

  const Time before = steady_now();
  one.reset();
  EXPECT_LT(steady_now() - before, 15s);
  postgres.thaw();
  one = consumer("app-1");

  EXPECT_TRUE(stored(100));
}

TEST_F(StoreConsumerTest, GivesAPartitionUpThatSomebodyElseStores) {
  const auto one = consumer("app-1");
  produce_range(1, 10);
  ASSERT_TRUE(stored(10));

  execute_sql(uri, "UPDATE consumer_progress SET generation = generation + 1, owner = 'app-9' WHERE partition = 3");
  produce_message(13);

  // Its write is refused; as the group leaves it the partition, it claims it anew and goes on.
  EXPECT_TRUE(within(kLong, [&] { return one->counters().fenced == 1; }));
  EXPECT_TRUE(stored(11));
  EXPECT_EQ(ask("SELECT owner FROM consumer_progress WHERE partition = 3"), "app-1");
}

TEST_F(StoreConsumerTest, StoresOnAfterItsClientFailedForGood) {
  const auto one = consumer("app-1");
  produce_range(1, 100);
  ASSERT_TRUE(stored(100));

  one->provoke_fatal_error();
  produce_range(101, 150);
  EXPECT_TRUE(within(kLong, [&] { return one->counters().recreated == 1; }));
  produce_range(151, 200);

  EXPECT_TRUE(stored(200));
  EXPECT_EQ(one->counters().recreated, 1U);
}

TEST_F(StoreConsumerTest, StopsSoonWhileTheBrokerIsAway) {
  auto one = consumer("app-1");
  ASSERT_TRUE(within(kLong, [&] { return one->ready(); }));
  kafka.kill(0);

  const Time before = steady_now();
  one.reset();

  EXPECT_LT(steady_now() - before, 15s);
}

}  // namespace
}  // namespace plumbline::serve
