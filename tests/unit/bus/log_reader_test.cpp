// The reader of the log against pretended brokers: every record once and in order, whatever happens to the client.
#include "bus/kafka/log_reader.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "bus/kafka/record.h"
#include "unit/bus/mock_kafka.h"
#include "unit/bus/people.h"

namespace plumbline::serve {
namespace {

using namespace std::chrono_literals;

// What the sink was given; waiting has a bound.
class Taken {
 public:
  LogSink sink() {
    return [this](Topic topic, BusBody body, LogPosition at) {
      const std::lock_guard lock(mutex_);
      topics_.push_back(topic);
      if (const auto* message = std::get_if<MessagePtr>(&body)) {
        sequences_.push_back((*message)->sequence);
      }
      last_ = at;
      more_.notify_all();
    };
  }
  std::vector<Topic> wait(std::size_t count) {
    std::unique_lock lock(mutex_);
    more_.wait_for(lock, 60s, [&] { return topics_.size() >= count; });
    return topics_;
  }
  std::vector<std::uint64_t> sequences() {
    const std::lock_guard lock(mutex_);
    return sequences_;
  }
  LogPosition last() {
    const std::lock_guard lock(mutex_);
    return last_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable more_;
  std::vector<Topic> topics_;
  std::vector<std::uint64_t> sequences_;
  LogPosition last_;
};

BusBody message(std::uint64_t sequence) {
  auto conversation = std::make_shared<Conversation>();
  conversation->key = ConversationKey::pair(kAnn, kBob);
  conversation->members = {kAnn, kBob};
  auto made = std::make_shared<Message>();
  made->id = Uuid{9, sequence};
  made->conversation = std::move(conversation);
  made->sender = kAnn;
  made->sequence = sequence;
  made->timestamp = 1;
  made->metadata = "{}";
  return MessagePtr{std::move(made)};
}

class LogReaderTest : public ::testing::Test {
 protected:
  LogReaderTest() : writer_(ClientConfig(kafka_.options()).make(RD_KAFKA_PRODUCER)) {}

  void write(Topic topic, const std::string& value) {
    const Owned<rd_kafka_topic_t, rd_kafka_topic_destroy> handle(
        rd_kafka_topic_new(writer_.get(), std::string{topic_name(topic)}.c_str(), nullptr));
    std::string copy = value;
    rd_kafka_produce(handle.get(), 0, RD_KAFKA_MSG_F_COPY, copy.data(), copy.size(), nullptr, 0, nullptr);
    rd_kafka_flush(writer_.get(), 30'000);
  }
  void write(const BusBody& body) { write(topic_of(body), encode_record(body)); }
  void write_messages(std::uint64_t from, std::uint64_t to) {
    for (std::uint64_t sequence = from; sequence <= to; ++sequence) {
      write(message(sequence));
    }
  }
  void start(KafkaLogReader::Places begin = {}) {
    reader_ = std::make_unique<KafkaLogReader>(kafka_.options(), taken_.sink(), std::move(begin));
    reader_->start();
    const Time deadline = steady_now() + 60s;
    while (!reader_->ready() && steady_now() < deadline) {
      rd_kafka_poll(writer_.get(), 10);
    }
    ASSERT_TRUE(reader_->ready());
  }

  MockKafka kafka_;
  KafkaClient writer_;
  Taken taken_;
  std::unique_ptr<KafkaLogReader> reader_;  // ends before what it calls
};

TEST_F(LogReaderTest, GivesWhatComesAfterItsStartWhenTheLogIsNotEmpty) {
  write_messages(1, 3);
  start();

  write_messages(4, 5);

  taken_.wait(2);
  EXPECT_EQ(taken_.sequences(), (std::vector<std::uint64_t>{4, 5}));
  EXPECT_EQ(taken_.last().offset, 4);
}

TEST_F(LogReaderTest, BeginsAtTheGivenPlace) {
  write_messages(1, 3);

  start({{0, 1}});

  taken_.wait(2);
  EXPECT_EQ(taken_.sequences(), (std::vector<std::uint64_t>{2, 3}));
}

TEST_F(LogReaderTest, IsReadyOnceItHasReadWhatWasThere) {
  write_messages(1, 3);

  start({{0, 0}});

  EXPECT_EQ(taken_.sequences(), (std::vector<std::uint64_t>{1, 2, 3}));
}

TEST_F(LogReaderTest, ReadsAllTopics) {
  start();

  write(message(1));
  write(Typing{ConversationKey::pair(kAnn, kBob), {kBob}, kAnn, true, 1});
  write(FriendNotice{kAnn, "newFriendRequest", "{}", 1});

  EXPECT_EQ(taken_.wait(3).size(), 3U);
}

TEST_F(LogReaderTest, LosesNothingAndRepeatsNothingWhenItsClientFailsForGood) {
  start();
  write_messages(1, 3);
  taken_.wait(3);

  reader_->provoke_fatal_error();
  write_messages(4, 6);

  taken_.wait(6);
  EXPECT_EQ(taken_.sequences(), (std::vector<std::uint64_t>{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(reader_->counters().recreated, 1U);
}

TEST_F(LogReaderTest, GoesOnBehindAPoisonRecord) {
  start();

  write(message(1));
  write(Topic::chat_messages, "{\"not\":\"a message\"}");
  write(message(2));

  taken_.wait(2);
  EXPECT_EQ(taken_.sequences(), (std::vector<std::uint64_t>{1, 2}));
  EXPECT_EQ(reader_->counters().undecodable, 1U);
}

TEST_F(LogReaderTest, BecomesReadyWhenTheBrokerComesUpLater) {
  kafka_.down();
  reader_ = std::make_unique<KafkaLogReader>(kafka_.options(), taken_.sink());
  reader_->start();
  EXPECT_FALSE(reader_->ready());

  kafka_.up();

  const Time deadline = steady_now() + 60s;
  while (!reader_->ready() && steady_now() < deadline) {
    rd_kafka_poll(writer_.get(), 10);
  }
  EXPECT_TRUE(reader_->ready());
}

}  // namespace
}  // namespace plumbline::serve
