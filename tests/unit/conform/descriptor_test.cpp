// Target files: what is read, and how mistakes are told.
#include "target/descriptor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumbline::conform {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kGood = R"(schema: target/1
target: {name: mine}
endpoints: {socketio: {url: 'http://127.0.0.1:4000', path: /ws/}}
timing: {ping_interval_ms: 250, ping_timeout_ms: 150, connect_timeout_ms: 900, upgrade_timeout_ms: 700,
         recovery_window_ms: 1800, head_timeout_ms: 2500}
limits: {max_payload: 5000}
capabilities: {transport.upgrade: false}
)";

TEST(Descriptor, ReadsEverythingThatItDeclares) {
  const ReadTarget read = read_descriptor("my.yaml", kGood);

  ASSERT_THAT(read.errors, IsEmpty());
  EXPECT_EQ(read.target.name, "mine");
  EXPECT_EQ(read.target.endpoint.authority(), "127.0.0.1:4000");
  EXPECT_EQ(read.target.endpoint.path, "/ws/");
  EXPECT_EQ(read.target.timing.ping_interval, std::chrono::milliseconds{250});
  EXPECT_EQ(read.target.timing.ping_timeout, std::chrono::milliseconds{150});
  EXPECT_EQ(read.target.timing.connect_timeout, std::chrono::milliseconds{900});
  EXPECT_EQ(read.target.timing.upgrade_timeout, std::chrono::milliseconds{700});
  EXPECT_EQ(read.target.timing.recovery_window, std::chrono::milliseconds{1800});
  EXPECT_EQ(read.target.timing.head_timeout, std::chrono::milliseconds{2500});
  EXPECT_TRUE(read.target.timing_declared);
  EXPECT_EQ(read.target.max_payload, 5000U);
  EXPECT_FALSE(read.target.has("transport.upgrade"));
  EXPECT_TRUE(read.target.has("transport.polling"));
}

TEST(Descriptor, ReadsHowTheTargetIsStartedAndWhatIsKnownOfIt) {
  const ReadTarget read =
      read_descriptor("my.yaml", std::string(kGood) +
                                     "control: {start: ./up.sh, stop: ./down.sh}\nexpectations: known.yaml\n"
                                     "process: {pid_file: run/pid}\n");

  ASSERT_THAT(read.errors, IsEmpty());
  EXPECT_EQ(read.control, (Control{"./up.sh", "./down.sh"}));
  EXPECT_EQ(read.expectations, "known.yaml");
  EXPECT_EQ(read.pid_file, "run/pid");
  EXPECT_THAT(read_descriptor("my.yaml", std::string(kGood) + "control: {stop: x}\n").errors,
              ElementsAre(HasSubstr("control has no 'start'")));
}

TEST(Descriptor, ReadsTheNodesOfAClusterAndHowWhatJoinsThemIsStopped) {
  std::string text = kGood;
  text.replace(text.find("path: /ws/"), 10, "path: /ws/, nodes: ['http://127.0.0.1:4001', 'http://127.0.0.1:4002']");
  const ReadTarget read =
      read_descriptor("my.yaml", text + "control: {backplane: {stop: ./away.sh, start: ./back.sh}}\n");

  ASSERT_THAT(read.errors, IsEmpty());
  ASSERT_EQ(read.target.nodes.size(), 2U);
  EXPECT_EQ(read.target.nodes[1].authority(), "127.0.0.1:4002");
  EXPECT_EQ(read.target.nodes[1].path, "/ws/");
  EXPECT_EQ(read.control, (Control{"", "", "./away.sh", "./back.sh"}));
  EXPECT_THAT(read_descriptor("my.yaml", text + "control: {backplane: {stop: ./away.sh}}\n").errors,
              ElementsAre(HasSubstr("control.backplane has no 'start'")));
  text.replace(text.find("transport.upgrade: false"), 24, "control.backplane: true");
  EXPECT_THAT(read_descriptor("my.yaml", text).errors,
              ElementsAre(HasSubstr("the capability control.backplane needs control: {backplane:")));
}

TEST(Descriptor, NamesPlaceAndNearestKeyWhenAKeyIsMisspelt) {
  const ReadTarget read =
      read_descriptor("my.yaml",
                      "schema: target/1\ntarget: {name: mine}\nendpoints: {socketio: {url: 'http://127.0.0.1:1'}}\n"
                      "timing: {ping_intervall_ms: 3}\n");

  EXPECT_THAT(read.errors, ElementsAre("my.yaml:4:10: unknown key 'ping_intervall_ms' in timing; did you mean "
                                       "'ping_interval_ms'?"));
}

TEST(Descriptor, WantsAUrl) {
  const ReadTarget read =
      read_descriptor("my.yaml", "schema: target/1\ntarget: {name: mine}\nendpoints: {socketio: {url: nonsense}}\n");

  EXPECT_THAT(read.errors, ElementsAre(HasSubstr("'nonsense' is not a target URL")));
}

TEST(Descriptor, WantsAMapping) {
  EXPECT_THAT(read_descriptor("my.yaml", "just text").errors, testing::Not(IsEmpty()));
}

TEST(Descriptor, SurvivesBrokenYaml) {
  EXPECT_THAT(read_descriptor("my.yaml", "a: [").errors, ElementsAre(HasSubstr("my.yaml:1:1: not valid YAML")));
}

TEST(Descriptor, WantsNumbersInRange) {
  std::string wrong = kGood;
  wrong.replace(wrong.find("250"), 3, "-50");

  EXPECT_THAT(read_descriptor("my.yaml", wrong).errors,
              ElementsAre(HasSubstr("my.yaml:4:28: 'ping_interval_ms' must be a whole number")));
}

}  // namespace
}  // namespace plumbline::conform
