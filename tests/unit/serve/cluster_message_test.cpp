// What nodes tell each other survives the way through Redis, and nothing else reaches a client.
#include "backplane/cluster/cluster_message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumbline::serve {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Kind = ClusterMessage::Kind;

ClusterMessage decoded(const ClusterMessage& message) {
  const auto read = decode_cluster_message(encode(message));
  EXPECT_TRUE(read.has_value());
  return read.has_value() ? read.value() : ClusterMessage{};
}

NumberedFrame packet(std::string_view text, std::vector<std::string> attachments = {}, std::string offset = {}) {
  return {std::make_shared<const socketio::Frame>(text, std::move(attachments)), std::move(offset)};
}

TEST(ClusterMessage, BringsAnEventToItsAudience) {
  const std::string bytes("\0\xff\x80 bytes", 9);
  const ClusterMessage read =
      decoded({.kind = Kind::emit,
               .node = "n1",
               .audience = {"/custom", {"red", "b\"lue"}, {"quiet"}},
               .packets = {packet(R"(51-/custom,["room","é",{"_placeholder":true,"num":0}])", {bytes}, "abc.7")}});

  EXPECT_EQ(read.kind, Kind::emit);
  EXPECT_EQ(read.node, "n1");
  EXPECT_EQ(read.audience.nsp, "/custom");
  EXPECT_THAT(read.audience.to, ElementsAre("red", "b\"lue"));
  EXPECT_THAT(read.audience.except, ElementsAre("quiet"));
  ASSERT_EQ(read.packets.size(), 1U);
  EXPECT_EQ(read.packets[0].frame->text(), R"(451-/custom,["room","é",{"_placeholder":true,"num":0}])");
  EXPECT_THAT(read.packets[0].frame->attachments(), ElementsAre(bytes));
  EXPECT_TRUE(read.packets[0].frame->may_pack());
  EXPECT_EQ(read.packets[0].offset, "abc.7");
}

TEST(ClusterMessage, KeepsWhatIsNeverCompressed) {
  ClusterMessage message{.kind = Kind::emit, .node = "n1"};
  message.packets.push_back({std::make_shared<const socketio::Frame>(R"(2["e"])", std::vector<std::string>{},
                                                                     socketio::Frame::Packing::never),
                             {}});

  EXPECT_FALSE(decoded(message).packets.at(0).frame->may_pack());
}

TEST(ClusterMessage, BringsASessionWithWhatItMissed) {  // SIO-RE-16
  const ClusterMessage read = decoded({.kind = Kind::handover,
                                       .node = "n2",
                                       .id = (std::uint64_t{1} << 52U) + 3,
                                       .audience = {"/", {"red"}, {}},
                                       .packets = {packet(R"(2["a"])", {}, "x.1"), packet(R"(2["b"])", {}, "y.9")},
                                       .flag = true,
                                       .text = "sid"});

  EXPECT_EQ(read.kind, Kind::handover);
  EXPECT_EQ(read.id, (std::uint64_t{1} << 52U) + 3);
  EXPECT_TRUE(read.flag);
  EXPECT_EQ(read.text, "sid");
  ASSERT_EQ(read.packets.size(), 2U);
  EXPECT_EQ(read.packets[1].offset, "y.9");
}

TEST(ClusterMessage, TellsNoOffsetFromAnEmptyOne) {
  EXPECT_EQ(decoded({.kind = Kind::claim, .node = "n", .text = "pid"}).offset, std::nullopt);
  EXPECT_EQ(decoded({.kind = Kind::claim, .node = "n", .text = "pid", .offset = ""}).offset, "");
}

TEST(ClusterMessage, IsNothingThatNoNodeSays) {
  const std::string good = encode({.kind = Kind::emit, .node = "n", .packets = {packet(R"(2["e"])")}});
  ASSERT_TRUE(decode_cluster_message(good).has_value());
  const std::pair<std::string_view, std::string_view> changes[]{
      {R"("kind":"emit")", R"("kind":"other")"},
      {R"("kind":"emit")", R"("kind":"kick")"},  // with a packet
      {R"("node":"n")", R"("node":"")"},         // nobody says it
      {R"("id":0)", R"("id":-1)"},               // no number
      {R"("flag":false)", R"("flag":0)"},        // no truth
      {R"("to":[])", R"("to":[1])"},             // no room
      {R"(2[\"e\"])", R"(0{})"},                 // no event
      {R"(2[\"e\"])", R"(2[\"e\")"},             // no packet
      {R"(2[\"e\"])", R"(51-[\"e\"])"},          // attachments are missing
      {R"("packets":[{)", R"("packets":[{"attachments":["!"],)"},
      {R"("packets":[{)", R"("packets":[7,{)"},
  };
  for (const auto& [from, to] : changes) {
    std::string bad = good;
    const std::size_t at = bad.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    bad.replace(at, from.size(), to);
    EXPECT_FALSE(decode_cluster_message(bad).has_value()) << bad;
  }
  EXPECT_FALSE(decode_cluster_message("").has_value());
  EXPECT_FALSE(decode_cluster_message("[]").has_value());
}

}  // namespace
}  // namespace plumbline::serve
