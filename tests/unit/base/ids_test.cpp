#include "plumbline/base/ids.h"

#include <gtest/gtest.h>

#include <set>

#include "plumbline/base/random.h"

namespace plumbline {
namespace {

TEST(UuidV4, HasVersionAndVariantBitsAndIsUnique) {
  Rng rng{1};
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string id = uuid_v4(rng);
    ASSERT_TRUE(is_uuid(id)) << id;
    EXPECT_EQ(id[14], '4') << id;
    EXPECT_NE(std::string_view("89ab").find(id[19]), std::string_view::npos) << id;
    EXPECT_TRUE(seen.insert(id).second) << id;
  }
}

TEST(IsUuid, RefusesOtherTexts) {
  EXPECT_FALSE(is_uuid(""));
  EXPECT_FALSE(is_uuid("123e4567-e89b-42d3-a456-42661417400"));
  EXPECT_FALSE(is_uuid("123e4567-e89b-42d3-a456_426614174000"));
  EXPECT_FALSE(is_uuid("123e4567-e89b-42d3-a456-42661417400g"));
  EXPECT_TRUE(is_uuid("123E4567-E89B-42D3-A456-426614174000"));
}

}  // namespace
}  // namespace plumbline
