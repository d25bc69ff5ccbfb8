// Friend requests through REST and what both sides' devices are told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "chat_world.h"
#include "service/iso_time.h"

namespace plumbline::serve {
namespace {

using testing::ElementsAre;

Answer befriend(ChatWorld& world, const Person& who, const std::string& verb, const Person& other) {
  return world.post(who, "/friends/" + verb, R"({"friendId":)" + quoted_id(other) + "}");
}

TEST(Friends, ARequestIsToldLiveOnceAndAcceptingTellsBoth) {
  ChatWorld world(3);
  const Person ann = world.known("ann");
  const Person bob = world.known("bob");
  const auto a = world.connect(ann, 0);
  const auto b = world.connect(bob, 2);

  EXPECT_EQ(befriend(world, ann, "send-request", bob).status, 201U);
  EXPECT_EQ(befriend(world, ann, "send-request", bob).status, 409U);
  EXPECT_EQ(world.get(bob, "/friends/pending-requests").json().at("pendingRequests").as_array().size(), 1U);
  EXPECT_EQ(befriend(world, bob, "accept-request", ann).status, 200U);
  EXPECT_EQ(befriend(world, bob, "accept-request", ann).status, 404U);

  const auto asked = b->all("newFriendRequest");
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_EQ(asked[0].at("senderId").as_string(), ann.id.text());
  EXPECT_EQ(asked[0].at("senderName").as_string(), "ann");
  EXPECT_EQ(asked[0].at("requestCount").as_int64(), 1);
  ASSERT_EQ(a->all("friendRequestAccepted").size(), 1U);
  ASSERT_EQ(b->all("friendRequestAccepted").size(), 1U);
  EXPECT_EQ(a->all("friendRequestAccepted")[0].at("friendId").as_string(), bob.id.text());
  EXPECT_EQ(b->all("friendRequestAccepted")[0].at("friendName").as_string(), "ann");
  EXPECT_EQ(world.get(ann, "/friends/list").json().at("friends").as_array().size(), 1U);
}

TEST(Friends, NoticesWaitForTheFirstDeviceAndComeOnce) {
  ChatWorld world;
  const Person ann = world.known("ann");
  const Person bob = world.known("bob");
  (void)befriend(world, ann, "send-request", bob);

  const auto first = world.connect(bob, 1);
  const auto second = world.connect(bob, 0);

  EXPECT_THAT(first->events(), ElementsAre("newFriendRequest", "registered", "chatRegistered"));
  EXPECT_EQ(first->all("registered").at(0).at("queuedNotifications").as_int64(), 1);
  EXPECT_THAT(second->events(), ElementsAre("registered", "chatRegistered"));
}

TEST(Friends, ConcurrentMutualRequestsMakeOneFriendship) {
  ChatWorld world(3);
  const Person ann = world.known("ann");
  const Person bob = world.known("bob");
  const auto one = world.start(
      1, make_request("POST", "/friends/send-request", ann.token, R"({"friendId":)" + quoted_id(bob) + "}"));
  const auto two = world.start(
      2, make_request("POST", "/friends/send-request", bob.token, R"({"friendId":)" + quoted_id(ann) + "}"));
  world.pump();

  EXPECT_EQ((*one)->status, 201U);
  EXPECT_EQ((*two)->status, 201U);
  for (const Person& who : {ann, bob}) {
    EXPECT_EQ(world.get(who, "/friends/list").json().at("friends").as_array().size(), 1U);
    EXPECT_EQ(world.get(who, "/friends/pending-requests").json().at("pendingRequests").as_array().size(), 0U);
  }
}

TEST(Friends, BadTargetsAreRefused) {
  ChatWorld world;
  const Person ann = world.known("ann");
  const Person ghost = world.person("ghost");

  EXPECT_EQ(befriend(world, ann, "send-request", ann).status, 400U);
  EXPECT_EQ(befriend(world, ann, "send-request", ghost).status, 404U);
  EXPECT_EQ(world.post(ann, "/friends/send-request", "{}").status, 400U);
  EXPECT_EQ(world.get(ann, "/friends/list?status=nonsense").status, 400U);
}

// Ann and `count` friends, one second apart.
Person with_friends(ChatWorld& world, int count) {
  const Person ann = world.known("ann");
  for (int i = 0; i < count; ++i) {
    const Person other = world.known("f" + std::to_string(i));
    (void)befriend(world, other, "send-request", ann);
    (void)befriend(world, ann, "accept-request", other);
    world.clock.advance(std::chrono::seconds{1});
  }
  return ann;
}

std::vector<std::string> names(const Answer& answer, const char* list) {
  std::vector<std::string> out;
  for (const auto& row : answer.json().at(list).as_array()) {
    out.emplace_back(row.at("username").as_string());
  }
  return out;
}

std::string next(const Answer& page) {
  return std::string{page.json().at("nextCursor").as_string()};
}

TEST(FriendList, ComesOldestFirstInPagesWithAnExactHasMore) {
  ChatWorld world;
  const Person ann = with_friends(world, 4);

  const Answer first = world.get(ann, "/friends/list?limit=2");
  const Answer last = world.get(ann, "/friends/list?limit=2&cursor=" + next(first));

  EXPECT_THAT(names(first, "friends"), ElementsAre("f0", "f1"));
  EXPECT_TRUE(first.json().at("hasMore").as_bool());
  EXPECT_THAT(names(last, "friends"), ElementsAre("f2", "f3"));
  EXPECT_FALSE(last.json().at("hasMore").as_bool());
  EXPECT_TRUE(last.json().at("nextCursor").is_null());
}

TEST(FriendList, PagesApartRowsOfTheSameMoment) {
  ChatWorld world;
  const Person ann = world.known("ann");
  for (const char* name : {"p", "q", "r"}) {
    (void)befriend(world, world.known(name), "send-request", ann);
  }

  const Answer first = world.get(ann, "/friends/pending-requests?limit=2");
  const Answer last = world.get(ann, "/friends/pending-requests?limit=2&cursor=" + next(first));

  std::vector<std::string> all = names(first, "pendingRequests");
  all.push_back(names(last, "pendingRequests").at(0));
  EXPECT_THAT(all, testing::UnorderedElementsAre("p", "q", "r"));
  EXPECT_FALSE(last.json().at("hasMore").as_bool());
}

TEST(FriendList, GivesFiftyWhenNoLimitIsNamed) {
  ChatWorld world;
  const Person ann = with_friends(world, 51);

  const Answer page = world.get(ann, "/friends/list");

  EXPECT_EQ(page.json().at("friends").as_array().size(), 50U);
  EXPECT_TRUE(page.json().at("hasMore").as_bool());
}

TEST(FriendList, KnowsTheStatusBlockedThoughNobodyIs) {
  ChatWorld world;
  const Person ann = with_friends(world, 1);

  const Answer blocked = world.get(ann, "/friends/list?status=blocked");

  EXPECT_EQ(blocked.status, 200U);
  EXPECT_TRUE(blocked.json().at("friends").as_array().empty());
}

TEST(FriendList, SinceLastFetchedGivesWhatIsNewerAndIgnoresWhatIsNoTime) {
  ChatWorld world;
  const Person ann = with_friends(world, 3);
  const Answer all = world.get(ann, "/friends/list");
  const std::string middle{all.json().at("friends").as_array().at(1).at("created_at").as_string()};

  EXPECT_THAT(names(world.get(ann, "/friends/list?lastFetched=" + middle), "friends"), ElementsAre("f2"));
  for (const char* no_time : {"null", "", "yesterday", "2026-13-45T99:00:00Z"}) {
    EXPECT_EQ(names(world.get(ann, std::string("/friends/list?lastFetched=") + no_time), "friends").size(), 3U)
        << no_time;
  }
}

class FriendListRefuses : public testing::TestWithParam<std::pair<const char*, const char*>> {};

TEST_P(FriendListRefuses, WhatIsNoPage) {
  ChatWorld world;
  const Person ann = world.known("ann");
  for (const std::string path : {"/friends/list?", "/friends/pending-requests?", "/messages/conversations?"}) {
    const Answer answer = world.get(ann, path + GetParam().first);

    EXPECT_EQ(answer.status, 400U) << path;
    EXPECT_EQ(answer.json().at("details").as_array().at(0).at("path").as_string(), GetParam().second) << path;
  }
}

INSTANTIATE_TEST_SUITE_P(FriendList, FriendListRefuses,
                         testing::Values(std::pair{"limit=0", "limit"}, std::pair{"limit=101", "limit"},
                                         std::pair{"limit=ten", "limit"}, std::pair{"limit=", "limit"},
                                         std::pair{"limit=-1", "limit"}, std::pair{"cursor=", "cursor"},
                                         std::pair{"cursor=5", "cursor"}, std::pair{"cursor=5.nobody", "cursor"}));

TEST(IsoTime, IsReadInTheFormsThatClientsWrite) {
  constexpr UnixMillis kMoment = 1'795'248'062'000;  // 2026-11-21T08:01:02Z
  EXPECT_EQ(parse_iso_time("2026-11-21T08:01:02Z"), kMoment);
  EXPECT_EQ(parse_iso_time("2026-11-21T08:01:02"), kMoment);
  EXPECT_EQ(parse_iso_time("2026-11-21T08:01:02.003Z"), kMoment + 3);
  EXPECT_EQ(parse_iso_time("2026-11-21T08:01:02.123456Z"), kMoment + 123);
  EXPECT_EQ(parse_iso_time("2026-11-21T09:31:02.5+01:30"), kMoment + 500);
  EXPECT_EQ(parse_iso_time("2026-11-21T03:01:02-05:00"), kMoment);
  EXPECT_EQ(parse_iso_time("2026-11-21"), kMoment - 28'862'000);
}

TEST(IsoTime, IsNothingOtherwise) {
  for (const char* text : {"", "null", "21.11.2026", "2026-11-21T", "2026-11-21T08:01:02.Z", "2026-11-21T08:01:02+1",
                           "2026-11-21T08:01:02Zulu", "2026-11-21T08:01:02+99:00", "1795248062000"}) {
    EXPECT_EQ(parse_iso_time(text), std::nullopt) << text;
  }
}

TEST(Search, FindsByNameAndSaysNobody) {
  ChatWorld world;
  const Person ann = world.known("annika");
  (void)world.known("zoe");

  const Answer found = world.get(ann, "/friends/search?q=ZO");
  ASSERT_EQ(found.status, 200U);
  EXPECT_EQ(found.json().at("users").as_array().at(0).at("username").as_string(), "zoe");
  EXPECT_EQ(found.json().at("users").as_array().at(0).at("status").as_string(), "not_friends");
  EXPECT_EQ(world.get(ann, "/friends/search?q=%25").status, 404U);
  EXPECT_EQ(world.get(ann, "/friends/search").status, 400U);
}

}  // namespace
}  // namespace plumbline::serve
