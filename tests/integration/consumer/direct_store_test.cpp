// Direct commits, their tail, the outbox and the reader's places against a real PostgreSQL.
#include "store/postgres/direct_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <libpq-fe.h>

#include <deque>
#include <memory>

#include "bus/kafka/record.h"
#include "integration/consumer/chat_database.h"
#include "integration/real/shard_bench.h"
#include "mutant/mutant.h"
#include "store/postgres/direct_tail.h"
#include "store/postgres/outbox_relay.h"
#include "store/postgres/pg_pool.h"

namespace plumbline::serve {
namespace {

using namespace std::chrono_literals;
using real::execute_sql;
using real::PrivatePostgres;
using real::query_sql;
using test::kAnn;
using test::kBob;
using test::kEve;
using test::message_of;
using test::pair_of;
using testing::ElementsAre;
using testing::IsEmpty;

// Confirms, refuses or keeps what it is given.
struct ScriptedProducer final : LogProducer {
  std::vector<std::string> values;
  Errc answer{Errc::ok};
  bool silent{false};
  std::vector<std::function<void()>> kept;

  void produce(Topic, std::string, std::string value, std::size_t,
               std::function<void(Errc, LogPosition)> reported) override {
    values.push_back(std::move(value));
    if (silent) {
      kept.push_back([reported, this] { reported(answer, {}); });
    } else {
      reported(answer, {});
    }
  }
  [[nodiscard]] Time last_report() const override { return {}; }
};

// A transaction of a test's own that stays open.
class OpenTransaction {
 public:
  explicit OpenTransaction(const std::string& uri) : connection_(PQconnectdb(uri.c_str()), &PQfinish) { run("BEGIN"); }
  void run(const std::string& sql) {
    const std::unique_ptr<PGresult, void (*)(PGresult*)> result{PQexec(connection_.get(), sql.c_str()), &PQclear};
    EXPECT_THAT(PQresultStatus(result.get()), testing::AnyOf(PGRES_COMMAND_OK, PGRES_TUPLES_OK))
        << PQerrorMessage(connection_.get());
  }

 private:
  std::unique_ptr<PGconn, void (*)(PGconn*)> connection_;
};

class DirectStoreTest : public testing::Test {
 protected:
  Errc commit(const MessagePtr& message) {
    const auto outcome = bench.wait<void>([&](auto done) { store.commit(message, std::move(done)); });
    return outcome.has_error() ? outcome.error().code : Errc::ok;
  }
  std::string count(const std::string& what) { return query_sql(uri, "SELECT count(*) FROM " + what); }
  // The tail looks once and gets its answer.
  void look() {
    now += 10s;
    tail.tick(now);
    bench.run_for(300ms);
  }
  void relay_round() {
    now += 10s;
    relay.tick(now);
    bench.run_for(300ms);
  }

  std::string uri{test::chat_database(PrivatePostgres::shared())};
  ShardBench bench;
  PgPool pool{bench.pool, uri};
  PgDirectStore store{pool.hot(0)};
  std::vector<std::uint64_t> tailed;
  std::vector<std::uint64_t> found_at_start;
  DirectTail tail{pool.hot(0), [this](const MessagePtr& message, DirectTail::Found found) {
                    (found == DirectTail::Found::live ? tailed : found_at_start).push_back(message->sequence);
                  }};
  ScriptedProducer producer;
  OutboxRelay relay{pool.hot(0), producer, "app-1", 0};
  Time now{1h};
  ConversationPtr chat = pair_of(kAnn, kBob);
};

TEST_F(DirectStoreTest, StoresTheMessageAndItsRecordTogether) {
  const MessagePtr message = message_of(chat, 1);

  EXPECT_EQ(commit(message), Errc::ok);

  EXPECT_EQ(query_sql(uri, "SELECT message_id FROM messages WHERE sequence_id = 1"), message->id.text());
  EXPECT_EQ(query_sql(uri, "SELECT payload FROM outbox"), encode_record(message));
  EXPECT_EQ(query_sql(uri, "SELECT key FROM outbox"), chat->key.text());
}

TEST_F(DirectStoreTest, AnswersOkAndChangesNothingWhenAskedAgain) {
  EXPECT_EQ(commit(message_of(chat, 1)), Errc::ok);

  EXPECT_EQ(commit(message_of(chat, 1)), Errc::ok);

  EXPECT_EQ(count("messages"), "1");
  EXPECT_EQ(count("outbox"), "1");
}

TEST_F(DirectStoreTest, DoesNotConfirmANumberUnderWhichAnotherAttemptIsNotStored) {
  EXPECT_EQ(commit(message_of(chat, 1, 0, 9)), Errc::ok);

  EXPECT_EQ(commit(message_of(chat, 2, 1, 9)), Errc::timeout);

  EXPECT_EQ(count("messages"), "1");
}

TEST_F(DirectStoreTest, RefusesANumberThatAnotherMessageHas) {
  EXPECT_EQ(commit(message_of(chat, 1)), Errc::ok);

  EXPECT_EQ(commit(message_of(chat, 1, 0, 99)), Errc::conflict);

  EXPECT_EQ(count("messages"), "1");
  EXPECT_EQ(count("outbox"), "1");
}

TEST_F(DirectStoreTest, StoresNothingOfAnUnknownConversation) {
  EXPECT_NE(commit(message_of(pair_of(kAnn, kEve), 1)), Errc::ok);

  EXPECT_EQ(count("messages"), "0");
  EXPECT_EQ(count("outbox"), "0");
}

TEST_F(DirectStoreTest, LosesTheLastRecordWithMutantOutboxAfterCommit) {
  ASSERT_TRUE(kMutantsCompiledIn) << "tests belong to a preset with mutants: dev or check";
  activate(Mutant::outbox_after_commit);

  commit(message_of(chat, 1));
  commit(message_of(chat, 2));
  bench.run_for(300ms);
  activate(Mutant::none);

  EXPECT_EQ(count("messages"), "2");
  EXPECT_EQ(count("outbox"), "1");
}

TEST_F(DirectStoreTest, TailHandsOverWhatComesAndTellsWhatWasThereBefore) {
  commit(message_of(chat, 1));
  look();
  EXPECT_TRUE(tail.caught_up());
  EXPECT_THAT(found_at_start, ElementsAre(1));

  commit(message_of(chat, 2));
  commit(message_of(chat, 3));
  look();
  look();

  EXPECT_THAT(tailed, ElementsAre(2, 3));
}

TEST_F(DirectStoreTest, TailFindsARowThatCommitsAfterHigherOnes) {
  look();
  OpenTransaction slow{uri};
  slow.run("INSERT INTO outbox (topic, key, payload) VALUES ('chat-messages', 'k', $q$" +
           encode_record(message_of(chat, 1)) + "$q$)");
  commit(message_of(chat, 2));
  look();
  EXPECT_THAT(tailed, ElementsAre(2));

  look();
  EXPECT_THAT(tailed, ElementsAre(2));  // once, although its transaction is not below the oldest running one
  slow.run("COMMIT");
  look();
  look();

  EXPECT_THAT(tailed, ElementsAre(2, 1));
}

TEST_F(DirectStoreTest, TailReadsAnOutboxOfSeveralPages) {
  execute_sql(uri, "INSERT INTO outbox (topic, key, payload) SELECT 'chat-messages', 'k', $q$" +
                       encode_record(message_of(chat, 7)) + "$q$ FROM generate_series(1, 1200)");
  now += 1s;

  for (int round = 0; round < 4; ++round) {
    tail.tick(now);
    bench.run_for(200ms);
  }

  EXPECT_EQ(found_at_start.size(), 1200U);
  EXPECT_TRUE(tail.caught_up());
}

TEST_F(DirectStoreTest, TailSkipsARowThatIsNoMessage) {
  execute_sql(uri, "INSERT INTO outbox (topic, key, payload) VALUES ('chat-messages', 'k', '{}')");
  commit(message_of(chat, 1));

  look();

  EXPECT_THAT(found_at_start, ElementsAre(1));
  EXPECT_EQ(tail.counters().unreadable, 1U);
}

TEST_F(DirectStoreTest, TailAsksSoonerWhileItIsBrisk) {
  look();
  now += 3s;
  tail.tick(now);
  bench.run_for(200ms);
  commit(message_of(chat, 1));

  now += 25ms;
  tail.tick(now);
  bench.run_for(200ms);
  EXPECT_THAT(tailed, IsEmpty());
  now += 225ms;
  tail.brisk(true);
  tail.tick(now);
  bench.run_for(200ms);
  EXPECT_THAT(tailed, ElementsAre(1));
  commit(message_of(chat, 2));
  now += 25ms;
  tail.tick(now);
  bench.run_for(200ms);

  EXPECT_THAT(tailed, ElementsAre(1, 2));
}

TEST_F(DirectStoreTest, TailLooksByItselfWhenItRuns) {
  const SteadyClock clock;
  tail.run(bench.pool.context(0), clock);
  ASSERT_TRUE(bench.run_until([&] { return tail.caught_up(); }));
  commit(message_of(chat, 1));

  EXPECT_TRUE(bench.run_until([&] { return !tailed.empty(); }));

  EXPECT_THAT(tailed, ElementsAre(1));
}

TEST_F(DirectStoreTest, RelayPublishesMoreThanAPage) {
  execute_sql(uri,
              "INSERT INTO outbox (topic, key, payload) SELECT 'chat-messages', 'k', 'v' FROM generate_series(1, 450)");

  relay_round();

  EXPECT_TRUE(bench.run_until([&] { return relay.counters().published == 450; }));
  EXPECT_TRUE(bench.run_until([&] { return count("outbox") == "0"; }));
}

TEST_F(DirectStoreTest, RelayPublishesAndThenRemoves) {
  commit(message_of(chat, 1));
  commit(message_of(chat, 2));

  relay_round();

  EXPECT_THAT(producer.values, ElementsAre(encode_record(message_of(chat, 1)), encode_record(message_of(chat, 2))));
  EXPECT_EQ(count("outbox"), "0");
  EXPECT_EQ(relay.counters().published, 2U);
}

TEST_F(DirectStoreTest, RelayKeepsWhatTheLogDidNotConfirm) {
  commit(message_of(chat, 1));
  producer.answer = Errc::timeout;

  relay_round();
  EXPECT_EQ(count("outbox"), "1");
  producer.answer = Errc::ok;
  relay_round();

  EXPECT_EQ(count("outbox"), "0");
  EXPECT_EQ(relay.counters().refused, 1U);
}

TEST_F(DirectStoreTest, RelayWaitsForTheReportsOfARoundBeforeTheNext) {
  commit(message_of(chat, 1));
  producer.silent = true;

  relay_round();
  relay_round();
  EXPECT_EQ(producer.values.size(), 1U);
  producer.kept.front()();
  bench.run_for(200ms);

  EXPECT_EQ(count("outbox"), "0");
}

TEST_F(DirectStoreTest, OneRelayOfSeveralWorksAndAnotherTakesOver) {
  OutboxRelay other{pool.hot(1), producer, "app-2", 1};
  relay_round();
  EXPECT_TRUE(relay.working());
  commit(message_of(chat, 1));

  other.tick(now);
  bench.run_for(300ms);
  EXPECT_FALSE(other.working());
  EXPECT_EQ(count("outbox"), "1");
  execute_sql(uri, "UPDATE outbox_relay SET until = now() - interval '1 s'");
  now += 1s;
  other.tick(now);
  bench.run_for(300ms);

  EXPECT_TRUE(other.working());
  EXPECT_EQ(count("outbox"), "0");
}

}  // namespace
}  // namespace plumbline::serve
