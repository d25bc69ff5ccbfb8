// Frames we send, byte for byte, and the accept key of the handshake.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "recording_sink.h"

namespace plumbline::websocket::test {
namespace {

using ::testing::ElementsAre;

std::string server_frame(Opcode opcode, std::string_view payload) {
  std::string out;
  append_frame(out, Role::server, opcode, payload);
  return out;
}

TEST(AppendFrame, WritesTheUnmaskedHelloOfTheRfc) {
  EXPECT_EQ(server_frame(Opcode::text, "Hello"), std::string("\x81\x05Hello"));
}

TEST(AppendFrame, WritesTheMaskedHelloOfTheRfc) {
  std::string out;

  append_frame(out, Role::client, Opcode::text, "Hello", 0x37FA213D);

  EXPECT_EQ(out, std::string("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", 11));
}

TEST(AppendFrame, UsesTheShortestLengthForm) {
  EXPECT_EQ(server_frame(Opcode::binary, std::string(125, 'x')).substr(0, 2), "\x82\x7D");
  EXPECT_EQ(server_frame(Opcode::binary, std::string(126, 'x')).substr(0, 4), std::string("\x82\x7E\x00\x7E", 4));
  EXPECT_EQ(server_frame(Opcode::binary, std::string(65'535, 'x')).substr(0, 4), std::string("\x82\x7E\xFF\xFF", 4));
  EXPECT_EQ(server_frame(Opcode::binary, std::string(65'536, 'x')).substr(0, 10),
            std::string("\x82\x7F\0\0\0\0\0\1\0\0", 10));
}

TEST(AppendFrame, KeepsWhatIsInTheBuffer) {
  std::string out = "before";

  append_frame(out, Role::client, Opcode::text, "payload", 0x01020304);

  EXPECT_EQ(out.substr(0, 6), "before");
  EXPECT_THAT(decode(out.substr(6), Role::server).seen, ElementsAre("text:payload"));
}

TEST(AppendClose, RoundTrips) {
  std::string out;

  append_close(out, Role::client, CloseCode::going_away, "bye", 7);

  EXPECT_THAT(decode(out, Role::server).seen, ElementsAre("close:1001:bye"));
}

TEST(AppendClose, IsEmptyWithoutStatus) {
  std::string out;

  append_close(out, Role::server, CloseCode::no_status, "unsent");

  EXPECT_EQ(out, std::string("\x88\x00", 2));
}

TEST(AppendClose, CutsALongReasonBetweenCharacters) {
  std::string reason(122, 'x');
  reason += "\xC3\xA9\xC3\xA9";
  std::string out;

  append_close(out, Role::server, CloseCode::normal, reason);

  EXPECT_THAT(decode(out).seen, ElementsAre("close:1000:" + std::string(122, 'x')));
}

TEST(AcceptKey, MatchesTheExampleOfTheRfc) {
  EXPECT_EQ(accept_key("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

}  // namespace
}  // namespace plumbline::websocket::test
