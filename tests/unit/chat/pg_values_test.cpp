// What PostgreSQL's text forms and refusals mean, without a server.
#include <gtest/gtest.h>

#include "store/postgres/conninfo.h"
#include "store/postgres/conversation_cache.h"
#include "store/postgres/pg_rows.h"

namespace plumbline::serve {
namespace {

TEST(PgArray, QuotesAndEscapesText) {
  EXPECT_EQ(pg_array(std::vector<std::string>{}), "{}");
  EXPECT_EQ(pg_array(std::vector<std::string>{"a", "", "NULL"}), R"({"a","","NULL"})");
  EXPECT_EQ(pg_array(std::vector<std::string>{R"(say "x\y", {z})"}), R"({"say \"x\\y\", {z}"})");
}

TEST(PgArray, WritesNumbers) {
  EXPECT_EQ(pg_array(std::vector<std::int64_t>{}), "{}");
  EXPECT_EQ(pg_array(std::vector<std::int64_t>{0, -5, 9'000'000'000}), "{0,-5,9000000000}");
}

TEST(PgErrc, SaysWhetherTryingLaterHelps) {
  EXPECT_EQ(pg_errc("23505"), Errc::conflict);
  EXPECT_EQ(pg_errc("40P01"), Errc::conflict);
  EXPECT_EQ(pg_errc("57P01"), Errc::unavailable);
  EXPECT_EQ(pg_errc("53300"), Errc::unavailable);
  EXPECT_EQ(pg_errc("53100"), Errc::unavailable) << "disk full";
  EXPECT_EQ(pg_errc("25006"), Errc::unavailable) << "a replica";
  EXPECT_EQ(pg_errc("42P01"), Errc::malformed);
  EXPECT_EQ(pg_errc(""), Errc::malformed);
}

TEST(PgConninfo, AddsToAUriAndWinsOverIt) {
  const std::string text = pg_conninfo("postgresql://u:p%27w@127.0.0.1:5433/d?connect_timeout=9&options=-c%20a%3Db",
                                       {{"connect_timeout", "2"}, {"options", "-c x=y"}});

  EXPECT_NE(text.find("password='p\\'w'"), std::string::npos) << text;
  EXPECT_NE(text.find("connect_timeout='2'"), std::string::npos) << text;
  EXPECT_NE(text.find("options='-c a=b -c x=y'"), std::string::npos) << text;
}

TEST(PgConninfo, LeavesWhatItCannotParse) {
  EXPECT_EQ(pg_conninfo("no such thing", {{"connect_timeout", "2"}}), "no such thing");
}

TEST(ConversationCache, ForgetsTheOneNotAskedForTheLongest) {
  ConversationCache cache(2);
  const auto put = [&cache](std::uint64_t id) {
    auto made = std::make_shared<Conversation>();
    made->key = {Uuid{id, id}, Uuid{}};
    cache.put(made);
  };
  put(1);
  put(2);
  EXPECT_NE(cache.find({Uuid{1, 1}, Uuid{}}), nullptr);
  put(3);

  EXPECT_NE(cache.find({Uuid{1, 1}, Uuid{}}), nullptr);
  EXPECT_EQ(cache.find({Uuid{2, 2}, Uuid{}}), nullptr);
  EXPECT_NE(cache.find({Uuid{3, 3}, Uuid{}}), nullptr);
  EXPECT_EQ(cache.size(), 2U);
}

}  // namespace
}  // namespace plumbline::serve
