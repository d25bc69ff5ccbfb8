// Producer, reader and bus on three real brokers of which the leader dies or freezes under way.
#include <gtest/gtest.h>
#include <poll.h>

#include <map>
#include <mutex>
#include <set>

#include "bus/kafka/kafka_log.h"
#include "bus/kafka/record.h"
#include "integration/real/private_kafka.h"

namespace plumbline::serve {
namespace {

using namespace std::chrono_literals;
using real::PrivateKafka;

constexpr std::size_t kConversations = 20;
const Uuid kAnn{1, 1};

MessagePtr message_of(std::size_t conversation, std::uint64_t sequence) {
  auto made = std::make_shared<Conversation>();
  made->key = ConversationKey::pair(kAnn, Uuid{2, conversation + 1});
  made->members = {made->key.first, made->key.second};
  auto message = std::make_shared<Message>();
  message->id = Uuid{conversation + 10, sequence};
  message->conversation = std::move(made);
  message->sender = kAnn;
  message->sequence = sequence;
  message->timestamp = 1;
  message->metadata = "{}";
  return message;
}

// Remembers what it commits.
class MemoryStore final : public DirectStore {
 public:
  void commit(MessagePtr message, Done<void> done) override {
    {
      const std::lock_guard lock(mutex_);
      committed_.insert(message->id);
    }
    done({});
  }
  [[nodiscard]] bool has(Uuid id) const {
    const std::lock_guard lock(mutex_);
    return committed_.contains(id);
  }
  [[nodiscard]] std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return committed_.size();
  }

 private:
  mutable std::mutex mutex_;
  std::set<Uuid> committed_;
};

// Sends one message per conversation and round, on a shard, and keeps the answers and what comes back by the log.
class Traffic {
 public:
  explicit Traffic(KafkaOptions options) : log_(pool_, clock_, std::move(options)) {
    log_.prepare();
    bus_ = log_.make_bus(0, store_);
    pool_.start();
    log_.start([this](Topic topic, BusBody body, LogPosition at) { take(topic, body, at); });
    const Time deadline = steady_now() + 60s;
    while (!log_.ready() && steady_now() < deadline) {
      wait(10ms);
    }
  }
  ~Traffic() {
    log_.stop();
    pool_.stop();
  }

  // One round every 20 ms.
  void run(Duration time) {
    const Time end = steady_now() + time;
    while (steady_now() < end) {
      ++round_;
      pool_.post_to(0, [this, round = round_] {
        if (round % 5 == 0) {  // as the server does, every 100 ms
          bus_->tick(clock_.now());
        }
        for (std::size_t i = 0; i < kConversations; ++i) {
          send(message_of(i, round));
        }
      });
      wait(20ms);
    }
  }
  // Until every send is answered and every confirmed one was read.
  bool settle(Duration within) {
    const Time deadline = steady_now() + within;
    for (;;) {
      pool_.post_to(0, [this] { bus_->tick(clock_.now()); });
      {
        std::unique_lock lock(mutex_);
        if (answered_ == sent_ && !circuit_open() && unread() == 0) {
          return true;
        }
      }
      if (steady_now() > deadline) {
        return false;
      }
      wait(50ms);
    }
  }

  struct Outcome {
    std::size_t sent, ok, failed, unread, read_twice, out_of_order;
    Duration longest_gap;
  };
  Outcome outcome() {
    const std::lock_guard lock(mutex_);
    return {sent_, acknowledged_.size(), failed_, unread(), read_twice_, out_of_order_, longest_gap_};
  }
  std::size_t stored() const { return store_.size(); }
  [[nodiscard]] bool circuit_open() const { return !log_.dependency().usable; }

 private:
  void send(const MessagePtr& message) {
    {
      const std::lock_guard lock(mutex_);
      ++sent_;
    }
    bus_->publish(message, [this, id = message->id](Errc outcome) { answer(id, outcome); });
  }
  void answer(Uuid id, Errc outcome) {
    const std::lock_guard lock(mutex_);
    ++answered_;
    if (outcome != Errc::ok) {
      ++failed_;
      return;
    }
    acknowledged_.insert(id);
    const Time now = clock_.now();
    longest_gap_ = last_ok_ == Time{} ? Duration{0} : std::max(longest_gap_, now - last_ok_);
    last_ok_ = now;
  }
  void take(Topic topic, const BusBody& body, LogPosition at) {
    if (topic != Topic::chat_messages) {
      return;
    }
    const std::lock_guard lock(mutex_);
    const MessagePtr& message = std::get<MessagePtr>(body);
    read_twice_ += read_.insert(message->id).second ? 0U : 1U;
    std::int64_t& offset = offsets_[at.partition];
    out_of_order_ += at.offset < offset ? 1U : 0U;
    offset = at.offset;
  }
  // Acknowledged and neither read from the log nor committed to the store.
  [[nodiscard]] std::size_t unread() const {
    std::size_t missing = 0;
    for (const Uuid id : acknowledged_) {
      missing += read_.contains(id) || store_.has(id) ? 0U : 1U;
    }
    return missing;
  }
  static void wait(Duration time) { ::poll(nullptr, 0, static_cast<int>(time / 1ms)); }

  SteadyClock clock_;
  net::ShardPool pool_{1};
  MemoryStore store_;
  KafkaLog log_;
  std::unique_ptr<KafkaBus> bus_;
  std::uint64_t round_{0};

  std::mutex mutex_;
  std::set<Uuid> acknowledged_;
  std::set<Uuid> read_;
  std::map<std::int32_t, std::int64_t> offsets_;
  std::size_t sent_{0};
  std::size_t answered_{0};
  std::size_t failed_{0};
  std::size_t read_twice_{0};
  std::size_t out_of_order_{0};
  Time last_ok_;
  Duration longest_gap_{0};
};

KafkaOptions options_for(const PrivateKafka& kafka) {
  KafkaOptions options;
  options.brokers = kafka.brokers();
  options.instance = "app-1";
  options.prepare_within = 90s;
  return options;
}

void expect_nothing_lost(const Traffic::Outcome& outcome) {
  EXPECT_EQ(outcome.unread, 0U);
  EXPECT_EQ(outcome.read_twice, 0U);
  EXPECT_EQ(outcome.out_of_order, 0U);
  EXPECT_EQ(outcome.ok + outcome.failed, outcome.sent);
}

TEST(KafkaFailover, LosesNothingWhenTheLeaderIsKilled) {
  PrivateKafka kafka(3);
  Traffic traffic(options_for(kafka));
  traffic.run(2s);

  kafka.kill(kafka.leader_of("chat-messages", 0));
  traffic.run(6s);

  EXPECT_TRUE(traffic.settle(60s));
  const auto outcome = traffic.outcome();
  expect_nothing_lost(outcome);
  EXPECT_EQ(outcome.failed, 0U);
  EXPECT_GT(traffic.stored(), 0U) << "the circuit bridges the time until the broker is fenced";
  std::printf("longest gap %lld ms, stored directly %zu of %zu\n", static_cast<long long>(outcome.longest_gap / 1ms),
              traffic.stored(), outcome.sent);
}

TEST(KafkaFailover, LosesNothingWhenTheLeaderFreezes) {
  PrivateKafka kafka(3);
  Traffic traffic(options_for(kafka));
  traffic.run(2s);
  const int leader = kafka.leader_of("chat-messages", 3);

  kafka.freeze(leader);
  traffic.run(6s);
  kafka.thaw(leader);
  traffic.run(2s);

  EXPECT_TRUE(traffic.settle(60s));
  const auto outcome = traffic.outcome();
  expect_nothing_lost(outcome);
  EXPECT_EQ(outcome.failed, 0U);
  std::printf("longest gap %lld ms, stored directly %zu of %zu\n", static_cast<long long>(outcome.longest_gap / 1ms),
              traffic.stored(), outcome.sent);
}

}  // namespace
}  // namespace plumbline::serve
