// The contracts of the ports for limits and repeated writes, for every backend of backplane_backend.h.
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>

#include "backplane_backend.h"

namespace plumbline::serve {
namespace {

constexpr Uuid kAmy{1, 1};
constexpr Uuid kBill{2, 2};

class BackplaneContract : public testing::TestWithParam<BackplaneRow> {
 protected:
  void pass(Duration span) {
    bench.clock.advance(span);
    backend->passed(span);
  }

  RateDecision admit(Uuid user, RateBucket bucket = RateBucket::search, std::size_t shard = 1) {
    return bench
        .wait(bench.start<RateDecision>(
            shard, [=, this](auto done) { backend->rates(shard).admit(user, bucket, std::move(done)); }))
        .value();
  }

  std::uint32_t wait_of(const std::string& name) {
    return bench
        .wait(
            bench.start<std::uint32_t>(0, [=, this](auto done) { backend->lockout(0).wait_of(name, std::move(done)); }))
        .value();
  }
  void failed(const std::string& name) {
    (void)bench.wait(bench.start<void>(1, [=, this](auto done) { backend->lockout(1).failed(name, std::move(done)); }));
  }
  void succeeded(const std::string& name) {
    (void)bench.wait(
        bench.start<void>(0, [=, this](auto done) { backend->lockout(0).succeeded(name, std::move(done)); }));
  }

  using Claim = WriteClaim;
  Pending<Claim> start_claim(const WriteKey& key, std::size_t shard) {
    return bench.start<Claim>(shard, [=, this](auto done) { backend->writes(shard).claim(key, std::move(done)); });
  }
  Claim claim(const WriteKey& key, std::size_t shard) { return bench.wait(start_claim(key, shard)).value(); }
  void settle(const WriteKey& key, std::size_t shard, const std::optional<WriteAnswer>& answer) {
    bench.pool.post_to(shard, [=, this] { backend->writes(shard).settle(key, answer); });
    bench.run();
    backend->settle();
  }

  std::unique_ptr<BackplaneBackend> backend = GetParam().make();
  CallBench& bench = backend->bench;
};

TEST_P(BackplaneContract, RateWindowSlides) {
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(admit(kAmy).admitted);
    pass(std::chrono::seconds{1});
  }
  EXPECT_FALSE(admit(kAmy).admitted);
  EXPECT_EQ(admit(kAmy).reset_seconds, 50U);
  pass(std::chrono::seconds{50});

  EXPECT_TRUE(admit(kAmy).admitted);
  EXPECT_FALSE(admit(kAmy).admitted) << "only the oldest attempt left the window";
}

TEST_P(BackplaneContract, RatesAreCountedPerUserAndBucketOnAllShardsTogether) {
  EXPECT_EQ(admit(kAmy, RateBucket::search, 0).remaining, 9U);
  EXPECT_EQ(admit(kAmy, RateBucket::search, 1).remaining, 8U);

  const RateDecision other_bucket = admit(kAmy, RateBucket::send, 0);
  EXPECT_EQ(other_bucket.limit, 100U);
  EXPECT_EQ(other_bucket.remaining, 99U);
  EXPECT_EQ(admit(kBill).remaining, 9U);
}

TEST_P(BackplaneContract, LockoutCountsANameOnAnyShardWithoutRegardToCase) {
  for (const char* typed : {"ann", "Ann", "ANN"}) {
    EXPECT_EQ(wait_of("ann"), 0U);
    failed(typed);
  }
  EXPECT_EQ(wait_of("aNN"), 60U);
  EXPECT_EQ(wait_of("bob"), 0U);
  succeeded("Ann");

  EXPECT_EQ(wait_of("ann"), 0U);
}

TEST_P(BackplaneContract, LockoutGrowsWithTheFailures) {
  for (int i = 0; i < 5; ++i) {
    failed("ann");
  }
  EXPECT_EQ(wait_of("ann"), 300U);
}

TEST_P(BackplaneContract, AWriteIsClaimedOnceAndKeptForADay) {
  const WriteKey key{kAmy, "/x", "id"};
  EXPECT_FALSE(claim(key, 0).answer.has_value());
  settle(key, 0, WriteAnswer{202, "{}"});
  EXPECT_EQ(claim(key, 1).answer.value_or(WriteAnswer{}).status, 202U);
  pass(std::chrono::hours{23});
  EXPECT_TRUE(claim(key, 1).answer.has_value());
  pass(std::chrono::hours{1});

  EXPECT_FALSE(claim(key, 0).answer.has_value());
}

TEST_P(BackplaneContract, KeysDifferByUserOperationAndClientId) {
  EXPECT_FALSE(claim({kAmy, "/x", "id"}, 0).answer.has_value());
  EXPECT_FALSE(claim({kBill, "/x", "id"}, 0).answer.has_value());
  EXPECT_FALSE(claim({kAmy, "/y", "id"}, 0).answer.has_value());
  EXPECT_FALSE(claim({kAmy, "/x", "ID"}, 0).answer.has_value());
}

TEST_P(BackplaneContract, AClaimWaitsForTheOneBefore) {
  const WriteKey key{kAmy, "/x", "id"};
  ASSERT_FALSE(claim(key, 0).answer.has_value());

  const auto waiting = start_claim(key, 1);
  bench.run();
  EXPECT_FALSE(waiting->has_value());
  settle(key, 0, WriteAnswer{201, R"({"a":"Zoë"})"});
  const auto answer = bench.wait(waiting).value().answer;

  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->status, 201U);
  EXPECT_EQ(answer->body, R"({"a":"Zoë"})");
}

TEST_P(BackplaneContract, AfterAFailureOneOfTheWaitingGetsTheClaim) {
  const WriteKey key{kAmy, "/x", "id"};
  ASSERT_FALSE(claim(key, 0).answer.has_value());
  const auto waiting = start_claim(key, 1);
  bench.run();

  settle(key, 0, std::nullopt);

  EXPECT_FALSE(bench.wait(waiting).value().answer.has_value());
}

TEST_P(BackplaneContract, WhoClaimsADoubtedWriteIsToldSo) {
  const WriteKey key{kAmy, "/x", "id"};
  ASSERT_EQ(claim(key, 0).standing, Standing::first);
  backend->writes(0).doubt(key);
  backend->settle();

  const Claim again = claim(key, 1);
  EXPECT_FALSE(again.answer.has_value());
  EXPECT_EQ(again.standing, Standing::again);
  settle(key, 1, WriteAnswer{202, "{}"});
  EXPECT_TRUE(claim(key, 0).answer.has_value());
}

TEST_P(BackplaneContract, WhoWaitsForAWriteThatIsDoubtedGetsItAndIsToldSo) {
  const WriteKey key{kAmy, "/x", "id"};
  ASSERT_FALSE(claim(key, 0).answer.has_value());
  const auto waiting = start_claim(key, 1);
  bench.run();

  backend->writes(0).doubt(key);

  EXPECT_EQ(bench.wait(waiting).value().standing, Standing::again);
}

TEST_P(BackplaneContract, AWriteThatFailedWithoutEffectIsClaimedAsTheFirst) {
  const WriteKey key{kAmy, "/x", "id"};
  ASSERT_FALSE(claim(key, 0).answer.has_value());
  settle(key, 0, std::nullopt);

  EXPECT_EQ(claim(key, 1).standing, Standing::first);
}

INSTANTIATE_TEST_SUITE_P(Backends, BackplaneContract, testing::ValuesIn(backplane_rows()),
                         [](const testing::TestParamInfo<BackplaneRow>& row) { return row.param.name; });

}  // namespace
}  // namespace plumbline::serve
