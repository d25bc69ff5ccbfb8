// Claims of several instances on one PostgreSQL, and what happens to them when an instance or PostgreSQL dies.
#include "backplane/postgres/pg_idempotency.h"

#include <gtest/gtest.h>

#include "backplane/memory_idempotency.h"
#include "integration/accounts/real_services.h"
#include "integration/real/shard_bench.h"
#include "store/postgres/pg_pool.h"

namespace plumbline::serve {
namespace {

using Claim = WriteClaim;
constexpr std::chrono::seconds kBusyMachine{20};

// One instance of the server: its own connection, its own ledger.
struct Instance {
  Instance(net::ShardPool& pool, const std::string& uri, Duration patience)
      : postgres(pool, uri),
        ledgers(pool),
        local(pool, ledgers, 0, clock),
        writes(pool.context(0), postgres.reads(0), local, unfenced, patience) {}

  ManualClock clock;
  PgPool postgres;
  Partitions<WriteLedger> ledgers;
  MemoryIdempotency local;
  UnfencedClaims unfenced;
  PgIdempotency writes;
};

struct PgIdempotencyTest : testing::Test {
  explicit PgIdempotencyTest(const std::string& at = clean_database(), Duration patience = kBusyMachine)
      : uri(at), a(bench.pool, at, patience), b(bench.pool, at, patience) {}

  Result<Claim> claim(Instance& instance, const WriteKey& which) {
    return bench.wait<Claim>([&](auto done) { instance.writes.claim(which, std::move(done)); });
  }
  std::string replay(Instance& instance, const WriteKey& which) {
    const Result<Claim> claimed = claim(instance, which);
    return claimed.has_value() && claimed.value().answer ? claimed.value().answer->body : "no answer";
  }
  void settle(Instance& instance, const WriteKey& which, const WriteAnswer& answer) {
    instance.writes.settle(which, answer);
    bench.run_until([&instance] { return instance.writes.unsaved() == 0; });
  }

  std::string uri;
  ShardBench bench;
  Instance a;
  Instance b;
  const WriteKey key{{41, 1}, "/messages", "client-1"};
};

TEST_F(PgIdempotencyTest, OfManyClaimsAtOnceOneDoesTheWriteAndAllGetItsAnswer) {
  int writers = 0;
  std::vector<unsigned> statuses;
  for (int i = 0; i < 20; ++i) {
    Instance& instance = i % 2 == 0 ? a : b;
    instance.writes.claim(key, [&](const Result<Claim>& claimed) {
      ASSERT_TRUE(claimed.has_value());
      if (claimed.value().answer) {
        statuses.push_back(claimed.value().answer->status);
        return;
      }
      ++writers;
      instance.writes.settle(key, WriteAnswer{202, "{}"});
    });
  }
  bench.run_until([&statuses] { return statuses.size() == 19; });

  EXPECT_EQ(writers, 1);
  EXPECT_EQ(statuses, std::vector<unsigned>(19, 202));
}

TEST_F(PgIdempotencyTest, AClaimWhoseInstanceDiedIsTakenOver) {
  {
    Instance dead(bench.pool, uri, kBusyMachine);
    ASSERT_FALSE(claim(dead, key).value().answer.has_value());
  }
  real::execute_sql(uri, "UPDATE idempotency SET claimed_at = claimed_at - interval '11 s'");

  const Result<Claim> heir = claim(b, key);

  ASSERT_TRUE(heir.has_value());
  EXPECT_FALSE(heir.value().answer.has_value());
}

TEST_F(PgIdempotencyTest, GivesUpWaitingForAWriteThatDoesNotEnd) {
  ASSERT_FALSE(claim(a, key).value().answer.has_value());

  const Time asked = steady_now();
  const Result<Claim> waited = claim(b, key);

  EXPECT_EQ(waited.error().code, Errc::timeout);
  EXPECT_GE(steady_now() - asked, PgIdempotency::kWaitForOther);
  EXPECT_EQ(b.writes.counters().waited_out, 1U);
}

TEST_F(PgIdempotencyTest, TheFirstAnswerStays) {
  ASSERT_FALSE(claim(a, key).value().answer.has_value());
  real::execute_sql(uri, "UPDATE idempotency SET claimed_at = claimed_at - interval '11 s'");
  ASSERT_FALSE(claim(b, key).value().answer.has_value());

  settle(a, key, WriteAnswer{202, "first"});
  settle(b, key, WriteAnswer{202, "second"});

  EXPECT_EQ(replay(b, key), "first");
}

struct PgIdempotencyAway : PgIdempotencyTest {
  PgIdempotencyAway() : PgIdempotencyTest(own(), std::chrono::milliseconds{500}) {}

  static std::string own() {
    server = std::make_unique<real::PrivatePostgres>();
    const std::string uri = server->create_database();
    migrate(uri);
    return uri;
  }
  void TearDown() override { server.reset(); }

  static std::unique_ptr<real::PrivatePostgres> server;
};

std::unique_ptr<real::PrivatePostgres> PgIdempotencyAway::server;

TEST_F(PgIdempotencyAway, WritesGoOnAndTheirAnswersAreWrittenDownAfterwards) {
  const WriteKey before{{41, 1}, "/messages", "before"};
  ASSERT_FALSE(claim(a, before).value().answer.has_value());
  settle(a, before, WriteAnswer{202, "before"});
  server->kill();

  const Result<Claim> claimed = claim(a, key);
  ASSERT_TRUE(claimed.has_value());
  EXPECT_FALSE(claimed.value().answer.has_value());
  a.writes.settle(key, WriteAnswer{202, "away"});
  EXPECT_EQ(replay(a, key), "away") << "the same instance knows";
  EXPECT_EQ(a.unfenced.open.load(), 1U);

  server->start();
  ASSERT_TRUE(bench.run_until([this] { return a.writes.unsaved() == 0; }));
  EXPECT_EQ(a.unfenced.open.load(), 0U);
  EXPECT_EQ(replay(b, key), "away") << "now every instance knows";
  EXPECT_EQ(replay(b, before), "before");
  EXPECT_EQ(a.writes.counters().unsaved_lost, 0U);
}

TEST_F(PgIdempotencyAway, OneOfTwoAtOnceDoesTheWriteOnTheSameInstance) {
  server->kill();
  int writers = 0;
  int replays = 0;
  for (int i = 0; i < 2; ++i) {
    a.writes.claim(key, [&](const Result<Claim>& claimed) {
      ASSERT_TRUE(claimed.has_value());
      if (claimed.value().answer) {
        ++replays;
      } else {
        ++writers;
        a.writes.settle(key, WriteAnswer{202, "{}"});
      }
    });
  }
  ASSERT_TRUE(bench.run_until([&] { return writers + replays == 2; }));

  EXPECT_EQ(writers, 1);
  EXPECT_EQ(replays, 1);
}

TEST_F(PgIdempotencyAway, AFailedWriteFreesTheIdAlsoWithoutPostgres) {
  server->kill();
  ASSERT_FALSE(claim(a, key).value().answer.has_value());
  a.writes.settle(key, std::nullopt);
  ASSERT_TRUE(bench.run_until([this] { return a.unfenced.open.load() == 0; }));

  EXPECT_FALSE(claim(a, key).value().answer.has_value());
}

TEST_F(PgIdempotencyAway, AFrozenServerDelaysAWriteButDoesNotStopIt) {
  const WriteKey first{{41, 1}, "/messages", "first"};
  ASSERT_FALSE(claim(a, first).value().answer.has_value());
  server->freeze();

  const Time asked = steady_now();
  EXPECT_FALSE(claim(a, key).value().answer.has_value());

  EXPECT_LT(steady_now() - asked, std::chrono::seconds{4}) << "twice the patience, and what a busy machine adds";
  server->thaw();
}

TEST_F(PgIdempotencyTest, WhoTakesAClaimOverIsToldSo) {
  ASSERT_EQ(claim(a, key).value().standing, Standing::first);
  real::execute_sql(uri, "UPDATE idempotency SET claimed_at = claimed_at - interval '11 s'");

  EXPECT_EQ(claim(b, key).value().standing, Standing::again);
}

TEST_F(PgIdempotencyTest, AnAnswerThatComesAfterTheClaimMayBeSomebodyElsesIsNotGiven) {
  ASSERT_FALSE(claim(a, key).value().answer.has_value());
  bench.run_for(PgIdempotency::kOwnFor);

  EXPECT_FALSE(a.writes.settle(key, WriteAnswer{202, "late"}));

  const Claim next = claim(b, key).value();
  EXPECT_FALSE(next.answer.has_value());
  EXPECT_EQ(next.standing, Standing::again);
}

TEST_F(PgIdempotencyAway, WhoWritesWithoutPostgresIsToldThatOthersMayHaveTried) {
  server->kill();

  EXPECT_EQ(claim(a, key).value().standing, Standing::unsure);
}

}  // namespace
}  // namespace plumbline::serve
