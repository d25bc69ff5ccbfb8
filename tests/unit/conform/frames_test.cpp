// Raw frames against the literal bytes of RFC 6455 section 5.7.
#include "wire/frames.h"

#include <gtest/gtest.h>

namespace plumbline::conform {
namespace {

using namespace std::string_literals;

TEST(MaskedFrame, IsTheSampleOfTheRfc) {
  EXPECT_EQ(masked_frame(1, "Hello"), "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"s);
}

TEST(MaskedFrame, WritesTheLengthInTwoBytesFrom126On) {
  EXPECT_EQ(masked_frame(2, std::string(125, 'x')).substr(0, 2), "\x82\xfd"s);
  EXPECT_EQ(masked_frame(2, std::string(126, 'x')).substr(0, 4), "\x82\xfe\x00\x7e"s);
  EXPECT_EQ(masked_frame(2, std::string(65535, 'x')).substr(0, 4), "\x82\xfe\xff\xff"s);
}

TEST(MaskedFrame, WritesTheLengthInEightBytesFrom65536On) {
  EXPECT_EQ(masked_frame(2, std::string(65536, 'x')).substr(0, 10), "\x82\xff\x00\x00\x00\x00\x00\x01\x00\x00"s);
}

TEST(MaskedFrame, LeavesTheFinBitOutOfAFragment) {
  EXPECT_EQ(masked_frame(1, "", false)[0], '\x01');
}

TEST(FrameReader, ReadsTheSampleOfTheRfcByteByByte) {
  FrameReader reader;
  std::vector<Frame> all;
  for (const char byte : "\x81\x05Hello\x89\x00"s) {
    for (Frame& frame : reader.feed(std::string(1, byte))) {
      all.push_back(std::move(frame));
    }
  }

  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].opcode, 1U);
  EXPECT_EQ(all[0].payload, "Hello");
  EXPECT_EQ(all[1].opcode, 9U);
}

TEST(FrameReader, ReadsBothLongLengths) {
  FrameReader reader;
  const auto frames = reader.feed("\x82\x7e\x01\x00"s + std::string(256, 'a') +
                                  "\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00"s + std::string(65536, 'b'));
  ASSERT_EQ(frames.size(), 2U);
  EXPECT_EQ(frames[0].payload.size(), 256U);
  EXPECT_EQ(frames[1].payload.size(), 65536U);
}

TEST(FrameReader, TakesAnHttpAnswerInAnOpenWebSocketForGarbage) {
  FrameReader reader;
  EXPECT_TRUE(reader.feed("HTTP/1.1 400 Bad Request\r\n\r\n").empty());
  EXPECT_TRUE(reader.broken());
  EXPECT_EQ(reader.garbage().substr(0, 8), "HTTP/1.1");
}

TEST(FrameReader, RefusesMaskedFramesFromAServer) {
  FrameReader reader;
  EXPECT_TRUE(reader.feed("\x81\x80\x01\x02\x03\x04"s).empty());
  EXPECT_TRUE(reader.broken());
}

TEST(FrameReader, RefusesALengthThatNobodyCanMean) {
  FrameReader reader;
  EXPECT_TRUE(reader.feed("\x82\x7f\x7f\xff\xff\xff\xff\xff\xff\xff"s).empty());
  EXPECT_TRUE(reader.broken());
}

TEST(FrameReader, ReadsTheMaskedFramesOfAClient) {
  FrameReader reader(FrameReader::Sender::client);
  const std::string bytes = masked_frame(1, "Hello") + masked_frame(2, std::string(70'000, 'x'));
  std::vector<Frame> all = reader.feed(bytes.substr(0, 9));
  EXPECT_TRUE(all.empty());
  all = reader.feed(bytes.substr(9));

  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].payload, "Hello");
  EXPECT_EQ(all[1].payload, std::string(70'000, 'x'));
}

TEST(FrameReader, StopsAtAClientFrameWithoutAMask) {
  FrameReader reader(FrameReader::Sender::client);
  EXPECT_TRUE(reader.feed(plain_frame(1, "Hello")).empty());
  EXPECT_TRUE(reader.broken());
}

}  // namespace
}  // namespace plumbline::conform
