// The log-in lockout ladder: the table that counts, and what a client meets.
#include <gtest/gtest.h>

#include "backplane/memory_login_lockout.h"
#include "chat_world.h"

namespace plumbline::serve {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

struct Table : testing::Test {
  LockoutTable table{messenger_ladder(), 4};
  ManualClock clock;

  void fail(std::string_view name) { table.failed(digest_of(name), clock.now()); }
  std::uint32_t wait_of(std::string_view name) { return table.wait_of(digest_of(name), clock.now()); }
  // Fails once and waits the block out; returns its seconds.
  std::uint32_t fail_and_wait() {
    fail("ann");
    const std::uint32_t wait = wait_of("ann");
    clock.advance(seconds{wait});
    return wait;
  }
};

TEST_F(Table, ClimbsTheLadder) {
  std::vector<std::uint32_t> waits;
  for (int i = 0; i < 8; ++i) {
    waits.push_back(fail_and_wait());
  }

  EXPECT_EQ(waits, (std::vector<std::uint32_t>{0, 0, 60, 60, 300, 300, 900, 900}));
}

TEST_F(Table, TenFailuresAtOnceRefuseForHalfAnHour) {
  for (int i = 0; i < 10; ++i) {
    fail("ann");
  }
  EXPECT_EQ(wait_of("ann"), 1800U);
  clock.advance(minutes{29});
  EXPECT_EQ(wait_of("ann"), 60U);
  clock.advance(minutes{1});

  EXPECT_EQ(wait_of("ann"), 0U);
}

TEST_F(Table, CountLivesThirtyMinutesFromTheFirstFailure) {
  fail("ann");
  clock.advance(minutes{29});
  fail("ann");
  clock.advance(minutes{1});
  fail("ann");

  EXPECT_EQ(wait_of("ann"), 0U) << "the first of a new count";
}

TEST_F(Table, BlockOutlivesTheCount) {
  fail("ann");
  clock.advance(minutes{29});
  for (int i = 0; i < 4; ++i) {
    fail("ann");
  }
  clock.advance(minutes{2});
  table.tick(clock.now());

  EXPECT_EQ(wait_of("ann"), 180U);
}

TEST_F(Table, AskingDoesNotLengthenTheBlock) {
  for (int i = 0; i < 3; ++i) {
    fail("ann");
  }
  for (int i = 0; i < 60; ++i) {
    EXPECT_EQ(wait_of("ann"), static_cast<std::uint32_t>(60 - i));
    clock.advance(seconds{1});
  }

  EXPECT_EQ(wait_of("ann"), 0U);
  EXPECT_EQ(table.counters().refused, 60U);
}

TEST_F(Table, SuccessClears) {
  for (int i = 0; i < 9; ++i) {
    fail("ann");
  }
  table.succeeded(digest_of("ann"));

  EXPECT_EQ(wait_of("ann"), 0U);
  EXPECT_EQ(fail_and_wait(), 0U);
}

TEST_F(Table, TickForgetsWhatHasRunOut) {
  fail("ann");
  table.tick(clock.now());
  EXPECT_EQ(table.tracked(), 1U);
  clock.advance(minutes{30});
  table.tick(clock.now());

  EXPECT_EQ(table.tracked(), 0U);
}

TEST_F(Table, FullTableDropsTheOldestOfTheFewestFailures) {
  for (int i = 0; i < 3; ++i) {
    fail("ann");
  }
  for (const char* name : {"a", "b", "c", "d", "e"}) {
    clock.advance(seconds{1});
    fail(name);
  }

  EXPECT_EQ(table.tracked(), 4U);
  EXPECT_EQ(table.counters().dropped, 2U);
  EXPECT_EQ(wait_of("ann"), 55U);
}

TEST(LockoutTable, WithoutALadderCountsNothing) {
  LockoutTable table{{}};
  table.failed(digest_of("ann"), Time{});

  EXPECT_EQ(table.tracked(), 0U);
}

constexpr const char* kLadderAccount = R"({"username":"ann","email":"ann@example.org","password":"correct horse"})";

net::HttpRequest login_request(const std::string& name, const std::string& password) {
  return make_request("POST", "/api/auth/login", "",
                      R"({"username":")" + name + R"(","password":")" + password + R"("})");
}

struct LoginLadder : testing::Test {
  ChatWorld world;
  LoginLadder() {
    EXPECT_EQ(world.request(make_request("POST", "/api/auth/register", "", kLadderAccount)).status, 201U);
  }

  void fail(const std::string& name, int times) {
    for (int i = 0; i < times; ++i) {
      EXPECT_EQ(world.request(login_request(name, "wrong horse")).status, 401U);
    }
  }
};

TEST_F(LoginLadder, RefusesTheRightPasswordWithoutCheckingItUntilTheBlockEnds) {
  fail("ann", 3);

  const auto refused = world.start(0, login_request("ANN", "correct horse"));
  world.pump();  // the shards only: nothing waits for the threads that hash

  ASSERT_TRUE(refused->has_value());
  EXPECT_EQ((*refused)->status, 429U);
  EXPECT_EQ((*refused)->code(), "RATE_LIMITED");
  EXPECT_EQ((*refused)->header("retry-after"), "60");
  world.clock.advance(seconds{60});
  EXPECT_EQ(world.request(login_request("ann", "correct horse")).status, 200U);
}

TEST_F(LoginLadder, UnknownNameGetsTheSameAnswers) {
  fail("ann", 3);
  fail("who", 3);

  const Answer known = world.request(login_request("ann", "wrong horse"));
  const Answer unknown = world.request(login_request("who", "wrong horse"));

  EXPECT_EQ(unknown.status, 429U);
  EXPECT_EQ(unknown.body, known.body);
  EXPECT_EQ(unknown.headers, known.headers);
}

TEST_F(LoginLadder, SuccessClearsTheCount) {
  fail("ann", 2);
  EXPECT_EQ(world.request(login_request("ann", "correct horse")).status, 200U);

  fail("ann", 2);

  EXPECT_EQ(world.request(login_request("ann", "correct horse")).status, 200U);
}

TEST_F(LoginLadder, OtherNamesAreNotRefused) {
  fail("bob", 3);

  EXPECT_EQ(world.request(login_request("ann", "correct horse")).status, 200U);
}

}  // namespace
}  // namespace plumbline::serve
