// Binary packets: header and attachments come as separate messages (conformance rows SIO-BI).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plumbline/socketio/packet.h"

namespace plumbline::socketio {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::string_view kTwo = R"(52-["a",{"_placeholder":true,"num":0},{"x":[{"_placeholder":true,"num":1}]}])";

TEST(Reassembler, GivesTextPacketsBackAtOnce) {
  Reassembler reassembler;

  const auto result = reassembler.on_text(R"(2/chat,5["a",1])", Direction::to_server);

  ASSERT_TRUE(result && *result);
  EXPECT_EQ((*result)->type, PacketType::event);
  EXPECT_EQ((*result)->nsp, "/chat");
  EXPECT_EQ((*result)->ack_id, 5U);
  EXPECT_EQ((*result)->data, R"(["a",1])");
  EXPECT_FALSE(reassembler.waiting());
}

TEST(Reassembler, WaitsForAllAttachmentsAndKeepsTheirOrder) {
  Reassembler reassembler;

  const auto header = reassembler.on_text(kTwo, Direction::to_server);
  ASSERT_TRUE(header);
  EXPECT_FALSE(*header);
  const auto first = reassembler.on_binary("one");
  ASSERT_TRUE(first);
  EXPECT_FALSE(*first);
  EXPECT_TRUE(reassembler.waiting());
  const auto last = reassembler.on_binary("");

  ASSERT_TRUE(last && *last);
  EXPECT_EQ((*last)->type, PacketType::event);
  EXPECT_THAT((*last)->attachments, ElementsAre("one", ""));
  EXPECT_FALSE(reassembler.waiting());
}

TEST(Reassembler, ReportsABinaryAckAsAnAck) {
  Reassembler reassembler;
  ASSERT_TRUE(reassembler.on_text(R"(61-7[{"_placeholder":true,"num":0}])", Direction::to_client));

  const auto result = reassembler.on_binary("x");

  ASSERT_TRUE(result && *result);
  EXPECT_EQ((*result)->type, PacketType::ack);
  EXPECT_EQ((*result)->ack_id, 7U);
}

TEST(Reassembler, StaysUsableAfterABinaryEventOfNoAttachments) {
  Reassembler reassembler;

  const auto binary = reassembler.on_text(R"(50-["a"])", Direction::to_server);
  ASSERT_TRUE(binary && *binary);
  EXPECT_EQ((*binary)->type, PacketType::event);
  const auto text = reassembler.on_text(R"(2["b"])", Direction::to_server);

  EXPECT_TRUE(text && *text);
}

TEST(Reassembler, RefusesAnAttachmentWithoutAHeader) {
  Reassembler reassembler;

  EXPECT_FALSE(reassembler.on_binary("x"));
}

TEST(Reassembler, RefusesTextWhileAttachmentsAreMissing) {
  Reassembler reassembler;
  ASSERT_TRUE(reassembler.on_text(kTwo, Direction::to_server));

  EXPECT_FALSE(reassembler.on_text(R"(2["b"])", Direction::to_server));
}

TEST(Reassembler, RefusesAnAttachmentTooMany) {
  Reassembler reassembler;
  ASSERT_TRUE(reassembler.on_text(kTwo, Direction::to_server));
  ASSERT_TRUE(reassembler.on_binary("1"));
  ASSERT_TRUE(reassembler.on_binary("2"));

  EXPECT_FALSE(reassembler.on_binary("3"));
}

class BadPlaceholder : public ::testing::TestWithParam<const char*> {};

TEST_P(BadPlaceholder, IsRefusedWhenThePacketIsComplete) {
  Reassembler reassembler;
  const auto header = reassembler.on_text(std::string("51-[\"a\",") + GetParam() + "]", Direction::to_server);
  ASSERT_TRUE(header);
  ASSERT_FALSE(*header);

  EXPECT_FALSE(reassembler.on_binary("x"));
  EXPECT_FALSE(reassembler.waiting());
}

INSTANTIATE_TEST_SUITE_P(Texts, BadPlaceholder,
                         ::testing::Values(R"({"_placeholder":true,"num":1})", R"({"_placeholder":true,"num":-1})",
                                           R"({"_placeholder":true,"num":"0"})", R"({"_placeholder":true})",
                                           R"({"_placeholder":true,"num":0.5})", R"({"_placeholder":true,"num":null})",
                                           R"({"_placeholder":true,"num":18446744073709551615})",
                                           R"([{"deep":{"_placeholder":true,"num":9}}])"));

class HarmlessPlaceholder : public ::testing::TestWithParam<const char*> {};

TEST_P(HarmlessPlaceholder, IsAccepted) {
  Reassembler reassembler;
  ASSERT_TRUE(reassembler.on_text(std::string("51-[\"a\",") + GetParam() + "]", Direction::to_server));

  const auto result = reassembler.on_binary("x");

  EXPECT_TRUE(result && *result);
}

INSTANTIATE_TEST_SUITE_P(Texts, HarmlessPlaceholder,
                         ::testing::Values(R"({"_placeholder":true,"num":0})", R"({"num":5})", "1",
                                           R"({"_placeholder":false,"num":7})", R"({"_placeholder":1,"num":7})",
                                           R"([{"_placeholder":true,"num":0},{"_placeholder":true,"num":0}])"));

TEST(Reassembler, LeavesPlaceholdersOfPlainEventsAlone) {
  Reassembler reassembler;

  const auto result = reassembler.on_text(R"(2["a",{"_placeholder":true,"num":7}])", Direction::to_server);

  EXPECT_TRUE(result && *result);
}

TEST(Reassembler, RefusesAPlaceholderInABinaryEventOfNoAttachments) {
  Reassembler reassembler;

  EXPECT_FALSE(reassembler.on_text(R"(50-["a",{"_placeholder":true,"num":0}])", Direction::to_server));
}

}  // namespace
}  // namespace plumbline::socketio
