// The packer of the suite against bytes worked out by hand from RFC 1951, and both directions against each other.
#include "wire/deflate.h"

#include <gtest/gtest.h>

#include "wire/frames.h"

namespace plumbline::conform {
namespace {

using namespace std::string_literals;

TEST(PackedMessage, IsAFixedBlockAndTheBeginningOfAStoredOne) {
  // 0 10 (a block, not the last, of the fixed code), `a` is 10010001, its end 0000000, then 000 for a stored block.
  EXPECT_EQ(packed_message("a"), "\x4a\x04\x00"s);
}

TEST(PackedMessage, TakesThirteenBitsFor258RepeatedBytes) {
  EXPECT_LE(packed_message(std::string(1 + 258 * 800, 'x')).size(), 800U * 13 / 8 + 4);
}

TEST(PackedMessage, ComesBackUnpacked) {
  std::string all;
  for (int i = 0; i < 256; ++i) {
    all += static_cast<char>(i);
  }
  Inflater inflater;
  for (const std::string& text : {""s, "a"s, "aaa"s, "aaaa"s, all, std::string(11, 'x'), std::string(14, 'x'),
                                  std::string(259, 'x') + "yy" + std::string(1'000'000, 'z') + "end"}) {
    EXPECT_EQ(inflater.message(packed_message(text)), text);
  }
}

TEST(Inflater, ReadsTheSamplesOfTheRfc) {  // RFC 7692 7.2.3.1 to 7.2.3.4: the second refers to the first
  Inflater inflater;
  EXPECT_EQ(inflater.message("\xf2\x48\xcd\xc9\xc9\x07\x00"s), "Hello");
  EXPECT_EQ(inflater.message("\xf2\x00\x11\x00\x00"s), "Hello");
  EXPECT_EQ(inflater.message("\xf3\x48\xcd\xc9\xc9\x07\x00\x00"s), "Hello");
  EXPECT_EQ(inflater.message("\x00"s), "");
}

TEST(Inflater, SaysWhatIsNoDeflate) {
  Inflater inflater;
  EXPECT_EQ(inflater.message("\xff\xff\xff"s), std::nullopt);
  EXPECT_EQ(inflater.message(packed_message("a")), std::nullopt) << "nothing can be told behind it";
}

TEST(DecodedBody, WantsAWholeStreamOfTheNamedCoding) {
  const std::string gzip =
      "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xf3\x48\xcd\xc9\xc9\x07\x00\x82\x89\xd1\xf7\x05\x00\x00\x00"s;
  EXPECT_EQ(decoded_body("gzip", gzip), "Hello");
  EXPECT_EQ(decoded_body("gzip", gzip.substr(0, gzip.size() - 9)), std::nullopt);
  EXPECT_EQ(decoded_body("br", gzip), std::nullopt);
  EXPECT_EQ(decoded_body("gzip", "Hello"), std::nullopt);
}

TEST(FrameReader, TakesRsv1ForGarbageUnlessItWasNegotiated) {
  const std::string frame = "\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00"s;
  FrameReader plain;
  EXPECT_TRUE(plain.feed(frame).empty());
  EXPECT_TRUE(plain.broken());

  FrameReader reader;
  reader.allow_packed();
  const auto frames = reader.feed(frame +
                                  "\x81\x01"
                                  "a");
  ASSERT_EQ(frames.size(), 2U);
  EXPECT_TRUE(frames[0].packed);
  EXPECT_FALSE(frames[1].packed);
  EXPECT_TRUE(reader.feed("\xc9\x00"s).empty()) << "a control frame is never compressed";
  EXPECT_TRUE(reader.broken());
}

}  // namespace
}  // namespace plumbline::conform
