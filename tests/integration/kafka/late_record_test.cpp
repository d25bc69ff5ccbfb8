// What a sender that stood still hands to the brokers late: void for the sender and for every reader alike.
#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

#include "bus/kafka/kafka_log.h"
#include "bus/kafka/record.h"
#include "bus/kafka/topics.h"
#include "integration/real/private_kafka.h"

namespace plumbline::serve {
namespace {

using namespace std::chrono_literals;
using real::PrivateKafka;

// Hands over as if it had been a while ago: what a freeze between handing over and sending looks like to the brokers.
class EarlierClock final : public Clock {
 public:
  explicit EarlierClock(Duration by) : by_(by) {}
  [[nodiscard]] Time now() const override { return steady_now(); }
  [[nodiscard]] WallTime wall_now() const override {
    return plumbline::wall_now() - std::chrono::duration_cast<WallTime::duration>(by_);
  }

 private:
  Duration by_;
};

std::string record_of(std::uint64_t sequence) {
  auto conversation = std::make_shared<Conversation>();
  conversation->key = ConversationKey::pair(Uuid{1, 1}, Uuid{2, 2});
  conversation->members = {conversation->key.first, conversation->key.second};
  auto message = std::make_shared<Message>();
  message->id = Uuid{3, sequence};
  message->conversation = std::move(conversation);
  message->sender = Uuid{1, 1};
  message->sequence = sequence;
  message->timestamp = 1;
  message->metadata = "{}";
  return encode_record(MessagePtr{std::move(message)});
}

class LateRecord : public ::testing::Test {
 protected:
  LateRecord() {
    options_.brokers = PrivateKafka::shared().brokers();
    options_.instance = "test";
    options_.prepare_within = 60s;
    prepare_topics(options_, bus_topics());
    reader_ = std::make_unique<KafkaLogReader>(options_, [this](Topic, BusBody body, LogPosition) {
      const std::lock_guard lock(mutex_);
      read_.push_back(std::get<MessagePtr>(body)->sequence);
      more_.notify_all();
    });
    reader_->start();
    pool_.start();
    const Time deadline = steady_now() + 60s;
    while (!reader_->ready() && steady_now() < deadline) {
      std::unique_lock lock(mutex_);
      more_.wait_for(lock, 10ms);
    }
  }
  ~LateRecord() override {
    reader_->stop();
    pool_.stop();
  }

  using Hand = void (KafkaLogProducer::*)(Topic, std::string, std::string, std::size_t,
                                          std::function<void(Errc, LogPosition)>);
  // How the record was reported; Errc::overflow when that did not come.
  Errc send(Duration ago, std::uint64_t sequence, Hand hand = &KafkaLogProducer::produce_fresh) {
    const EarlierClock clock(ago);
    KafkaLogProducer producer(pool_, clock, options_);
    producer.start();
    std::optional<Errc> reported;
    (producer.*hand)(Topic::chat_messages, "key", record_of(sequence), 0, [&](Errc outcome, LogPosition) {
      const std::lock_guard lock(mutex_);
      reported = outcome;
      more_.notify_all();
    });
    std::unique_lock lock(mutex_);
    more_.wait_for(lock, 30s, [&] { return reported.has_value(); });
    return reported.value_or(Errc::overflow);
  }
  std::vector<std::uint64_t> read(std::size_t count) {
    std::unique_lock lock(mutex_);
    more_.wait_for(lock, 30s, [&] { return read_.size() >= count; });
    return read_;
  }

  KafkaOptions options_;
  net::ShardPool pool_{1};
  std::mutex mutex_;
  std::condition_variable more_;
  std::vector<std::uint64_t> read_;
  std::unique_ptr<KafkaLogReader> reader_;
};

TEST_F(LateRecord, IsLeftOutByReadersAndSurelyNotForItsSender) {
  EXPECT_EQ(send(5s, 1), Errc::unavailable);
  EXPECT_EQ(send(0s, 2), Errc::ok);

  EXPECT_EQ(read(1), std::vector<std::uint64_t>{2});
  EXPECT_EQ(reader_->counters().late, 1U);
}

TEST_F(LateRecord, CountsWhenItWasCommittedElsewhereBefore) {
  EXPECT_EQ(send(5s, 1, &KafkaLogProducer::produce), Errc::ok);

  EXPECT_EQ(read(1), std::vector<std::uint64_t>{1});
}

}  // namespace
}  // namespace plumbline::serve
