#include "service/uuid.h"

#include <gtest/gtest.h>

namespace plumbline::serve {
namespace {

TEST(Uuid, NamedIsTheSameForTheSameName) {
  const Uuid dns = Uuid::parse("6ba7b810-9dad-11d1-80b4-00c04fd430c8").value_or(Uuid{});

  EXPECT_EQ(Uuid::named(dns, "www.example.com").text(), "2ed6657d-e927-568b-95e1-2665a8aea6a2");
  EXPECT_NE(Uuid::named(dns, "www.example.org"), Uuid::named(dns, "www.example.com"));
  EXPECT_NE(Uuid::named(Uuid{1, 1}, "a"), Uuid::named(Uuid{1, 2}, "a"));
}

}  // namespace
}  // namespace plumbline::serve
