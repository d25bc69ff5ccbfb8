// The command line of `plumbline serve`.
#include "config/serve_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

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
  EXPECT_TRUE(options.upgrades);
  EXPECT_FALSE(options_of({"--upgrades", "off"}).upgrades);
  EXPECT_EQ(options.path, "/x/");
}

TEST(ServeOptions, ReadsCompressionCookieAndCors) {
  const ServeOptions plain = options_of({});
  EXPECT_TRUE(plain.http_compression && !plain.ws_compression && plain.cookie.empty());

  const ServeOptions options = options_of({"--ws-compression", "on", "--http-compression", "off", "--cookie", "io",
                                           "--compression-threshold", "10", "--cors", "off"});

  EXPECT_TRUE(options.ws_compression && !options.http_compression && options.cors.empty());
  EXPECT_EQ(options.compression_threshold, 10U);
  EXPECT_EQ(options.cookie, "io");
  EXPECT_EQ(end_of({"--cookie", "i o"}).code, ExitCode::usage);
  EXPECT_EQ(end_of({"--cookie", "io", "--cookie-attributes", "Path=/\r\nX: y"}).code, ExitCode::usage);
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

TEST(ServeOptions, UnknownMutantIsToldWhichOneWasMeantAndWhereTheyAre) {
  const EarlyEnd end = end_of({"--mutant", "never-pong"});

  EXPECT_EQ(end.code, ExitCode::usage);
  EXPECT_EQ(
      end.text,
      kMutantsCompiledIn
          ? "plumbline serve: unknown mutant 'never-pong' (the messenger's are "
            "drop, swap, duplicate, ack-before-store, wrong-recipient, reused-sequence, plain-incr, "
            "no-fence-on-thaw, dedup-on-sequence, offset-before-store, outbox-after-commit, "
            "ack-before-report, the protocol's are in conformance/spec/mutants.yaml); did you mean 'never-ping'?\n"
          : "plumbline serve: --mutant needs a build of preset dev, check, asan, tsan; this one has no "
            "deliberate faults compiled in\n");
}

#if defined(PLUMBLINE_MUTANTS)
TEST(ServeOptions, TakesSeveralMutantsJoinedByAPlus) {
  EXPECT_EQ(options_of({"--mutant", "plain-incr+dedup-on-sequence"}).mutants,
            (std::vector<Mutant>{Mutant::plain_incr, Mutant::dedup_on_sequence}));
  EXPECT_EQ(end_of({"--mutant", "plain-incr+"}).code, ExitCode::usage);
}
#endif

TEST(ServeOptions, LoginLockoutIsTheMessengersUnlessToldOtherwise) {
  const auto steps = [](const std::vector<std::string>& args) {
    std::vector<std::pair<std::uint32_t, std::int64_t>> found;
    for (const LockoutStep& step : options_of(args).login_lockout) {
      found.emplace_back(step.failures, step.block.count());
    }
    return found;
  };
  using testing::Pair;

  EXPECT_THAT(steps({}), ElementsAre(Pair(3, 60), Pair(5, 300), Pair(7, 900), Pair(10, 1800)));
  EXPECT_THAT(steps({"--login-lockout", "off"}), ElementsAre());
  EXPECT_THAT(steps({"--login-lockout-ladder", "1:5s,20:2h"}), ElementsAre(Pair(1, 5), Pair(20, 7200)));
}

TEST(ServeOptions, LadderThatIsNoneIsAUsageError) {
  for (const char* ladder : {"x", "3", "3:", "3:60", "3:60x", "0:60s", "3:0s", "3:25h", "5:5m,3:60s", "3:1s,",
                             "3:1s 4:2s", "-3:60s", "3:-60s", "99999999999:1s"}) {
    EXPECT_EQ(end_of({"--login-lockout-ladder", ladder}).code, ExitCode::usage) << ladder;
  }
  EXPECT_EQ(end_of({"--login-lockout", "maybe"}).code, ExitCode::usage);
}

struct ConfigOnDisk : testing::Test {
  // Every case runs in a process of its own, several at once.
  std::string file = testing::TempDir() + "serve_options_test_" + std::to_string(::getpid()) + ".yaml";
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

TEST_F(ConfigOnDisk, SetsTheLoginLockout) {
  write("login-lockout: on\nlogin-lockout-ladder: 2:30s,4:1h\n");

  EXPECT_EQ(options_of({"--config", file}).login_lockout.size(), 2U);
  EXPECT_TRUE(options_of({"--config", file, "--login-lockout", "off"}).login_lockout.empty());
}

TEST_F(ConfigOnDisk, UnknownKeyIsAUsageErrorWithItsPlace) {
  write("ping-timout: 5\n");

  const EarlyEnd end = end_of({"--config", file});

  EXPECT_EQ(end.code, ExitCode::usage);
  EXPECT_EQ(end.text, file + ":1:1: unknown key 'ping-timout'; did you mean 'ping-timeout'?\n");
}

TEST_F(ConfigOnDisk, AWrongValueIsAUsageErrorWithItsPlace) {
  write("port: 81\nping-interval: soon\n");

  const EarlyEnd end = end_of({"--config", file});

  EXPECT_EQ(end.code, ExitCode::usage);
  EXPECT_TRUE(end.text.starts_with(file + ":2:16: plumbline serve: --ping-interval: ")) << end.text;
}

TEST_F(ConfigOnDisk, AWrongValueOfAListHasAPlaceOfItsOwn) {
  write("port: 81\ntransports:\n  - polling\n  - pigeon\n");

  const EarlyEnd end = end_of({"--config", file});

  EXPECT_TRUE(end.text.starts_with(file + ":4:5: plumbline serve: --transports: pigeon ")) << end.text;
}

TEST_F(ConfigOnDisk, AListIsRefusedWhereOneValueIsWanted) {
  write("port: [1, 2]\n");

  EXPECT_EQ(end_of({"--config", file}).text, file + ":1:11: 'port' wants one value\n");
}

TEST(DefaultShards, LeavesSmallMachinesToTheGenerator) {
  EXPECT_EQ(default_shards(1), 1U);
  EXPECT_EQ(default_shards(2), 1U);
  EXPECT_EQ(default_shards(8), 4U);
}

TEST(ServeOptions, ReadsWhichRedisJoinsTheNodes) {
  EXPECT_FALSE(options_of({"--app", "echo"}).cluster.has_value());
  const auto cluster = options_of({"--app", "echo", "--cluster", "redis://10.0.0.1:6380"}).cluster;
  EXPECT_EQ(cluster, (RedisAddress{"10.0.0.1", 6380}));
}

TEST(ServeOptions, RefusesAClusterThatIsNone) {
  for (const char* const url : {"127.0.0.1:6379", "redis://127.0.0.1", "redis://:6379", "http://127.0.0.1:6379"}) {
    const EarlyEnd end = end_of({"--app", "echo", "--cluster", url});
    EXPECT_EQ(end.code, ExitCode::usage);
    EXPECT_THAT(end.text, HasSubstr("is not redis://HOST:PORT"));
  }
  EXPECT_THAT(end_of({"--cluster", "redis://127.0.0.1:6379"}).text, HasSubstr("--cluster is for --app echo"));
}

}  // namespace
}  // namespace plumbline::serve
