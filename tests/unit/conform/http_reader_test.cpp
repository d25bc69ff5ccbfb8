// HTTP answers in every legal form that servers choose, in pieces of every size.
#include <gtest/gtest.h>

#include "wire/http_exchange.h"

namespace plumbline::conform {
namespace {

class HttpReaderPieces : public testing::TestWithParam<std::size_t> {};

// Feeds in pieces of the parameter's size and returns how many bytes the reader took.
std::size_t feed(HttpReader& reader, std::string_view bytes, std::size_t piece) {
  std::size_t used = 0;
  for (std::size_t at = 0; at < bytes.size() && !reader.complete(); at += piece) {
    used += reader.feed(bytes.substr(at, piece));
  }
  return used;
}

TEST_P(HttpReaderPieces, ReadsAContentLength) {
  HttpReader reader;
  feed(reader, "HTTP/1.1 400 Bad Request\r\nX-Thing: Y\r\nContent-Length: 3\r\n\r\nabc", GetParam());
  ASSERT_TRUE(reader.complete());
  EXPECT_EQ(reader.answer().status, 400U);
  EXPECT_EQ(reader.answer().body, "abc");
  EXPECT_EQ(reader.answer().headers[0].first, "x-thing");
}

TEST_P(HttpReaderPieces, ReadsChunks) {
  HttpReader reader;
  feed(reader, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n3\r\nay!\r\n0\r\n\r\n", GetParam());
  ASSERT_TRUE(reader.complete());
  EXPECT_EQ(reader.answer().body, "okay!");
}

TEST_P(HttpReaderPieces, ReadsUntilTheEndOfTheConnection) {
  HttpReader reader;
  feed(reader, "HTTP/1.1 200 OK\r\n\r\nrest", GetParam());
  EXPECT_FALSE(reader.complete());
  reader.feed_end();
  ASSERT_TRUE(reader.complete());
  EXPECT_EQ(reader.answer().body, "rest");
}

TEST_P(HttpReaderPieces, IsBrokenWhenTheConnectionEndsTooEarly) {
  HttpReader reader;
  feed(reader, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort", GetParam());
  reader.feed_end();
  EXPECT_FALSE(reader.complete());
  EXPECT_TRUE(reader.broken());
}

INSTANTIATE_TEST_SUITE_P(Sizes, HttpReaderPieces, testing::Values(1U, 2U, 7U, 4096U),
                         [](const auto& suite) { return "Of" + std::to_string(suite.param); });

TEST(HttpReader, LeavesWhatFollowsA101ForTheWebSocket) {
  constexpr std::string_view kAnswer = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n";
  HttpReader reader;
  const std::size_t used = reader.feed(std::string(kAnswer) + "\x81\x02{}");
  EXPECT_TRUE(reader.complete());
  EXPECT_EQ(used, kAnswer.size());
}

TEST(HttpReader, LeavesWhatFollowsA101InALaterPiece) {
  HttpReader reader;
  EXPECT_EQ(reader.feed("HTTP/1.1 101 Switching Protocols\r\nUpgr"), 38U);
  EXPECT_EQ(reader.feed("ade: websocket\r\n\r\n\x81\x02{}"), 18U);
  EXPECT_TRUE(reader.complete());
}

TEST(HttpReader, IsBrokenByWhatIsNoHttp) {
  HttpReader reader;
  reader.feed("\x01\x02\x03 nonsense\r\n\r\n");
  EXPECT_TRUE(reader.broken());
}

TEST(HttpReader, IsBrokenWhenNothingCame) {
  HttpReader reader;
  reader.feed_end();
  EXPECT_TRUE(reader.broken());
}

}  // namespace
}  // namespace plumbline::conform
