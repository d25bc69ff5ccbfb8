// Socket.IO packet text: what is accepted, what is refused (conformance rows SIO-CO, EV, AK, BI, DI, IN).
#include "plumbline/socketio/packet.h"

#include <gtest/gtest.h>

#include <ostream>

namespace plumbline::socketio {

// For readable failures of the comparison below.
static bool operator==(const PacketView& a, const PacketView& b) {
  return a.type == b.type && a.nsp == b.nsp && a.ack_id == b.ack_id && a.attachments == b.attachments &&
         a.data == b.data;
}

static void PrintTo(const PacketView& packet, std::ostream* out) {
  *out << static_cast<int>(packet.type) << " nsp=" << packet.nsp
       << " id=" << (packet.ack_id ? std::to_string(*packet.ack_id) : "none") << " attachments=" << packet.attachments
       << " data=" << packet.data;
}

namespace {

struct Good {
  const char* name;
  std::string text;
  PacketView expected;
  Direction direction{Direction::to_server};
};

PacketView view(PacketType type, std::string_view nsp, std::optional<std::uint64_t> id, std::string_view data,
                std::uint32_t attachments = 0) {
  PacketView packet;
  packet.type = type;
  packet.nsp = nsp;
  packet.ack_id = id;
  packet.data = data;
  packet.attachments = attachments;
  return packet;
}

class GoodPacket : public ::testing::TestWithParam<Good> {};

TEST_P(GoodPacket, IsParsed) {
  const auto packet = parse_packet(GetParam().text, GetParam().direction);

  ASSERT_TRUE(packet) << packet.error().where;
  EXPECT_EQ(*packet, GetParam().expected);
}

using enum PacketType;
constexpr std::uint64_t kTwoTo53 = 1ULL << 53U;

INSTANTIATE_TEST_SUITE_P(
    Texts, GoodPacket,
    ::testing::Values(
        Good{"Connect", "0", view(connect, "/", {}, "")},
        Good{"ConnectWithAuth", R"(0{"token":"1"})", view(connect, "/", {}, R"({"token":"1"})")},
        Good{"ConnectNamespace", R"(0/custom,{"a":1})", view(connect, "/custom", {}, R"({"a":1})")},
        Good{"ConnectNamespaceWithoutComma", "0/custom", view(connect, "/custom", {}, "")},
        Good{"ConnectSlash", "0/", view(connect, "/", {}, "")},
        Good{"ConnectSlashComma", "0/,", view(connect, "/", {}, "")},
        Good{"ConnectQueryIsPartOfTheName", "0/custom?x=1,", view(connect, "/custom?x=1", {}, "")},
        Good{"ConnectAnswer", R"(0{"sid":"x"})", view(connect, "/", {}, R"({"sid":"x"})"), Direction::to_client},
        Good{"Disconnect", "1", view(disconnect, "/", {}, "")},
        Good{"DisconnectNamespace", "1/custom,", view(disconnect, "/custom", {}, "")},
        Good{"Event", R"(2["message",1,"2",{"3":[true]}])", view(event, "/", {}, R"(["message",1,"2",{"3":[true]}])")},
        Good{"EventInNamespaceWithId", R"(2/chat,12["hi"])", view(event, "/chat", 12, R"(["hi"])")},
        Good{"EventWithIdZero", R"(20["hi"])", view(event, "/", 0, R"(["hi"])")},
        Good{"IdWithLeadingZeros", R"(2007["hi"])", view(event, "/", 7, R"(["hi"])")},
        Good{"IdOf2To53Minus1", R"(29007199254740991["hi"])", view(event, "/", kTwoTo53 - 1, R"(["hi"])")},
        Good{"IdAbove2To53IsExact", R"(212345678901234567890["hi"])",
             view(event, "/", 12345678901234567890ULL, R"(["hi"])")},
        Good{"EventNameNumber", "2[7,1]", view(event, "/", {}, "[7,1]")},
        Good{"EventNameError", R"(2["error"])", view(event, "/", {}, R"(["error"])")},
        Good{"ReservedNameAsArgument", R"(2["x","connect"])", view(event, "/", {}, R"(["x","connect"])")},
        Good{"NameThatBeginsLikeAReservedOne", R"(2["disconnecting2"])", view(event, "/", {}, R"(["disconnecting2"])")},
        Good{"SpaceInsideAndBehindIsKept", "2[ \"a\" , 1 ] ", view(event, "/", {}, "[ \"a\" , 1 ] ")},
        Good{"Ack", "3456[1]", view(ack, "/", 456, "[1]")}, Good{"AckEmpty", "30[]", view(ack, "/", 0, "[]")},
        Good{"AckNamespace", "3/custom,9[]", view(ack, "/custom", 9, "[]")},
        Good{"ConnectErrorObject", R"(4{"message":"no"})", view(connect_error, "/", {}, R"({"message":"no"})"),
             Direction::to_client},
        Good{"ConnectErrorString", R"(4/x,"no")", view(connect_error, "/x", {}, R"("no")"), Direction::to_client},
        Good{"BinaryEvent", R"(51-["a",{"_placeholder":true,"num":0}])",
             view(binary_event, "/", {}, R"(["a",{"_placeholder":true,"num":0}])", 1)},
        Good{"BinaryEventWithNamespaceAndId", R"(52-/c,3["a"])", view(binary_event, "/c", 3, R"(["a"])", 2)},
        Good{"BinaryEventOfNoAttachments", R"(50-["a"])", view(binary_event, "/", {}, R"(["a"])")},
        Good{"BinaryEventOfTenAttachments", R"(510-["a"])", view(binary_event, "/", {}, R"(["a"])", 10)},
        Good{"BinaryAck", "61-3[1]", view(binary_ack, "/", 3, "[1]", 1)}),
    [](const auto& test) { return test.param.name; });

struct Bad {
  const char* name;
  std::string text;
  Direction direction{Direction::to_server};
};

class BadPacket : public ::testing::TestWithParam<Bad> {};

TEST_P(BadPacket, IsRefused) {
  EXPECT_FALSE(parse_packet(GetParam().text, GetParam().direction));
}

INSTANTIATE_TEST_SUITE_P(
    Texts, BadPacket,
    ::testing::Values(
        Bad{"Empty", ""}, Bad{"UnknownType", "7"}, Bad{"Letters", "abc"}, Bad{"ConnectArray", "0[]"},
        Bad{"ConnectString", R"(0"x")"}, Bad{"ConnectNull", "0null"}, Bad{"ConnectNumber", "0123"},
        Bad{"ConnectBrokenJson", R"(0{"a":)"}, Bad{"ConnectTrailingBytes", "0{}x"}, Bad{"ConnectWithId", "05{}"},
        Bad{"DisconnectObject", R"(1{"a":1})"}, Bad{"DisconnectNumber", "11"}, Bad{"DisconnectText", "1x"},
        Bad{"EventWithoutPayload", "2"}, Bad{"EventNamespaceWithoutComma", R"(2/chat["hi"])"},
        Bad{"EventIdOnly", "212"}, Bad{"EventObject", R"(2{"a":1})"}, Bad{"EventEmptyArray", "2[]"},
        Bad{"EventString", R"(2"a")"}, Bad{"EventNameNull", "2[null]"}, Bad{"EventNameObject", "2[{}]"},
        Bad{"EventNameArray", "2[[]]"}, Bad{"EventNameBoolean", "2[true]"}, Bad{"EventTruncated", R"(2["a",)"},
        Bad{"EventTrailingBytes", R"(2["a"]x)"}, Bad{"EventTwoArrays", R"(2["a"]["b"])"},
        Bad{"EventComment", R"(2["a"/**/])"}, Bad{"EventTrailingComma", R"(2["a",])"}, Bad{"EventNaN", R"(2["a",NaN])"},
        Bad{"EventBadUtf8", "2[\"a\xFF\"]"}, Bad{"EventRawNul", std::string("2[\"a\0\"]", 7)},
        Bad{"ReservedConnect", R"(2["connect"])"}, Bad{"ReservedConnectError", R"(2["connect_error"])"},
        Bad{"ReservedDisconnect", R"(2["disconnect"])"}, Bad{"ReservedDisconnecting", R"(2["disconnecting"])"},
        Bad{"ReservedNewListener", R"(2["newListener"])"}, Bad{"ReservedRemoveListener", R"(2["removeListener"])"},
        Bad{"ReservedNameEscaped", R"(2["\u0063onnect"])"}, Bad{"IdWord", R"(2abc["a"])"},
        Bad{"IdNegative", R"(2-1["a"])"}, Bad{"IdFraction", R"(21.5["a"])"},
        Bad{"IdOver64Bits", R"(299999999999999999999["a"])"}, Bad{"AckWithoutPayload", "31"},
        Bad{"AckWithoutId", "3[]"}, Bad{"AckObject", "31{}"}, Bad{"ConnectErrorFromClient", R"(4{"message":"x"})"},
        Bad{"ConnectErrorNumber", "41", Direction::to_client}, Bad{"ConnectErrorArray", "4[]", Direction::to_client},
        Bad{"ConnectErrorBare", "4", Direction::to_client}, Bad{"BinaryWithoutCount", R"(5["a"])"},
        Bad{"BinaryCountWord", R"(5x-["a"])"}, Bad{"BinaryCountMissing", R"(5-["a"])"},
        Bad{"BinaryCountWithoutDash", R"(51["a"])"}, Bad{"BinaryElevenAttachments", R"(511-["a"])"},
        Bad{"BinaryCountHuge", R"(599999999999999999999-["a"])"}, Bad{"BinaryWithoutPayload", "51-"}),
    [](const auto& test) { return test.param.name; });

std::string nested_event(std::size_t depth) {
  return "2[\"a\"," + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "]";
}

TEST(ParsePacket, RefusesNestingOverTheLimit) {
  EXPECT_TRUE(parse_packet(nested_event(64), Direction::to_server));
  EXPECT_FALSE(parse_packet(nested_event(65), Direction::to_server));
  EXPECT_FALSE(parse_packet(nested_event(100'000), Direction::to_server));
}

TEST(AppendPacket, WritesPartsInProtocolOrder) {
  std::string out;

  append_packet(out, PacketType::binary_event, "/chat", 12, R"(["a"])", 2);

  EXPECT_EQ(out, R"(52-/chat,12["a"])");
}

TEST(AppendPacket, LeavesTheMainNamespaceOut) {
  std::string out;

  append_packet(out, PacketType::event, "/", std::nullopt, R"(["a"])");

  EXPECT_EQ(out, R"(2["a"])");
}

}  // namespace
}  // namespace plumbline::socketio
