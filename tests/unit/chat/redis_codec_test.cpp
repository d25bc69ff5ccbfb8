#include "backplane/redis/redis_codec.h"

#include <gtest/gtest.h>

#include "backplane/redis/redis_options.h"

namespace plumbline::serve {
namespace {

TEST(RedisCodec, WritesCommandsThatCarryAnyByte) {
  std::string out;
  append_command(out, {"SET", std::string("a\0b", 3), ""});

  EXPECT_EQ(out, std::string("*3\r\n$3\r\nSET\r\n$3\r\na\0b\r\n$0\r\n\r\n", 28));
}

TEST(RedisCodec, NamesAScriptByItsSha1) {
  EXPECT_EQ(script_digest("return 1"), "e0e1f9fabfc9d4800c877a703b823ac0578ff8db");
}

TEST(RedisReplyReader, WaitsForTheRestOfAReply) {
  RedisReplyReader reader(1024);
  const std::string bytes = "*2\r\n:7\r\n$5\r\nhello\r\n";
  for (const char byte : bytes.substr(0, bytes.size() - 1)) {
    reader.feed({&byte, 1});
    EXPECT_FALSE(reader.next().value().has_value());
  }
  reader.feed("\n+OK\r\n");

  const RedisReply list = reader.next().value().value_or(RedisReply{});
  ASSERT_EQ(list.items.size(), 2U);
  EXPECT_EQ(list.items[0].integer, 7);
  EXPECT_EQ(list.items[1].text, "hello");
  EXPECT_EQ(reader.next().value().value_or(RedisReply{}).text, "OK");
  EXPECT_FALSE(reader.next().value().has_value());
}

TEST(RedisReplyReader, RefusesWhatIsNotTheProtocol) {
  for (const char* bytes : {"HTTP/1.1 400 Bad Request\r\n\r\n", "*-7\r\n", "$x\r\n", ":abc\r\n"}) {
    RedisReplyReader reader(1024);
    reader.feed(bytes);
    const auto reply = reader.next();
    ASSERT_TRUE(reply.has_error()) << bytes;
    EXPECT_EQ(reply.error().code, Errc::malformed) << bytes;
  }
}

TEST(RedisReplyReader, RefusesAReplyOverTheLimit) {
  RedisReplyReader reader(64);
  reader.feed("$1000\r\n" + std::string(100, 'x'));

  EXPECT_EQ(reader.next().error().code, Errc::too_large);
}

TEST(RedisAddress, IsHostAndPort) {
  EXPECT_EQ(RedisAddress::parse("redis-1:26379").value_or(RedisAddress{}), (RedisAddress{"redis-1", 26379}));
  EXPECT_EQ(RedisAddress::parse("[::1]:80").value_or(RedisAddress{}), (RedisAddress{"::1", 80}));
  for (const char* text : {"", "host", ":1", "host:", "host:0", "host:65536", "host:1x", "host:-1"}) {
    EXPECT_FALSE(RedisAddress::parse(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace plumbline::serve
