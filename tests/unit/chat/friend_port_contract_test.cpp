// The contracts of the ports for friendships and kept friend events, for every backend of account_backend.h.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "account_backend.h"

namespace plumbline::serve {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

class FriendContract : public AccountPort {
 protected:
  using Seen = std::tuple<Uuid, Relation, UnixMillis>;

  Pending<AskOutcome> start_ask(std::size_t shard, Uuid from, Uuid to, UnixMillis at) {
    return bench.start<AskOutcome>(
        shard, [=, this](auto done) { backend->friends(shard).ask(from, to, at, std::move(done)); });
  }
  AskOutcome ask(Uuid from, Uuid to, UnixMillis at, std::size_t shard = 1) {
    return bench.wait(start_ask(shard, from, to, at)).value();
  }

  Pending<void> start_accept(std::size_t shard, Uuid me, Uuid requester, UnixMillis at) {
    return bench.start<void>(
        shard, [=, this](auto done) { backend->friends(shard).accept(me, requester, at, std::move(done)); });
  }
  Errc accept(Uuid me, Uuid requester, UnixMillis at, std::size_t shard = 1) {
    return code(bench.wait(start_accept(shard, me, requester, at)));
  }

  std::vector<Seen> of(Uuid user, std::size_t shard = 1) {
    std::vector<Seen> seen;
    for (const FriendRow& row :
         bench
             .wait(bench.start<std::vector<FriendRow>>(
                 shard, [=, this](auto done) { backend->friends(shard).of(user, std::move(done)); }))
             .value()) {
      seen.emplace_back(row.user, row.relation, row.since);
    }
    return seen;
  }
};

TEST_P(FriendContract, ARequestIsSeenFromBothSidesAndByNobodyElse) {
  EXPECT_EQ(ask(kAda, kBen, 5), AskOutcome::sent);

  EXPECT_THAT(of(kAda), ElementsAre(Seen{kBen, Relation::pending_out, 5}));
  EXPECT_THAT(of(kBen, 0), ElementsAre(Seen{kAda, Relation::pending_in, 5}));
  EXPECT_THAT(of(kCleo), IsEmpty());
}

TEST_P(FriendContract, AskingAgainChangesNothing) {
  (void)ask(kAda, kBen, 5);
  EXPECT_EQ(ask(kAda, kBen, 6, 0), AskOutcome::already_sent);
  EXPECT_THAT(of(kBen), ElementsAre(Seen{kAda, Relation::pending_in, 5}));

  ASSERT_EQ(accept(kBen, kAda, 7), Errc::ok);
  EXPECT_EQ(ask(kAda, kBen, 8), AskOutcome::already_friends);
  EXPECT_EQ(ask(kBen, kAda, 8, 0), AskOutcome::already_friends);
  EXPECT_THAT(of(kAda), ElementsAre(Seen{kBen, Relation::accepted, 7}));
  EXPECT_THAT(of(kBen), ElementsAre(Seen{kAda, Relation::accepted, 7}));
}

TEST_P(FriendContract, AnOppositeRequestAccepts) {
  (void)ask(kAda, kBen, 5);

  EXPECT_EQ(ask(kBen, kAda, 6, 0), AskOutcome::auto_accepted);

  EXPECT_THAT(of(kAda), ElementsAre(Seen{kBen, Relation::accepted, 6}));
  EXPECT_THAT(of(kBen), ElementsAre(Seen{kAda, Relation::accepted, 6}));
}

TEST_P(FriendContract, OnlyWhoWasAskedAcceptsAndOnce) {
  (void)ask(kAda, kBen, 5);

  EXPECT_EQ(accept(kAda, kBen, 6), Errc::not_found) << "one's own request";
  EXPECT_EQ(accept(kCleo, kAda, 6), Errc::not_found) << "asked somebody else";
  EXPECT_THAT(of(kAda), ElementsAre(Seen{kBen, Relation::pending_out, 5}));
  EXPECT_EQ(accept(kBen, kAda, 7, 0), Errc::ok);
  EXPECT_EQ(accept(kBen, kAda, 8), Errc::not_found) << "nothing pending";
  EXPECT_THAT(of(kBen), ElementsAre(Seen{kAda, Relation::accepted, 7}));
  EXPECT_THAT(of(kCleo), IsEmpty());
}

TEST_P(FriendContract, RelationsComeOldestFirst) {
  (void)ask(kAda, kDan, 1);
  (void)ask(kBen, kAda, 2, 0);
  (void)ask(kAda, kCleo, 3, 0);

  EXPECT_THAT(of(kAda), ElementsAre(Seen{kDan, Relation::pending_out, 1}, Seen{kBen, Relation::pending_in, 2},
                                    Seen{kCleo, Relation::pending_out, 3}));
}

TEST_P(FriendContract, MutualRequestsAtOnceMakeOneFriendship) {
  const auto here = start_ask(1, kAda, kBen, 5);
  const auto there = start_ask(0, kBen, kAda, 5);

  EXPECT_THAT((std::vector<AskOutcome>{bench.wait(here).value(), bench.wait(there).value()}),
              UnorderedElementsAre(AskOutcome::sent, AskOutcome::auto_accepted));
  EXPECT_THAT(of(kAda), ElementsAre(Seen{kBen, Relation::accepted, 5}));
  EXPECT_THAT(of(kBen), ElementsAre(Seen{kAda, Relation::accepted, 5}));
}

TEST_P(FriendContract, TheSameRequestTwiceAtOnceIsSentOnce) {
  const auto here = start_ask(1, kAda, kBen, 5);
  const auto there = start_ask(0, kAda, kBen, 5);

  EXPECT_THAT((std::vector<AskOutcome>{bench.wait(here).value(), bench.wait(there).value()}),
              UnorderedElementsAre(AskOutcome::sent, AskOutcome::already_sent));
  EXPECT_THAT(of(kBen), ElementsAre(Seen{kAda, Relation::pending_in, 5}));
}

TEST_P(FriendContract, OneOfTwoAcceptsAtOnceSucceeds) {
  (void)ask(kAda, kBen, 5);
  const auto here = start_accept(1, kBen, kAda, 6);
  const auto there = start_accept(0, kBen, kAda, 6);

  EXPECT_THAT((std::vector<Errc>{code(bench.wait(here)), code(bench.wait(there))}),
              UnorderedElementsAre(Errc::ok, Errc::not_found));
  EXPECT_THAT(of(kAda), ElementsAre(Seen{kBen, Relation::accepted, 6}));
}

class NoticeContract : public AccountPort {
 protected:
  Pending<std::uint64_t> start_keep(std::size_t shard, Uuid user, const std::string& event,
                                    const std::string& payload = "{}") {
    return bench.start<std::uint64_t>(
        shard, [=, this](auto done) { backend->notices(shard).keep(user, event, payload, std::move(done)); });
  }
  std::uint64_t keep(Uuid user, const std::string& event, std::size_t shard = 0) {
    return bench.wait(start_keep(shard, user, event)).value();
  }

  std::vector<KeptNotice> pending(Uuid user, std::size_t shard = 1) {
    return bench
        .wait(bench.start<std::vector<KeptNotice>>(
            shard, [=, this](auto done) { backend->notices(shard).pending(user, std::move(done)); }))
        .value();
  }
  std::vector<std::string> events(Uuid user, std::size_t shard = 1) {
    std::vector<std::string> names;
    for (const KeptNotice& notice : pending(user, shard)) {
      names.push_back(notice.event);
    }
    return names;
  }

  void remove(Uuid user, std::uint64_t id, std::size_t shard = 1) {
    bench.pool.post_to(shard, [=, this] { backend->notices(shard).remove(user, id); });
    bench.run();
    backend->settle();
  }
};

TEST_P(NoticeContract, KeepsWhatItTookUnderTheIdItAnswered) {
  const std::string payload = R"({"name":"Zoë \"Z\"","n":1})";
  const std::uint64_t id = bench.wait(start_keep(0, kAda, "newFriendRequest", payload)).value();

  const std::vector<KeptNotice> kept = pending(kAda);

  ASSERT_THAT(kept, SizeIs(1));
  EXPECT_EQ(kept[0].id, id);
  EXPECT_EQ(kept[0].event, "newFriendRequest");
  EXPECT_EQ(kept[0].payload, payload);
}

TEST_P(NoticeContract, PendingAreTheUsersOwnOldestFirstFromAnyShard) {
  for (const Uuid user : {kAda, kBen, kCleo, kDan}) {
    EXPECT_THAT(events(user), IsEmpty());
    const std::uint64_t first = keep(user, "a", 0);
    const std::uint64_t second = keep(user, "b", 1);
    const std::uint64_t third = keep(user, "c", 0);
    EXPECT_LT(first, second);
    EXPECT_LT(second, third);
  }
  for (const Uuid user : {kAda, kBen, kCleo, kDan}) {
    EXPECT_THAT(events(user, 0), ElementsAre("a", "b", "c"));
    EXPECT_THAT(events(user, 1), ElementsAre("a", "b", "c"));
  }
}

TEST_P(NoticeContract, OnlyRemovingForgets) {
  const std::uint64_t first = keep(kAda, "a");
  const std::uint64_t second = keep(kAda, "b");
  (void)keep(kAda, "c");
  EXPECT_THAT(events(kAda), ElementsAre("a", "b", "c"));
  EXPECT_THAT(events(kAda), ElementsAre("a", "b", "c")) << "reading is not delivery";

  remove(kAda, second, 1);
  EXPECT_THAT(events(kAda), ElementsAre("a", "c"));
  remove(kAda, first, 0);
  EXPECT_THAT(events(kAda), ElementsAre("c"));
}

TEST_P(NoticeContract, RemovingWhatIsNotThereChangesNothing) {
  const std::uint64_t id = keep(kAda, "a");
  remove(kAda, id + 100);
  remove(kBen, id);
  EXPECT_THAT(events(kAda), ElementsAre("a"));

  remove(kAda, id);
  remove(kAda, id);
  EXPECT_THAT(events(kAda), IsEmpty());
}

TEST_P(NoticeContract, IdsAscendAlsoAfterTheQueueWasEmpty) {
  const std::uint64_t first = keep(kAda, "a");
  remove(kAda, first);

  EXPECT_GT(keep(kAda, "b"), first) << "a late removal of the first must not take the second";
}

TEST_P(NoticeContract, BeyondTheLimitTheOldestGo) {
  (void)keep(kBen, "other");
  for (std::size_t i = 0; i < kMaxNotices + 2; ++i) {
    (void)keep(kAda, std::to_string(i), i % 2);
  }

  const std::vector<std::string> kept = events(kAda);

  ASSERT_THAT(kept, SizeIs(kMaxNotices));
  EXPECT_EQ(kept.front(), "2");
  EXPECT_EQ(kept.back(), std::to_string(kMaxNotices + 1));
  EXPECT_THAT(events(kBen), ElementsAre("other")) << "the limit is per user";
}

TEST_P(NoticeContract, NoticesKeptAtOnceOnTwoShardsAllStay) {
  std::vector<Pending<std::uint64_t>> calls;
  for (std::size_t i = 0; i < 10; ++i) {
    calls.push_back(start_keep(i % 2, kAda, std::to_string(i)));
  }
  std::set<std::uint64_t> ids;
  for (const auto& call : calls) {
    ids.insert(bench.wait(call).value());
  }

  std::vector<std::uint64_t> kept;
  for (const KeptNotice& notice : pending(kAda)) {
    kept.push_back(notice.id);
  }

  EXPECT_THAT(ids, SizeIs(10));
  EXPECT_EQ(kept, std::vector<std::uint64_t>(ids.begin(), ids.end())) << "ascending";
}

INSTANTIATE_TEST_SUITE_P(Backends, FriendContract, testing::ValuesIn(account_rows()), account_row_name);
INSTANTIATE_TEST_SUITE_P(Backends, NoticeContract, testing::ValuesIn(account_rows()), account_row_name);

}  // namespace
}  // namespace plumbline::serve
