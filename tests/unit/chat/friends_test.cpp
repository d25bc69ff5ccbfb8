// Friend requests through REST and what both sides' devices are told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "chat_world.h"

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
  EXPECT_EQ(befriend(world, ann, "send-request", bob).status, 400U);
  EXPECT_EQ(world.get(bob, "/friends/pending-requests").json().at("pendingRequests").as_array().size(), 1U);
  EXPECT_EQ(befriend(world, bob, "accept-request", ann).status, 200U);
  EXPECT_EQ(befriend(world, bob, "accept-request", ann).status, 400U);

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
