// Engine.IO packets and polling payloads (conformance rows EIO-PK).
#include "plumbline/socketio/engine_packet.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumbline::engineio {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Parsed {
  std::vector<std::string> packets;  // `4:hello`, `b:bytes`
  bool ok{false};
};

Parsed parse(std::string_view body) {
  Parsed parsed;
  parsed.ok = parse_payload(body, [&](const PacketView& packet) {
                parsed.packets.push_back(
                    (packet.binary ? std::string("b:") : std::to_string(static_cast<int>(packet.type)) + ":") +
                    std::string(packet.payload));
              }).has_value();
  return parsed;
}

TEST(TextPacket, SplitsTypeAndPayload) {
  const PacketView packet = parse_text_packet("4hello").value();

  EXPECT_EQ(packet.type, PacketType::message);
  EXPECT_EQ(packet.payload, "hello");
  EXPECT_FALSE(packet.binary);
}

class BadTextPacket : public ::testing::TestWithParam<const char*> {};

TEST_P(BadTextPacket, IsMalformed) {
  const auto packet = parse_text_packet(GetParam());

  ASSERT_FALSE(packet);
  EXPECT_EQ(packet.error().code, Errc::malformed);
}

INSTANTIATE_TEST_SUITE_P(Texts, BadTextPacket, ::testing::Values("", "7", "9", "abc", "bAQID", "-1", " 4", "/", ":"));

TEST(Payload, YieldsPacketsInOrder) {
  const Parsed parsed = parse(
      "4hello\x1e"
      "2\x1e"
      "bAQIDBA==\x1e"
      "4");

  EXPECT_TRUE(parsed.ok);
  EXPECT_THAT(parsed.packets, ElementsAre("4:hello", "2:", "b:\x01\x02\x03\x04", "4:"));
}

TEST(Payload, AcceptsEmptyBinary) {
  EXPECT_THAT(parse("b").packets, ElementsAre("b:"));
}

class MalformedPayload : public ::testing::TestWithParam<const char*> {};

TEST_P(MalformedPayload, IsMalformed) {
  EXPECT_FALSE(parse(GetParam()).ok);
}

INSTANTIATE_TEST_SUITE_P(Bodies, MalformedPayload,
                         ::testing::Values("", "\x1e",
                                           "\x1e"
                                           "4a",
                                           "4a\x1e",
                                           "4a\x1e\x1e"
                                           "4b",
                                           "7", "bA", "bAQ=", "bAQIDBA=", "b====", "bAQ ID", "b_-8=", "bAQIDBA==\n",
                                           "bAR==", "bb\x99\x99\x99\x99"));

TEST(Payload, ReportsThePacketsBeforeTheMalformedOneAndNoneAfter) {
  const Parsed parsed = parse(
      "4good\x1e"
      "9bad\x1e"
      "4after");

  EXPECT_FALSE(parsed.ok);
  EXPECT_THAT(parsed.packets, ElementsAre("4:good"));
}

TEST(AppendPacket, PutsSeparatorsBetweenPacketsOnly) {
  std::string payload;

  append_packet(payload, PacketType::message, "hello");
  append_packet(payload, PacketType::ping, "");
  append_binary_packet(payload, "\x01\x02\x03\x04");

  EXPECT_EQ(payload,
            "4hello\x1e"
            "2\x1e"
            "bAQIDBA==");
}

TEST(Base64, RoundTripsEveryLengthAndByte) {
  std::string bytes;
  for (unsigned i = 0; i < 300; ++i) {
    const auto decoded = base64_decode(base64_encode(bytes));
    ASSERT_TRUE(decoded);
    ASSERT_EQ(*decoded, bytes);
    bytes += static_cast<char>(i & 0xFFU);
  }
}

}  // namespace
}  // namespace plumbline::engineio
