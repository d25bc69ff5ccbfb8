// The producer of the log against pretended brokers: every record is reported once, whatever happens to the client.
#include "bus/kafka/log_producer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include "unit/bus/mock_kafka.h"

namespace plumbline::serve {
namespace {

using namespace std::chrono_literals;

// What was reported, gathered on whatever shard; waiting for it has a bound.
class Reports {
 public:
  struct One {
    Errc outcome;
    LogPosition position;
    std::size_t shard;
  };
  explicit Reports(net::ShardPool& pool) : pool_(pool) {}

  std::function<void(Errc, LogPosition)> next() {
    return [this](Errc outcome, LogPosition position) {
      const std::lock_guard lock(mutex_);
      all_.push_back({outcome, position, pool_.current()});
      more_.notify_all();
    };
  }
  std::vector<One> wait(std::size_t count) {
    std::unique_lock lock(mutex_);
    more_.wait_for(lock, 60s, [&] { return all_.size() >= count; });
    return all_;
  }

 private:
  net::ShardPool& pool_;
  std::mutex mutex_;
  std::condition_variable more_;
  std::vector<One> all_;
};

class LogProducerTest : public ::testing::Test {
 protected:
  void start(KafkaOptions options) {
    pool_.start();
    producer_ = std::make_unique<KafkaLogProducer>(pool_, clock_, std::move(options));
    producer_->start();
  }
  void TearDown() override {
    producer_.reset();
    pool_.stop();  // no report comes any more
  }
  void send(const std::string& value = "value", std::size_t home = 0) {
    producer_->produce(Topic::chat_messages, "key", value, home, reports_.next());
  }

  SteadyClock clock_;
  MockKafka kafka_;
  net::ShardPool pool_{2};
  Reports reports_{pool_};
  std::unique_ptr<KafkaLogProducer> producer_;
};

TEST_F(LogProducerTest, ReportsPositionsInOrderWhenRecordsHaveOneKey) {
  start(kafka_.options());

  for (int i = 0; i < 100; ++i) {
    send();
  }

  const auto reports = reports_.wait(100);
  ASSERT_EQ(reports.size(), 100U);
  for (std::size_t i = 0; i < reports.size(); ++i) {
    EXPECT_EQ(reports[i].outcome, Errc::ok);
    EXPECT_EQ(reports[i].position.offset, static_cast<std::int64_t>(i));
    EXPECT_EQ(reports[i].position.partition, reports[0].position.partition);
  }
  EXPECT_GT(producer_->last_report(), Time{});
  EXPECT_EQ(producer_->counters().confirmed, 100U);
}

TEST_F(LogProducerTest, ReportsOnTheShardThatAsked) {
  start(kafka_.options());

  send("a", 0);
  send("b", 1);

  std::vector<std::size_t> shards;
  for (const auto& report : reports_.wait(2)) {
    shards.push_back(report.shard);
  }
  std::sort(shards.begin(), shards.end());
  EXPECT_EQ(shards, (std::vector<std::size_t>{0, 1}));
}

TEST_F(LogProducerTest, TakesRecordsAgainWhenItFailedForGood) {
  start(kafka_.options());
  send();
  ASSERT_EQ(reports_.wait(1).front().outcome, Errc::ok);
  kafka_.down();
  send();

  producer_->provoke_fatal_error();

  const auto lost = reports_.wait(2);
  ASSERT_EQ(lost.size(), 2U);
  EXPECT_EQ(lost[1].outcome, Errc::timeout) << "what was in flight is unknown";
  kafka_.up();
  send();
  const auto later = reports_.wait(3);
  ASSERT_EQ(later.size(), 3U);
  EXPECT_EQ(later[2].outcome, Errc::ok);
  EXPECT_EQ(producer_->counters().recreated, 1U);
}

TEST_F(LogProducerTest, KeepsARecordWhenTheBrokerIsAwayForAMoment) {
  start(kafka_.options());
  kafka_.down();
  send();
  kafka_.up();

  const auto reports = reports_.wait(1);

  ASSERT_EQ(reports.size(), 1U);
  EXPECT_EQ(reports[0].outcome, Errc::ok);
}

TEST_F(LogProducerTest, SaysSurelyNotWhenTheBrokerRefusesTheRecord) {
  start(kafka_.options());
  send();
  static_cast<void>(reports_.wait(1));
  kafka_.refuse_next_produce(RD_KAFKA_RESP_ERR_INVALID_REQUIRED_ACKS);

  send();

  const auto reports = reports_.wait(2);
  ASSERT_EQ(reports.size(), 2U);
  EXPECT_EQ(reports[1].outcome, Errc::unavailable);
}

TEST_F(LogProducerTest, SaysSurelyNotWhenTheRecordIsTooLarge) {
  start(kafka_.options());

  send(std::string(std::size_t{8} << 20U, 'x'));

  const auto reports = reports_.wait(1);
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_EQ(reports[0].outcome, Errc::unavailable);
}

TEST_F(LogProducerTest, OverflowsWhenTheQueueIsFull) {
  start(kafka_.options());
  kafka_.down();
  const std::string value(std::size_t{1} << 20U, 'x');
  for (int i = 0; i < 70; ++i) {  // 64 MB
    send(value);
  }

  const auto reports = reports_.wait(1);

  ASSERT_FALSE(reports.empty());
  EXPECT_EQ(reports[0].outcome, Errc::overflow);
  EXPECT_GT(producer_->counters().overflowed, 0U);
}

TEST_F(LogProducerTest, AnswersAllWhenItStopsWithoutABroker) {
  KafkaOptions options = kafka_.options();
  options.close_within = 100ms;
  start(options);
  kafka_.down();
  for (int i = 0; i < 10; ++i) {
    send();
  }

  producer_->stop();
  send();

  const auto reports = reports_.wait(11);
  ASSERT_EQ(reports.size(), 11U);
  for (const auto& report : reports) {
    EXPECT_NE(report.outcome, Errc::ok);
  }
}

}  // namespace
}  // namespace plumbline::serve
