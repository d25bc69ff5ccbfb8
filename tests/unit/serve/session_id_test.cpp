// Session ids are unpredictable and name their shard.
#include "session/session_id.h"

#include <gtest/gtest.h>

#include <set>

namespace plumbline::serve {
namespace {

TEST(SessionIds, NameTheirShard) {
  IdSource source;
  for (std::size_t shard = 0; shard < kMaxShards; ++shard) {
    const SessionId id = source.session_id(shard);
    EXPECT_EQ(shard_of({id.data(), id.size()}), shard);
  }
}

TEST(SessionIds, AreUniqueWithoutACommonPrefix) {  // EIO-HS-05
  IdSource source;
  std::set<std::string> ids;
  std::set<std::string> beginnings;
  for (int i = 0; i < 1000; ++i) {
    const SessionId id = source.session_id(0);
    ids.emplace(id.data(), id.size());
    beginnings.emplace(id.data(), 4);
  }

  EXPECT_EQ(ids.size(), 1000U);
  EXPECT_GT(beginnings.size(), 990U);
}

TEST(SessionIds, ForeignTextNamesNoShard) {
  EXPECT_EQ(shard_of(""), std::nullopt);
  EXPECT_EQ(shard_of("short"), std::nullopt);
  EXPECT_EQ(shard_of("AAAAAAAAAAAAAAAAAAAA!"), std::nullopt);
}

}  // namespace
}  // namespace plumbline::serve
