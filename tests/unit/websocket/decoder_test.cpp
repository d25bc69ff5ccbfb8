// Data messages: masking, fragmentation, sizes, UTF-8, whatever way the bytes are cut.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "recording_sink.h"

namespace plumbline::websocket::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string masked(Opcode opcode, std::string_view payload) {
  std::string frame;
  append_frame(frame, Role::client, opcode, payload, 0x37FA213D);
  return frame;
}

TEST(Decoder, ReadsTheMaskedHelloOfTheRfc) {
  const std::string bytes("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", 11);  // RFC 6455 5.7

  EXPECT_THAT(decode(bytes, Role::server).seen, ElementsAre("text:Hello"));
}

TEST(Decoder, DeliversEveryMessageWhenSeveralFramesComeInOneRead) {
  const std::string bytes =
      masked(Opcode::text, "one") + masked(Opcode::binary, std::string(300, 'b')) + masked(Opcode::text, "");

  EXPECT_THAT(decode(bytes, Role::server).seen, ElementsAre("text:one", "binary:" + std::string(300, 'b'), "text:"));
}

class DecoderCut : public ::testing::TestWithParam<std::size_t> {};

TEST_P(DecoderCut, GivesTheSameMessagesHoweverTheBytesAreCut) {
  const std::string large(70'000, 'x');
  const std::string bytes = masked(Opcode::text, "h\xC3\xA9llo") + masked(Opcode::ping, "p") +
                            masked(Opcode::binary, large) +
                            masked(Opcode::close, std::string("\x03\xE8"
                                                              "bye",
                                                              5));

  const Outcome outcome = decode(bytes, Role::server, GetParam());

  EXPECT_FALSE(outcome.failure);
  EXPECT_THAT(outcome.seen, ElementsAre("text:h\xC3\xA9llo", "ping:p", "binary:" + large, "close:1000:bye"));
}

INSTANTIATE_TEST_SUITE_P(Steps, DecoderCut, ::testing::Values(1, 2, 3, 5, 7, 13, 1000, 65'536),
                         [](const auto& test) { return "By" + std::to_string(test.param); });

class DecoderFragments : public ::testing::TestWithParam<std::size_t> {};

TEST_P(DecoderFragments, JoinsThemWithControlFramesBetween) {
  const std::string bytes = raw_frame(0x01, "a\xC3") + raw_frame(0x89, "now") + raw_frame(0x00, "\xA9") +
                            raw_frame(0x00, "") + raw_frame(0x8A, "") + raw_frame(0x80, "z") + raw_frame(0x81, "next");

  const Outcome outcome = decode(bytes, Role::client, GetParam());

  EXPECT_FALSE(outcome.failure);
  EXPECT_THAT(outcome.seen, ElementsAre("ping:now", "pong:", "text:a\xC3\xA9z", "text:next"));
}

INSTANTIATE_TEST_SUITE_P(Steps, DecoderFragments, ::testing::Values(1, 2, 4, 1000),
                         [](const auto& test) { return "By" + std::to_string(test.param); });

struct BadStream {
  const char* name;
  std::string bytes;
  CloseCode code;
};

class DecoderRefuses : public ::testing::TestWithParam<BadStream> {};

TEST_P(DecoderRefuses, WithTheCloseCodeOfTheRfc) {
  for (const std::size_t step : {std::size_t{1}, std::size_t{1000}}) {
    const Outcome outcome = decode(GetParam().bytes, Role::client, step, 200);

    EXPECT_EQ(outcome.failure, GetParam().code) << "step " << step;
    EXPECT_THAT(outcome.seen, IsEmpty()) << "step " << step;
  }
}

const CloseCode kProtocol = CloseCode::protocol_error;
const CloseCode kPayload = CloseCode::invalid_payload;
const CloseCode kTooBig = CloseCode::message_too_big;

INSTANTIATE_TEST_SUITE_P(
    Streams, DecoderRefuses,
    ::testing::Values(
        BadStream{"ReservedBit1", raw_frame(0xC1, "x"), kProtocol},
        BadStream{"ReservedBit2", raw_frame(0xA1, "x"), kProtocol},
        BadStream{"ReservedBit3", raw_frame(0x91, "x"), kProtocol},
        BadStream{"ReservedDataOpcode", raw_frame(0x83, "x"), kProtocol},
        BadStream{"ReservedControlOpcode", raw_frame(0x8B, "x"), kProtocol},
        BadStream{"MaskedFrameFromServer", masked(Opcode::text, "x"), kProtocol},
        BadStream{"ContinuationOfNothing", raw_frame(0x80, "x"), kProtocol},
        BadStream{"UnfinishedContinuationOfNothing", raw_frame(0x00, "x"), kProtocol},
        BadStream{"NewMessageInsideAMessage", raw_frame(0x01, "a") + raw_frame(0x81, "b"), kProtocol},
        BadStream{"FragmentedPing", raw_frame(0x09, "x"), kProtocol},
        BadStream{"LongPing", raw_frame(0x89, std::string(126, 'x')), kProtocol},
        BadStream{"LongFormOfShortLength", std::string("\x82\x7E\x00\x7D", 4) + std::string(125, 'x'), kProtocol},
        BadStream{"EightBytesForTwoByteLength", std::string("\x82\x7F\0\0\0\0\0\0\xFF\xFF", 10), kProtocol},
        BadStream{"LengthWithTopBit", std::string("\x82\x7F\x80\0\0\0\0\0\0\0", 10), kProtocol},
        BadStream{"FrameOverTheLimit", raw_frame(0x82, std::string(201, 'x')), kTooBig},
        BadStream{"PromisedTerabytes", std::string("\x82\x7F\0\0\1\0\0\0\0\0", 10), kTooBig},
        BadStream{"FragmentsOverTheLimit",
                  raw_frame(0x02, std::string(150, 'x')) + raw_frame(0x80, std::string(51, 'x')), kTooBig},
        BadStream{"BadUtf8", raw_frame(0x81, "a\xFF"), kPayload},
        BadStream{"CharacterCutByTheEnd", raw_frame(0x81, "a\xC3"), kPayload},
        BadStream{"CharacterBrokenAcrossFragments", raw_frame(0x01, "\xC3") + raw_frame(0x80, "x"), kPayload},
        BadStream{"CharacterCutByTheLastFragment", raw_frame(0x01, "a") + raw_frame(0x80, "\xE2\x82"), kPayload}),
    [](const auto& test) { return test.param.name; });

TEST(Decoder, RefusesUnmaskedFramesWhenServing) {
  EXPECT_EQ(decode(raw_frame(0x81, "x"), Role::server).failure, CloseCode::protocol_error);
}

TEST(Decoder, AcceptsAMessageOfExactlyTheLimit) {
  const Outcome outcome = decode(raw_frame(0x82, std::string(200, 'x')), Role::client, 1000, 200);

  EXPECT_FALSE(outcome.failure);
  EXPECT_THAT(outcome.seen, ElementsAre("binary:" + std::string(200, 'x')));
}

TEST(Decoder, RefusesBadUtf8BeforeTheFrameIsComplete) {
  const std::string bytes = raw_frame(0x81, "a\xFF" + std::string(100, 'x')).substr(0, 10);

  EXPECT_EQ(decode(bytes).failure, CloseCode::invalid_payload);
}

TEST(Decoder, LeavesBinaryBytesUnchecked) {
  EXPECT_THAT(decode(raw_frame(0x82, "\xFF\xFE")).seen, ElementsAre("binary:\xFF\xFE"));
}

TEST(Decoder, IgnoresEverythingAfterAFailure) {
  Decoder decoder(Role::client, 100);
  RecordingSink sink;
  std::string bad = raw_frame(0xC1, "x");
  std::string good = raw_frame(0x81, "x");

  ASSERT_TRUE(decoder.feed(bad, sink));

  EXPECT_FALSE(decoder.feed(good, sink));
  EXPECT_THAT(sink.seen, IsEmpty());
}

TEST(Decoder, IgnoresTheRestOfTheBytesWhenStoppedInsideACallback) {
  Decoder decoder(Role::client, 100);
  RecordingSink sink;
  sink.stop_after_message = &decoder;
  std::string bytes = raw_frame(0x01, "fir") + raw_frame(0x80, "st") + raw_frame(0x81, "second");

  EXPECT_FALSE(decoder.feed(bytes, sink));

  EXPECT_THAT(sink.seen, ElementsAre("text:first"));
}

TEST(Decoder, TakesNoMoreThanThreeWordsWhenIdle) {
  EXPECT_LE(sizeof(Decoder), 3 * sizeof(void*));
}

}  // namespace
}  // namespace plumbline::websocket::test
