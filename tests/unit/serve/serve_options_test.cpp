// The command line of `plumbline serve`.
#include "config/serve_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

namespace plumbline::serve {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

ServeOptions options_of(const std::vector<std::string>& args) {
  const auto parsed = parse_serve_options(args);
  const auto* end = std::get_if<EarlyEnd>(&parsed);
  EXPECT_EQ(end, nullptr) << end->text;
  return end == nullptr ? std::get<ServeOptions>(parsed) : ServeOptions{};
}

EarlyEnd end_of(const std::vector<std::string>& args) {
  const auto parsed = parse_serve_options(args);
  EXPECT_TRUE(std::holds_alternative<EarlyEnd>(parsed));
  return std::get<EarlyEnd>(parsed);
}

TEST(ServeOptions, DefaultsServeTheChatLocally) {
  const ServeOptions options = options_of({});

  EXPECT_EQ(options.app, "chat");
  EXPECT_EQ(options.host, "127.0.0.1");
  EXPECT_EQ(options.port, 3000);
  EXPECT_EQ(options.ping_interval.count(), 25'000);
  EXPECT_THAT(options.cors, ElementsAre("*"));
  EXPECT_TRUE(options.polling && options.websocket && options.rate_limits);
}

TEST(ServeOptions, ReadsTimesListsAndSwitches) {
  const ServeOptions options =
      options_of({"--app", "echo", "--ping-interval", "300", "--transports", "websocket", "--cors",
                  "http://a.example,http://b.example", "--rate-limits", "off", "--path", "x"});

  EXPECT_EQ(options.ping_interval.count(), 300);
  EXPECT_FALSE(options.polling);
  EXPECT_THAT(options.cors, ElementsAre("http://a.example", "http://b.example"));
  EXPECT_FALSE(options.rate_limits);
  EXPECT_EQ(options.path, "/x/");
}

TEST(ServeOptions, LastOfARepeatedOptionWins) {
  EXPECT_EQ(options_of({"--port", "0", "--port", "81"}).port, 81);
}

TEST(ServeOptions, HelpShowsExamplesAndExitCodes) {
  const EarlyEnd end = end_of({"--help"});

  EXPECT_EQ(end.code, ExitCode::ok);
  EXPECT_THAT(end.text, HasSubstr("Examples:"));
  EXPECT_THAT(end.text, HasSubstr("Exit codes:"));
}

TEST(ServeOptions, UnknownOptionsAndValuesAreUsageErrors) {
  EXPECT_EQ(end_of({"--prot", "1"}).code, ExitCode::usage);
  EXPECT_EQ(end_of({"--app", "game"}).code, ExitCode::usage);
  EXPECT_EQ(end_of({"--ping-interval", "0"}).code, ExitCode::usage);
  EXPECT_EQ(end_of({"--port", "70000"}).code, ExitCode::usage);
}

TEST(ServeOptions, UnknownMutantListsTheKnownOnes) {
  const EarlyEnd end = end_of({"--mutant", "nonsense"});

  EXPECT_EQ(end.code, ExitCode::usage);
  EXPECT_THAT(end.text, HasSubstr(kMutantsCompiledIn ? "never-ping" : "preset"));
}

struct ConfigOnDisk : testing::Test {
  std::string file = testing::TempDir() + "serve_options_test.yaml";
  ~ConfigOnDisk() override { std::remove(file.c_str()); }
  void write(const std::string& text) const { std::ofstream(file) << text; }
};

TEST_F(ConfigOnDisk, GivesDefaultsThatTheCommandLineOverrides) {
  write("app: echo\nport: 81\ncors: ['http://a.example', 'http://b.example']\n");

  const ServeOptions options = options_of({"--config", file, "--port", "82"});

  EXPECT_EQ(options.app, "echo");
  EXPECT_EQ(options.port, 82);
  EXPECT_THAT(options.cors, ElementsAre("http://a.example", "http://b.example"));
}

TEST_F(ConfigOnDisk, UnknownKeyIsAUsageErrorWithItsPlace) {
  write("ping-timout: 5\n");

  const EarlyEnd end = end_of({"--config", file});

  EXPECT_EQ(end.code, ExitCode::usage);
  EXPECT_EQ(end.text, file + ":1:1: unknown key 'ping-timout'; did you mean 'ping-timeout'?\n");
}

TEST(DefaultShards, LeavesSmallMachinesToTheGenerator) {
  EXPECT_EQ(default_shards(1), 1U);
  EXPECT_EQ(default_shards(2), 1U);
  EXPECT_EQ(default_shards(8), 4U);
}

}  // namespace
}  // namespace plumbline::serve
