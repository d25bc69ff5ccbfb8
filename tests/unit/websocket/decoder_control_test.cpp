// Control frames: ping, pong, and which close frames are legal.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "recording_sink.h"

namespace plumbline::websocket::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string close_frame(unsigned code, std::string_view reason = {}) {
  std::string body{static_cast<char>(code >> 8U), static_cast<char>(code & 0xFFU)};
  return raw_frame(0x88, body + std::string(reason));
}

TEST(ControlFrames, ReportTheirPayloadWhenAtTheLimitOf125Bytes) {
  const std::string payload(125, 'p');

  EXPECT_THAT(decode(raw_frame(0x89, payload) + raw_frame(0x8A, payload)).seen,
              ElementsAre("ping:" + payload, "pong:" + payload));
}

TEST(CloseFrame, ReportsNoStatusWhenEmpty) {
  EXPECT_THAT(decode(raw_frame(0x88, "")).seen, ElementsAre("close:1005:"));
}

TEST(CloseFrame, EndsTheStream) {
  const Outcome outcome = decode(close_frame(1000, "bye") + raw_frame(0x81, "late"));

  EXPECT_FALSE(outcome.failure);
  EXPECT_THAT(outcome.seen, ElementsAre("close:1000:bye"));
}

TEST(CloseFrame, EndsTheStreamInTheMiddleOfAMessage) {
  for (const std::size_t step : {std::size_t{1}, std::size_t{100}}) {
    const Outcome outcome =
        decode(raw_frame(0x01, "half") + close_frame(1001) + raw_frame(0x80, "late"), Role::client, step);

    EXPECT_FALSE(outcome.failure);
    EXPECT_THAT(outcome.seen, ElementsAre("close:1001:"));
  }
}

class LegalCloseCode : public ::testing::TestWithParam<unsigned> {};

TEST_P(LegalCloseCode, IsReported) {
  EXPECT_THAT(decode(close_frame(GetParam())).seen, ElementsAre("close:" + std::to_string(GetParam()) + ":"));
}

INSTANTIATE_TEST_SUITE_P(Codes, LegalCloseCode,
                         ::testing::Values(1000U, 1001U, 1002U, 1003U, 1007U, 1008U, 1009U, 1010U, 1011U, 1012U, 1013U,
                                           1014U, 3000U, 3999U, 4000U, 4999U),
                         ::testing::PrintToStringParamName());

class IllegalCloseCode : public ::testing::TestWithParam<unsigned> {};

TEST_P(IllegalCloseCode, IsAProtocolError) {
  const Outcome outcome = decode(close_frame(GetParam()));

  EXPECT_EQ(outcome.failure, CloseCode::protocol_error);
  EXPECT_THAT(outcome.seen, IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Codes, IllegalCloseCode,
                         ::testing::Values(0U, 999U, 1004U, 1005U, 1006U, 1015U, 1016U, 1100U, 2000U, 2999U, 5000U,
                                           65'535U),
                         ::testing::PrintToStringParamName());

TEST(CloseFrame, IsAProtocolErrorWhenOfOneByte) {
  EXPECT_EQ(decode(raw_frame(0x88, "\x03")).failure, CloseCode::protocol_error);
}

TEST(CloseFrame, IsAnInvalidPayloadWhenTheReasonIsNotUtf8) {
  EXPECT_EQ(decode(close_frame(1000, "\xFF")).failure, CloseCode::invalid_payload);
}

}  // namespace
}  // namespace plumbline::websocket::test
