// permessage-deflate: what is negotiated, packed and unpacked, and that a bomb is never blown up.
#include "plumbline/websocket/deflate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "recording_sink.h"

namespace plumbline::websocket::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::uint32_t kMask = 0x37FA213D;

std::string packed_text(std::string_view payload) {
  std::string frame;
  append_deflated_message(frame, Role::client, MessageKind::text, payload, kMask);
  return frame;
}

Outcome decode_deflated(std::string bytes, std::size_t step, std::size_t max_message = 1U << 20U) {
  Decoder decoder(Role::server, max_message);
  decoder.allow_deflate();
  RecordingSink sink;
  Outcome outcome;
  for (std::size_t at = 0; at < bytes.size() && !outcome.failure; at += step) {
    const std::size_t count = std::min(step, bytes.size() - at);
    outcome.failure = decoder.feed(std::span<char>(bytes).subspan(at, count), sink);
  }
  outcome.seen = sink.seen;
  return outcome;
}

// The frame `first, payload` as a client sends it, with any flags.
std::string masked_raw(unsigned first, std::string_view payload) {
  std::string frame;
  append_message(frame, Role::client, MessageKind::text, payload, kMask);
  frame[0] = static_cast<char>(first);
  return frame;
}

class AcceptDeflate : public ::testing::TestWithParam<std::pair<const char*, bool>> {};

TEST_P(AcceptDeflate, TakesTheOffersThatItCanServe) {
  EXPECT_EQ(accept_deflate(GetParam().first).has_value(), GetParam().second) << GetParam().first;
}

INSTANTIATE_TEST_SUITE_P(
    Offers, AcceptDeflate,
    ::testing::Values(std::pair{"permessage-deflate", true},
                      std::pair{"permessage-deflate; client_max_window_bits", true},
                      std::pair{" permessage-deflate ;client_max_window_bits = \"10\"", true},
                      std::pair{"x-webkit-deflate-frame, permessage-deflate", true},
                      std::pair{"permessage-deflate; server_max_window_bits=10, permessage-deflate", true},
                      std::pair{"permessage-deflate; server_max_window_bits=15", true}, std::pair{"", false},
                      std::pair{"permessage-bzip2", false},
                      std::pair{"permessage-deflate; server_max_window_bits=9", false},
                      std::pair{"permessage-deflate; server_max_window_bits", false},
                      std::pair{"permessage-deflate; client_max_window_bits=7", false},
                      std::pair{"permessage-deflate; client_max_window_bits=016", false},
                      std::pair{"permessage-deflate; client_no_context_takeover=1", false},
                      std::pair{"permessage-deflate; client_no_context_takeover; client_no_context_takeover", false},
                      std::pair{"permessage-deflate; mystery", false}));

TEST(AcceptDeflate, PromisesThatNoWindowIsKeptBetweenMessages) {
  const std::string answer = accept_deflate("permessage-deflate; server_max_window_bits=15").value_or("");
  EXPECT_THAT(answer, HasSubstr("server_no_context_takeover"));
  EXPECT_THAT(answer, HasSubstr("client_no_context_takeover"));
  EXPECT_THAT(answer, HasSubstr("server_max_window_bits=15"));
}

class DeflateSizes : public ::testing::TestWithParam<std::size_t> {};

TEST_P(DeflateSizes, ComeBackUnchanged) {
  std::string payload(GetParam(), '\0');
  unsigned state = 7;
  for (char& byte : payload) {
    state = state * 1'103'515'245U + 12'345U;
    byte = static_cast<char>('a' + (state >> 16U) % 20);
  }
  std::string out;
  EXPECT_EQ(inflate_message(deflate_message(payload), payload.size(), out), Inflated::whole);
  EXPECT_EQ(out, payload);
}

INSTANTIATE_TEST_SUITE_P(Bytes, DeflateSizes, ::testing::Values(0, 1, 125, 1024, 16'383, 16'384, 16'385, 1'000'000));

TEST(Inflate, ReadsTheExamplesOfTheRfc) {
  const std::string fixed("\xf2\x48\xcd\xc9\xc9\x07\x00", 7);                         // RFC 7692 7.2.3.1
  const std::string stored("\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00", 11);       // 7.2.3.3
  const std::string final_block("\xf3\x48\xcd\xc9\xc9\x07\x00\x00", 8);               // 7.2.3.4
  const std::string two("\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00", 13);  // 7.2.3.5
  for (const std::string& packed : {fixed, stored, final_block, two}) {
    std::string out;
    EXPECT_EQ(inflate_message(packed, 100, out), Inflated::whole);
    EXPECT_EQ(out, "Hello");
  }
}

TEST(Inflate, StopsAtTheLimitWhenTheMessageIsABomb) {
  const std::string bomb = deflate_message(std::string(50'000'000, '\0'));
  ASSERT_LT(bomb.size(), 300'000U);
  std::string out;
  EXPECT_EQ(inflate_message(bomb, 1'000'000, out), Inflated::too_big);
  EXPECT_LE(out.size(), 1'000'000U);
  EXPECT_LT(out.capacity(), 4'000'000U);
}

TEST(Inflate, TellsTheLimitFromOneByteMore) {
  const std::string packed = deflate_message(std::string(1000, 'x'));
  std::string out;
  EXPECT_EQ(inflate_message(packed, 1000, out), Inflated::whole);
  out.clear();
  EXPECT_EQ(inflate_message(packed, 999, out), Inflated::too_big);
}

TEST(Inflate, RefusesWhatIsCutOffOrNoise) {
  const std::string packed = deflate_message("some text, and more text than one byte can hold");
  for (const std::string& wrong : {packed.substr(0, packed.size() / 2), std::string("\xff\xff\xff", 3),
                                   std::string("\xf3\x48\xcd\xc9\xc9\x07\x00junk", 11)}) {
    std::string out;
    EXPECT_EQ(inflate_message(wrong, 1000, out), Inflated::broken);
  }
}

class DeflatedCut : public ::testing::TestWithParam<std::size_t> {};

TEST_P(DeflatedCut, MessagesAreTheSameHoweverTheBytesAreCut) {
  const std::string large(70'000, 'y');
  const std::string bytes =
      packed_text("h\xC3\xA9llo") + packed_text(large) + masked_raw(0x81, "plain") + packed_text("");

  const Outcome outcome = decode_deflated(bytes, GetParam());

  EXPECT_FALSE(outcome.failure);
  EXPECT_THAT(outcome.seen, ElementsAre("text:h\xC3\xA9llo", "text:" + large, "text:plain", "text:"));
}

INSTANTIATE_TEST_SUITE_P(Steps, DeflatedCut, ::testing::Values(1, 3, 7, 1000, 1'000'000));

TEST(DeflatedDecoder, JoinsFragmentsBeforeItUnpacks) {
  const std::string packed = deflate_message("in three pieces, in three pieces");
  const std::string bytes = masked_raw(0x41, packed.substr(0, 3)) + masked_raw(0x89, "ping") +
                            masked_raw(0x00, packed.substr(3, 4)) + masked_raw(0x80, packed.substr(7));
  EXPECT_THAT(decode_deflated(bytes, 1'000).seen, ElementsAre("ping:ping", "text:in three pieces, in three pieces"));
}

TEST(DeflatedDecoder, ClosesWith1009WhenTheInflatedMessageIsTooLarge) {
  const std::string bomb = packed_text(std::string(10'000'000, '0'));
  for (const std::size_t step : {std::size_t{100}, bomb.size()}) {
    const Outcome outcome = decode_deflated(bomb, step, 1'000'000);
    EXPECT_EQ(outcome.failure, CloseCode::message_too_big);
    EXPECT_THAT(outcome.seen, IsEmpty());
  }
}

TEST(DeflatedDecoder, ClosesWith1007ForBrokenStreamsAndBrokenText) {
  EXPECT_EQ(decode_deflated(masked_raw(0xC1, "\xff\xff\xff"), 100).failure, CloseCode::invalid_payload);
  EXPECT_EQ(decode_deflated(packed_text("a\xC3"), 100).failure, CloseCode::invalid_payload);
}

TEST(DeflatedDecoder, AllowNoFlagOnControlFramesAndContinuations) {
  EXPECT_EQ(decode_deflated(masked_raw(0xC9, "x"), 100).failure, CloseCode::protocol_error);
  EXPECT_EQ(decode_deflated(masked_raw(0x41, "x") + masked_raw(0xC0, "y"), 100).failure, CloseCode::protocol_error);
  EXPECT_EQ(decode_deflated(masked_raw(0xA1, "x"), 100).failure, CloseCode::protocol_error);
}

TEST(Decoder, RefusesCompressedFramesThatWereNotNegotiated) {
  EXPECT_EQ(decode(packed_text("hello"), Role::server).failure, CloseCode::protocol_error);
  EXPECT_EQ(decode(packed_text("hello"), Role::server, 1).failure, CloseCode::protocol_error);
}

}  // namespace
}  // namespace plumbline::websocket::test
