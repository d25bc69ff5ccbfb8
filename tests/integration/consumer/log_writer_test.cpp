// Batches of the log have their effect exactly once in a real PostgreSQL, whatever breaks and whoever else writes.
#include "store/postgres/log_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <memory>
#include <thread>

#include "integration/consumer/chat_database.h"
#include "integration/real/bounded_wait.h"
#include "mutant/mutant.h"

namespace plumbline::serve {
namespace {

using namespace std::chrono_literals;
using real::execute_sql;
using real::pause_for;
using real::PrivatePostgres;
using real::query_sql;
using test::kAnn;
using test::kBob;
using test::kEve;
using test::message_of;
using test::pair_of;
using testing::ElementsAre;
using Outcome = WriteOutcome::Result;

LogRecord record_of(std::int64_t offset, const MessagePtr& message) {
  return {0, offset, message, "", "key", "value"};
}

class LogWriterTest : public testing::Test {
 protected:
  LogWriterTest() { claims = writer.claim({0}).value(); }
  ~LogWriterTest() override { activate(Mutant::none); }

  std::string ask(const std::string& sql) { return query_sql(uri, sql); }
  std::string rows() { return ask("SELECT count(*) FROM messages"); }
  std::string next() { return ask("SELECT next_offset FROM consumer_progress WHERE partition = 0"); }
  LogRecord message_at(std::int64_t offset, std::uint64_t sequence) {
    return record_of(offset, message_of(chat, sequence));
  }

  std::string uri{test::chat_database(PrivatePostgres::shared())};
  std::atomic<bool> stopping{false};
  LogWriter writer{uri, "chat-messages", "app-1", stopping};
  PartitionClaims claims;
  ConversationPtr chat = pair_of(kAnn, kBob);
};

TEST_F(LogWriterTest, StoresABatchAndItsPositionTogether) {
  const WriteOutcome outcome = writer.write({message_at(0, 1), message_at(1, 2)}, claims);

  EXPECT_EQ(outcome.result, Outcome::stored);
  EXPECT_EQ(outcome.stored, 2U);
  EXPECT_EQ(rows(), "2");
  EXPECT_EQ(next(), "2");
  EXPECT_EQ(claims[0].next, 2);
  EXPECT_EQ(writer.positions().value().at(0), 2);
  EXPECT_EQ(ask("SELECT content FROM messages WHERE sequence_id = 2"), "text 2");
}

TEST_F(LogWriterTest, SkipsWhatItsPositionCovers) {
  const std::vector<LogRecord> batch{message_at(0, 1), message_at(1, 2)};
  static_cast<void>(writer.write(batch, claims));

  const WriteOutcome again = writer.write({batch[0], batch[1], message_at(2, 3)}, claims);

  EXPECT_EQ(again.result, Outcome::stored);
  EXPECT_EQ(again.stored, 1U);
  EXPECT_EQ(again.copies, 0U);
  EXPECT_EQ(next(), "3");
}

TEST_F(LogWriterTest, TakesALaterRecordOfTheSameMessageAsACopy) {
  const WriteOutcome outcome = writer.write({message_at(0, 1), message_at(1, 1), message_at(2, 2)}, claims);
  const WriteOutcome later = writer.write({message_at(3, 2)}, claims);

  EXPECT_EQ(outcome.stored, 2U);
  EXPECT_EQ(outcome.copies, 1U);
  EXPECT_EQ(later.copies, 1U);
  EXPECT_EQ(rows(), "2");
  EXPECT_EQ(next(), "4");
}

TEST_F(LogWriterTest, StoresAMessageWhoseNumberIsTakenUnderAnother) {
  static_cast<void>(writer.write({message_at(0, 1)}, claims));
  const MessagePtr second = message_of(chat, 1, 0, 99);

  const WriteOutcome outcome = writer.write({record_of(1, second), record_of(2, second)}, claims);

  ASSERT_EQ(outcome.collided.size(), 1U);
  EXPECT_EQ(outcome.collided[0].stored_as, 2U);
  EXPECT_EQ(outcome.copies, 1U);
  EXPECT_EQ(
      ask("SELECT sequence_id || ' ' || resequenced_from FROM messages WHERE message_id = '" + second->id.text() + "'"),
      "2 1");
}

TEST_F(LogWriterTest, PutsWhatCannotBeReadAsideAndGoesOn) {
  const LogRecord poison{0, 1, nullptr, "no JSON", "k\x01", "v\xff"};

  const WriteOutcome outcome = writer.write({message_at(0, 1), poison, message_at(2, 2)}, claims);

  EXPECT_EQ(outcome.result, Outcome::stored);
  ASSERT_EQ(outcome.dead.size(), 1U);
  EXPECT_EQ(rows(), "2");
  EXPECT_EQ(next(), "3");
  EXPECT_EQ(ask("SELECT reason || ' ' || encode(key, 'hex') || ' ' || encode(value, 'hex') FROM dead_letters"),
            "no JSON 6b01 76ff");
}

TEST_F(LogWriterTest, PutsAMessageAsideThatTheTablesRefuse) {
  const LogRecord stranger = record_of(1, message_of(pair_of(kAnn, kEve), 1));

  const WriteOutcome outcome = writer.write({message_at(0, 1), stranger, message_at(2, 2)}, claims);

  EXPECT_EQ(outcome.result, Outcome::stored);
  EXPECT_EQ(outcome.stored, 2U);
  ASSERT_EQ(outcome.dead.size(), 1U);
  EXPECT_EQ(rows(), "2");
  EXPECT_EQ(next(), "3");
  EXPECT_EQ(ask("SELECT reason FROM dead_letters"), "message of an unknown conversation");
}

TEST_F(LogWriterTest, StoresAnyTextThatJsonCanCarry) {
  auto message = std::make_shared<Message>(*message_of(chat, 1));
  message->text = std::string("a\0b \"{},\\'\n", 11);

  const WriteOutcome outcome = writer.write({record_of(0, message)}, claims);

  EXPECT_EQ(outcome.stored, 1U);
  EXPECT_EQ(ask("SELECT content FROM messages"),
            "a\xEF\xBF\xBD"
            "b \"{},\\'\n");
}

TEST_F(LogWriterTest, RefusesOneWhosePartitionSomebodyElseClaimed) {
  LogWriter successor{uri, "chat-messages", "app-2", stopping};
  PartitionClaims theirs = successor.claim({0}).value();

  const WriteOutcome zombie = writer.write({message_at(0, 1)}, claims);
  EXPECT_EQ(zombie.result, Outcome::fenced);
  EXPECT_THAT(zombie.lost, ElementsAre(0));
  EXPECT_EQ(rows(), "0");

  EXPECT_EQ(successor.write({message_at(0, 1)}, theirs).result, Outcome::stored);
  EXPECT_EQ(next(), "1");
}

TEST_F(LogWriterTest, LetsASuccessorStartWhereTheLastCommitWas) {
  static_cast<void>(writer.write({message_at(0, 1), message_at(1, 2)}, claims));

  LogWriter successor{uri, "chat-messages", "app-2", stopping};

  EXPECT_EQ(successor.claim({0}).value().at(0).next, 2);
}

TEST_F(LogWriterTest, KeepsABatchThatPostgresDoesNotTakeInTime) {
  std::thread hog([this] { execute_sql(uri, "BEGIN; LOCK TABLE messages; SELECT pg_sleep(3.5); COMMIT"); });
  pause_for(300ms);

  const WriteOutcome refused = writer.write({message_at(0, 1)}, claims);
  hog.join();
  const WriteOutcome taken = writer.write({message_at(0, 1)}, claims);

  EXPECT_EQ(refused.result, Outcome::again);
  EXPECT_EQ(taken.stored, 1U);
  EXPECT_EQ(rows(), "1");
}

TEST_F(LogWriterTest, LosesThatBatchWithMutantOffsetBeforeStore) {
  ASSERT_TRUE(kMutantsCompiledIn) << "tests belong to a preset with mutants: dev or check";
  activate(Mutant::offset_before_store);
  std::thread hog([this] { execute_sql(uri, "BEGIN; LOCK TABLE messages; SELECT pg_sleep(3.5); COMMIT"); });
  pause_for(300ms);

  EXPECT_EQ(writer.write({message_at(0, 1)}, claims).result, Outcome::again);
  hog.join();
  static_cast<void>(writer.write({message_at(0, 1)}, claims));

  EXPECT_EQ(rows(), "0");
}

TEST_F(LogWriterTest, LosesACollidingMessageWithMutantDedupOnSequence) {
  ASSERT_TRUE(kMutantsCompiledIn) << "tests belong to a preset with mutants: dev or check";
  activate(Mutant::dedup_on_sequence);
  static_cast<void>(writer.write({message_at(0, 1)}, claims));

  const WriteOutcome outcome = writer.write({record_of(1, message_of(chat, 1, 0, 99))}, claims);

  EXPECT_EQ(outcome.result, Outcome::stored);
  EXPECT_EQ(rows(), "1");
}

// Kills the backend of the store's consumer every 400 ms, until it is destroyed.
class BackendKiller {
 public:
  explicit BackendKiller(std::string uri) : uri_(std::move(uri)), thread_([this] { run(); }) {}
  ~BackendKiller() {
    done_.store(true);
    thread_.join();
  }
  BackendKiller(const BackendKiller&) = delete;
  BackendKiller& operator=(const BackendKiller&) = delete;

  [[nodiscard]] int kills() const { return kills_.load(); }

 private:
  void run() {
    while (!done_.load()) {
      pause_for(400ms);
      try {
        const std::string pid = query_sql(
            uri_, "SELECT pid FROM pg_stat_activity WHERE application_name = 'plumbline store consumer' LIMIT 1");
        if (!pid.empty() && ::kill(static_cast<pid_t>(std::stol(pid)), SIGKILL) == 0) {
          ++kills_;
        }
      } catch (const std::runtime_error&) {
        continue;  // it is restarting
      }
    }
  }

  const std::string uri_;
  std::atomic<bool> done_{false};
  std::atomic<int> kills_{0};
  std::thread thread_;  // last: it uses the others
};

// What a query answers once PostgreSQL has restarted.
std::string query_when_back(const std::string& uri, const std::string& sql) {
  std::string answer;
  real::within(10s, [&] {
    try {
      answer = query_sql(uri, sql);
      return true;
    } catch (const std::runtime_error&) {
      return false;
    }
  });
  return answer;
}

// Its own server: kill -9 of a backend makes PostgreSQL restart all of them, so commits are cut at every stage.
TEST(LogWriterUnderKills, StoresEveryRecordExactlyOnce) {
  PrivatePostgres server;
  const std::string uri = test::chat_database(server);
  std::atomic<bool> stopping{false};
  LogWriter writer{uri, "chat-messages", "app-1", stopping};
  PartitionClaims claims = writer.claim({0}).value();
  const ConversationPtr chat = pair_of(kAnn, kBob);
  auto killer = std::make_unique<BackendKiller>(uri);

  std::uint64_t stored = 0;
  int retries = 0;
  const Time deadline = steady_now() + 60s;
  for (std::int64_t offset = 0; (offset < 4'000 || killer->kills() < 8) && steady_now() < deadline; offset += 20) {
    std::vector<LogRecord> batch;
    for (std::int64_t i = offset; i < offset + 20; ++i) {
      batch.push_back(record_of(i, message_of(chat, static_cast<std::uint64_t>(i) + 1)));
    }
    while (steady_now() < deadline) {
      const WriteOutcome outcome = writer.write(batch, claims);
      ASSERT_NE(outcome.result, Outcome::fenced);
      if (outcome.result == Outcome::stored) {
        stored += 20;
        break;
      }
      ++retries;
      pause_for(20ms);
    }
  }
  const int kills = killer->kills();
  killer.reset();

  RecordProperty("kills", kills);
  RecordProperty("retries", retries);
  EXPECT_GE(kills, 3);
  EXPECT_GT(retries, 0);
  const std::string all = std::to_string(stored);
  EXPECT_EQ(query_when_back(
                uri, "SELECT count(*) || ' ' || count(DISTINCT message_id) || ' ' || max(sequence_id) FROM messages"),
            all + ' ' + all + ' ' + all);
  EXPECT_EQ(query_when_back(uri, "SELECT messages FROM conversations"), all);
}

}  // namespace
}  // namespace plumbline::serve
