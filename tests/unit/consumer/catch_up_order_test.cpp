// A device that comes back while messages are still held back for order gets them in order and once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "delivery/fan_out.h"
#include "service/wall_millis.h"
#include "store/memory_notice_store.h"
#include "unit/consumer/messages.h"

namespace plumbline::serve {
namespace {

using test::kAnn;
using test::kBob;
using test::message_of;
using test::pair_of;
using testing::ElementsAre;

// Says that what the test puts in was missed.
class MissedMessages final : public MessageStore {
 public:
  void append(MessagePtr /*message*/, Done<void> done) override { done({}); }
  void sequence_of(const ConversationKey& /*conversation*/, Uuid /*message*/, Done<std::uint64_t> done) override {
    done(std::uint64_t{0});
  }
  void stored_sequence_of(const ConversationKey& /*conversation*/, Uuid /*message*/, std::uint64_t /*up_to*/,
                          Done<std::uint64_t> done) override {
    done(std::uint64_t{0});
  }
  void history(const HistoryQuery& /*query*/, Done<HistoryPage> done) override { done(HistoryPage{}); }
  void mark_read(const ReadMark& /*mark*/, Done<ReadOutcome> done) override { done(ReadOutcome{}); }
  void mark_delivered(std::vector<ReadMark> /*marks*/, Done<void> done) override { done({}); }
  void undelivered(Uuid /*user*/, std::vector<SeenUpTo> /*seen*/, Done<std::vector<MessagePtr>> done) override {
    done(missed);
  }
  void unread(Uuid /*user*/, Done<std::uint64_t> done) override { done(std::uint64_t{0}); }

  std::vector<MessagePtr> missed;
};

class SequenceSocket final : public Socket {
 public:
  [[nodiscard]] const std::string& id() const override { return id_; }
  [[nodiscard]] const std::string& nsp() const override { return id_; }
  [[nodiscard]] bool connected() const override { return true; }
  void emit(socketio::FramePtr frame) override {
    const std::string text{frame->text()};
    if (const auto at = text.find(R"("sequenceId":)"); at != std::string::npos) {
      sequences.push_back(std::strtoull(text.c_str() + at + 13, nullptr, 10));
    }
  }
  void disconnect() override {}
  void disconnect_transport() override {}

  std::vector<std::uint64_t> sequences;

 private:
  std::string id_{"sid"};
};

class CatchUpOrder : public ::testing::Test {
 protected:
  CatchUpOrder() {
    for (std::size_t shard = 0; shard < 2; ++shard) {
      deliveries_.at(shard).wire(deliveries_, store_, notices_);
      fan_out_.wire(shard, store_, deliveries_.at(shard), [](const Message&) {});
    }
  }
  MessagePtr now_sent(std::uint64_t sequence) {
    auto message = std::make_shared<Message>(*message_of(chat_, sequence));
    message->timestamp = wall_millis(clock_);
    return message;
  }
  void log(const MessagePtr& message) {
    fan_out_.take(message, {0, static_cast<std::int64_t>(message->sequence)});
    run();
  }
  void connect(std::size_t shard) {
    deliveries_.at(shard).attach(socket_, kBob, Uuid{9, 9}, 4'000'000'000, {},
                                 [this, shard] { deliveries_.at(shard).start(socket_); });
    run();
  }
  void run() {
    for (bool busy = true; busy;) {
      busy = false;
      for (std::size_t shard = 0; shard < 2; ++shard) {
        pool_.context(shard).restart();
        busy = pool_.context(shard).poll() > 0 || busy;
      }
    }
  }

  net::ShardPool pool_{2};
  ManualClock clock_;
  StoredPositions positions_;
  Partitions<RecentMessages> recent_{pool_, [this](std::size_t) {
                                       return std::make_unique<RecentMessages>(positions_, RecentLimits{});
                                     }};
  Deliveries deliveries_{pool_, [this](std::size_t shard) {
                           return std::make_unique<Delivery>(shard, clock_);
                         }};
  MissedMessages store_;
  Partitions<NoticeTable> kept_{pool_};
  MemoryNoticeStore notices_{kept_, 0};
  FanOut fan_out_{pool_, recent_, clock_};
  ConversationPtr chat_ = pair_of(kAnn, kBob);
  std::shared_ptr<SequenceSocket> socket_ = std::make_shared<SequenceSocket>();
};

// On the shard that owns the conversation, and on the other one.
class CatchUpOrderOnShard : public CatchUpOrder, public ::testing::WithParamInterface<std::size_t> {};

TEST_P(CatchUpOrderOnShard, LeavesToFanOutWhatWaitsForTheOneBeforeIt) {
  const MessagePtr third = now_sent(3);
  log(now_sent(1));
  log(third);
  store_.missed = {now_sent(1), third};  // the second one is still on its way

  connect(GetParam());
  EXPECT_THAT(socket_->sequences, ElementsAre(1));
  log(now_sent(2));

  EXPECT_THAT(socket_->sequences, ElementsAre(1, 2, 3));
}

TEST_P(CatchUpOrderOnShard, LeavesToFanOutWhatFollowsOneThatWaits) {
  const MessagePtr third = now_sent(3);
  log(now_sent(1));
  log(third);
  store_.missed = {now_sent(1), third, now_sent(4)};  // stored, and not here by the log yet

  connect(GetParam());
  log(now_sent(4));
  log(now_sent(2));

  EXPECT_THAT(socket_->sequences, ElementsAre(1, 2, 3, 4));
}

INSTANTIATE_TEST_SUITE_P(Shards, CatchUpOrderOnShard, ::testing::Values(0U, 1U));

}  // namespace
}  // namespace plumbline::serve
