// What a send is answered, for every order in which the log, the store and the deadlines may speak.
#include "bus/kafka/send_table.h"

#include <gtest/gtest.h>

#include <memory>

#include "unit/bus/people.h"

namespace plumbline::serve {
namespace {

using namespace std::chrono_literals;

const Time kStart = Time{} + 1h;

MessagePtr message_to(Uuid receiver, std::uint64_t sequence) {
  auto conversation = std::make_shared<Conversation>();
  conversation->key = ConversationKey::pair(kAnn, receiver);
  auto message = std::make_shared<Message>();
  message->conversation = std::move(conversation);
  message->sender = kAnn;
  message->sequence = sequence;
  return message;
}

class SendTableTest : public ::testing::Test {
 protected:
  SendTable::Id log_send(std::uint64_t sequence = 1, Uuid to = kBob) {
    return table_.add_to_log(
        message_to(to, sequence), [](Errc) {}, now_);
  }
  void store_send(std::uint64_t sequence = 1, Uuid to = kBob) {
    table_.add_to_store(
        message_to(to, sequence), [](Errc) {}, now_);
  }
  std::vector<Errc> answers() {
    std::vector<Errc> all;
    for (const auto& answer : table_.take_answers()) {
      all.push_back(answer.outcome);
    }
    return all;
  }
  // Sequence ids of the commits that start now; their ids are kept in started_.
  std::vector<std::uint64_t> commits() {
    std::vector<std::uint64_t> sequences;
    started_ = table_.take_commits(now_);
    for (const auto& commit : started_) {
      sequences.push_back(commit.message->sequence);
    }
    return sequences;
  }

  using Sequences = std::vector<std::uint64_t>;
  using Outcomes = std::vector<Errc>;
  SendTable table_{{500ms, 8s, 4}};
  Time now_{kStart};
  std::vector<SendTable::Commit> started_;
};

TEST_F(SendTableTest, AnswersOkWhenTheLogConfirms) {
  const auto id = log_send();

  table_.reported(id, Errc::ok);

  EXPECT_EQ(answers(), Outcomes{Errc::ok});
  EXPECT_TRUE(commits().empty());
  EXPECT_EQ(table_.size(), 0U);
}

TEST_F(SendTableTest, IsOverdueWhenNoReportCameInTime) {
  log_send();

  EXPECT_FALSE(table_.overdue(kStart + 499ms));
  EXPECT_TRUE(table_.overdue(kStart + 500ms));
}

TEST_F(SendTableTest, IsNotOverdueWhenTheReportCame) {
  table_.reported(log_send(), Errc::ok);

  EXPECT_FALSE(table_.overdue(kStart + 1s));
}

TEST_F(SendTableTest, AnswersOkWhenADivertedSendIsCommitted) {
  const auto id = log_send();
  EXPECT_EQ(table_.divert(), 1U);
  ASSERT_EQ(commits(), Sequences{1});

  table_.committed(id, Errc::ok);

  EXPECT_EQ(answers(), Outcomes{Errc::ok});
  EXPECT_EQ(table_.size(), 1U) << "its report still decides on the circuit";
  EXPECT_EQ(table_.reported(id, Errc::ok), SendTable::Report::of_a_diverted);
  EXPECT_TRUE(answers().empty());
  EXPECT_EQ(table_.size(), 0U);
}

TEST_F(SendTableTest, AnswersOkOnceWhenTheReportComesBeforeTheCommit) {
  const auto id = log_send();
  table_.divert();
  ASSERT_EQ(commits(), Sequences{1});

  table_.reported(id, Errc::ok);
  EXPECT_EQ(answers(), Outcomes{Errc::ok});
  table_.committed(id, Errc::unavailable);

  EXPECT_TRUE(answers().empty());
  EXPECT_EQ(table_.size(), 0U);
}

TEST_F(SendTableTest, CommitsInSequenceOrderWhenSendsOfOneConversationAreDiverted) {
  const auto first = log_send(1);
  const auto second = log_send(2);
  log_send(7, kCyd);
  table_.divert();

  EXPECT_EQ(commits(), (Sequences{1, 7})) << "one per conversation";
  table_.committed(first, Errc::ok);
  EXPECT_EQ(commits(), Sequences{2});
  table_.committed(second, Errc::ok);
  EXPECT_FALSE(table_.stores(ConversationKey::pair(kAnn, kBob)));
}

TEST_F(SendTableTest, KeepsLaterSendsBehindWhenTheConversationHasACommitUnderWay) {
  log_send(1);
  table_.divert();
  EXPECT_TRUE(table_.stores(ConversationKey::pair(kAnn, kBob)));

  store_send(2);

  EXPECT_EQ(commits(), Sequences{1});
}

TEST_F(SendTableTest, SkipsTheCommitWhenTheReportComesWhileItWaitsItsTurn) {
  const auto first = log_send(1);
  const auto second = log_send(2);
  log_send(3);
  table_.divert();
  ASSERT_EQ(commits(), Sequences{1});

  table_.reported(second, Errc::ok);
  table_.committed(first, Errc::ok);

  EXPECT_EQ(commits(), Sequences{3});
}

TEST_F(SendTableTest, GoesToTheStoreWhenTheLogSurelyHasItNot) {
  const auto id = log_send();

  table_.reported(id, Errc::unavailable);
  ASSERT_EQ(commits(), Sequences{1});
  table_.committed(id, Errc::ok);

  EXPECT_EQ(answers(), Outcomes{Errc::ok});
  EXPECT_EQ(table_.size(), 0U);
}

TEST_F(SendTableTest, GoesToTheStoreWhenTheProducerWasReplaced) {
  const auto id = log_send();

  table_.reported(id, Errc::timeout);
  ASSERT_EQ(commits(), Sequences{1});
  table_.committed(id, Errc::ok);

  EXPECT_EQ(answers(), Outcomes{Errc::ok});
}

struct BothFail {
  const char* name;
  Errc log;
  Errc store;
  Errc answer;
};

class BothFailTest : public SendTableTest, public ::testing::WithParamInterface<BothFail> {};

TEST_P(BothFailTest, AnswersNeverSurelyNotWhenItMayBeSomewhere) {
  const auto id = log_send();
  table_.reported(id, GetParam().log);
  ASSERT_EQ(commits(), Sequences{1});

  table_.committed(id, GetParam().store);

  EXPECT_EQ(answers(), Outcomes{GetParam().answer});
  EXPECT_EQ(table_.size(), 0U);
}

INSTANTIATE_TEST_SUITE_P(
    Outcomes, BothFailTest,
    ::testing::Values(BothFail{"nowhere", Errc::unavailable, Errc::unavailable, Errc::unavailable},
                      BothFail{"queue_full", Errc::overflow, Errc::overflow, Errc::unavailable},
                      BothFail{"perhaps_in_the_log", Errc::timeout, Errc::unavailable, Errc::timeout},
                      BothFail{"perhaps_in_the_store", Errc::unavailable, Errc::timeout, Errc::timeout},
                      BothFail{"number_taken", Errc::unavailable, Errc::conflict, Errc::unavailable},
                      BothFail{"number_taken_perhaps_in_the_log", Errc::timeout, Errc::conflict, Errc::timeout}),
    [](const auto& test) { return test.param.name; });

TEST_F(SendTableTest, WaitsForTheReportWhenTheStoreFailed) {
  const auto id = log_send();
  table_.divert();
  ASSERT_EQ(commits(), Sequences{1});

  table_.committed(id, Errc::unavailable);
  EXPECT_TRUE(answers().empty());
  table_.reported(id, Errc::ok);

  EXPECT_EQ(answers(), Outcomes{Errc::ok});
}

TEST_F(SendTableTest, AnswersSurelyNotWhenTheStoreFailedAndTheLogNeverGotIt) {
  store_send();
  ASSERT_EQ(commits(), Sequences{1});

  table_.committed(started_[0].id, Errc::unavailable);

  EXPECT_EQ(answers(), Outcomes{Errc::unavailable});
}

TEST_F(SendTableTest, AnswersUnknownWhenNobodySpokeUntilTheLastDeadline) {
  const auto id = log_send();
  table_.divert();
  ASSERT_EQ(commits(), Sequences{1});

  table_.give_up(kStart + 7999ms);
  EXPECT_TRUE(answers().empty());
  table_.give_up(kStart + 8s);

  EXPECT_EQ(answers(), Outcomes{Errc::timeout});
  EXPECT_EQ(table_.size(), 1U);
  table_.committed(id, Errc::ok);
  table_.reported(id, Errc::ok);
  EXPECT_TRUE(answers().empty()) << "answered once";
  EXPECT_EQ(table_.size(), 0U);
}

TEST_F(SendTableTest, AnswersSurelyNotWhenItsTurnNeverCame) {
  store_send(1);
  store_send(2);
  ASSERT_EQ(commits(), Sequences{1});

  table_.give_up(kStart + 8s);

  EXPECT_EQ(answers(), (Outcomes{Errc::timeout, Errc::unavailable}));
  table_.committed(started_[0].id, Errc::ok);
  EXPECT_TRUE(commits().empty());
  EXPECT_EQ(table_.size(), 0U);
}

TEST_F(SendTableTest, BeginsNoCommitWhenTheProcessStoodStill) {
  const auto id = log_send();
  now_ += 5s;

  table_.divert();
  EXPECT_TRUE(commits().empty());
  EXPECT_TRUE(answers().empty()) << "the log may have it";
  table_.reported(id, Errc::unavailable);

  EXPECT_EQ(answers(), Outcomes{Errc::unavailable});
  EXPECT_TRUE(commits().empty());
  EXPECT_EQ(table_.size(), 0U);
}

TEST_F(SendTableTest, BeginsNoCommitWhenTheOneBeforeItTookTooLong) {
  store_send(1);
  store_send(2);
  ASSERT_EQ(commits(), Sequences{1});
  now_ += 1501ms;

  table_.committed(started_[0].id, Errc::ok);

  EXPECT_TRUE(commits().empty());
  EXPECT_EQ(answers(), (Outcomes{Errc::ok, Errc::unavailable}));
}

TEST_F(SendTableTest, DivertsOnceWhenToldTwice) {
  log_send();

  EXPECT_EQ(table_.divert(), 1U);
  EXPECT_EQ(table_.divert(), 0U);
  EXPECT_EQ(commits(), Sequences{1});
}

TEST_F(SendTableTest, IsFullAtItsLimit) {
  for (std::uint64_t i = 1; i <= 4; ++i) {
    EXPECT_FALSE(table_.full());
    log_send(i);
  }

  EXPECT_TRUE(table_.full());
}

}  // namespace
}  // namespace plumbline::serve
