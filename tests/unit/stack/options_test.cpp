// What the words after `plumbline stack` mean.
#include "options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumbline::stack {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Options parsed(const std::vector<std::string>& words) {
  const auto result = parse_options(words);
  EXPECT_TRUE(std::holds_alternative<Options>(result));
  return std::holds_alternative<Options>(result) ? std::get<Options>(result) : Options{};
}

std::string refusal(const std::vector<std::string>& words) {
  const auto result = parse_options(words);
  const auto* end = std::get_if<EarlyEnd>(&result);
  EXPECT_TRUE(end == nullptr || end->code == ExitCode::usage);
  return end == nullptr ? "taken" : end->text;
}

TEST(StackOptions, DescribeAStack) {
  const Options options = parsed({"up", "--profile", "minimal", "--instances", "2", "--dir", "d", "--serve-arg",
                                  "--mutant", "--serve-arg", "drop", "--detach"});

  EXPECT_EQ(options.verb, Options::Verb::up);
  EXPECT_EQ(options.profile, Profile::minimal);
  EXPECT_EQ(options.instances, 2);
  EXPECT_EQ(options.dir, "d");
  EXPECT_TRUE(options.detach);
  EXPECT_THAT(options.serve_words, ElementsAre("--mutant", "drop"));
}

TEST(StackOptions, NameARole) {
  const Options options = parsed({"freeze", "redis-master", "--dir", "d", "--seed", "9"});

  EXPECT_EQ(options.verb, Options::Verb::deed);
  EXPECT_EQ(options.request.deed, Deed::freeze);
  EXPECT_EQ(options.request.role, Role::redis_master);
  EXPECT_EQ(options.request.seed, 9U);
}

TEST(StackOptions, TakeAProcessForARole) {
  const Options options = parsed({"restart-empty", "redis-2", "--dir", "d"});

  EXPECT_EQ(options.request.deed, Deed::restart_empty);
  EXPECT_EQ(options.request.role, std::nullopt);
  EXPECT_EQ(options.request.of, "redis-2");
}

TEST(StackOptions, HealEverythingWithoutARole) {
  EXPECT_EQ(parsed({"heal", "--dir", "d"}).request.deed, Deed::heal);
}

TEST(StackOptions, RefuseWordsWithAHint) {
  EXPECT_THAT(refusal({}), HasSubstr("see plumbline stack --help"));
  EXPECT_THAT(refusal({"up"}), HasSubstr("--dir is required"));
  EXPECT_THAT(refusal({"up", "--dir", "d", "--profile", "huge"}), HasSubstr("huge"));
  EXPECT_THAT(refusal({"up", "--dir", "d", "--instances", "-1"}), HasSubstr("-1"));
  EXPECT_THAT(refusal({"kill", "--dir", "d"}), HasSubstr("ROLE is required"));
  EXPECT_THAT(refusal({"explode", "--dir", "d"}), HasSubstr("see plumbline stack --help"));
}

TEST(StackOptions, ExplainThemselves) {
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"--help"}, {"up", "--help"}, {"kill", "--help"}}) {
    const auto result = parse_options(words);
    ASSERT_TRUE(std::holds_alternative<EarlyEnd>(result));
    EXPECT_EQ(std::get<EarlyEnd>(result).code, ExitCode::ok);
  }
}

}  // namespace
}  // namespace plumbline::stack
