// HTTP answers from hand-written bytes, cut anywhere.
#include "http_reader.h"

#include <gtest/gtest.h>

namespace plumbline::client {
namespace {

struct Read {
  bool failed{false};
  Errc code{Errc::ok};
  std::size_t used{0};
};

Read feed(HttpReader& reader, std::string_view bytes, std::size_t step) {
  Read read;
  for (std::size_t at = 0; at < bytes.size() && !reader.done(); at += step) {
    const auto used = reader.feed(bytes.substr(at, step));
    if (!used) {
      return Read{.failed = true, .code = used.error().code, .used = read.used};
    }
    read.used += *used;
  }
  return read;
}

class HttpReaderCut : public ::testing::TestWithParam<std::size_t> {};

TEST_P(HttpReaderCut, ReadsHeadersAndBodyAndLeavesWhatFollows) {
  HttpReader reader(1000, false);
  const std::string answer = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nX-A: b\r\nContent-Length: 5\r\n\r\nhello";

  const Read read = feed(reader, answer + "REST", GetParam());

  ASSERT_TRUE(reader.done());
  EXPECT_EQ(read.used, answer.size());
  EXPECT_TRUE(reader.keep_alive());
  const net::HttpResponse response = reader.take();
  EXPECT_EQ(response.status, 200U);
  EXPECT_EQ(response.body, "hello");
  EXPECT_EQ(response.content_type, "text/plain");
  EXPECT_EQ(net::find_header(response.headers, "x-a"), "b");
}

TEST_P(HttpReaderCut, ReadsChunkedBodies) {
  HttpReader reader(1000, false);

  feed(reader, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nT: r\r\n\r\n",
       GetParam());

  ASSERT_TRUE(reader.done());
  EXPECT_EQ(reader.take().body, "abcde");
}

TEST_P(HttpReaderCut, SkipsInterimAnswers) {
  HttpReader reader(1000, false);

  feed(reader, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nA: b\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
       GetParam());

  ASSERT_TRUE(reader.done());
  EXPECT_EQ(reader.take().status, 204U);
}

TEST_P(HttpReaderCut, RefusesABodyOverTheLimit) {
  HttpReader announced(10, false);
  HttpReader chunked(10, false);

  EXPECT_EQ(feed(announced, "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello world", GetParam()).code,
            Errc::too_large);
  EXPECT_EQ(
      feed(chunked, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nb\r\nhello world\r\n0\r\n\r\n", GetParam())
          .code,
      Errc::too_large);
}

TEST_P(HttpReaderCut, RefusesWhatIsNotHttp) {
  HttpReader reader(10, false);

  EXPECT_EQ(feed(reader, "SSH-2.0-OpenSSH_9.2\r\n\r\n", GetParam()).code, Errc::malformed);
}

TEST_P(HttpReaderCut, RefusesAnEndlessHeader) {
  HttpReader reader(10, false);

  EXPECT_EQ(feed(reader, "HTTP/1.1 200 OK\r\nA: " + std::string(100'000, 'x'), GetParam() * 97).code, Errc::too_large);
}

INSTANTIATE_TEST_SUITE_P(Steps, HttpReaderCut, ::testing::Values(1, 2, 7, 1000),
                         [](const auto& test) { return "By" + std::to_string(test.param); });

TEST(HttpReader, TakesABodyUpToTheEndOfTheConnectionWhenNoLengthIsGiven) {
  HttpReader reader(1000, false);
  feed(reader, "HTTP/1.1 200 OK\r\n\r\nuntil the end", 5);
  EXPECT_FALSE(reader.done());

  EXPECT_TRUE(reader.finish());

  EXPECT_FALSE(reader.keep_alive());
  EXPECT_EQ(reader.take().body, "until the end");
}

TEST(HttpReader, IsIncompleteWhenTheConnectionEndsEarly) {
  HttpReader half_header(1000, false);
  HttpReader half_body(1000, false);
  feed(half_header, "HTTP/1.1 200 OK\r\nA:", 100);
  feed(half_body, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab", 100);

  EXPECT_FALSE(half_header.finish());
  EXPECT_FALSE(half_body.finish());
}

TEST(HttpReader, ExpectsNoBodyAfterHead) {
  HttpReader reader(1000, true);

  feed(reader, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", 100);

  EXPECT_TRUE(reader.done());
}

TEST(HttpReader, KnowsThatTheServerWillClose) {
  HttpReader reader(1000, false);

  feed(reader, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", 100);

  EXPECT_FALSE(reader.keep_alive());
}

}  // namespace
}  // namespace plumbline::client
