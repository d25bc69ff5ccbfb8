// The stack's control socket, the other end of which is this test; and the stack's ready line.
#include "faults/stack_control.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/json.hpp>
#include <filesystem>
#include <fstream>

#include "target/stack_target.h"

namespace plumbline::load {
namespace {

class StackControlTest : public ::testing::Test {
 protected:
  StackControlTest() {
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends_.data()), 0);
    control = std::make_unique<StackControl>(ends_[0]);
  }
  ~StackControlTest() override { hang_up(); }
  void hang_up() {
    if (ends_[1] >= 0) {
      ::close(std::exchange(ends_[1], -1));
    }
  }
  // What the stack says; it may be said before it is asked.
  void say(const std::string& lines) {
    EXPECT_EQ(::send(ends_[1], lines.data(), lines.size(), MSG_NOSIGNAL), static_cast<ssize_t>(lines.size()));
  }
  boost::json::object heard() {
    std::array<char, 4096> buffer{};
    const ssize_t got = ::recv(ends_[1], buffer.data(), buffer.size(), MSG_DONTWAIT);
    return boost::json::parse(
               boost::json::string_view(buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0))))
        .as_object();
  }
  std::unique_ptr<StackControl> control;

 private:
  std::array<int, 2> ends_{-1, -1};
};

PlannedFault freeze_a_leader() {
  PlannedFault fault;
  fault.action = FaultAction::freeze;
  fault.role = FaultRole::kafka_leader;
  fault.of = "3";
  fault.seed = 77;
  return fault;
}

TEST_F(StackControlTest, AsksForARoleAndLearnsWhoItWasAndWhen) {
  say(R"({"id":1,"ok":true,"at_ns":123456789,"process":"kafka-2","pid":4711})"
      "\n");
  const auto injected = control->inject(freeze_a_leader());

  ASSERT_TRUE(injected.has_value());
  EXPECT_EQ(injected->process, "kafka-2");
  EXPECT_EQ(injected->pid, 4711);
  EXPECT_EQ(injected->at, Time{Duration{123456789}});
  const boost::json::object asked = heard();
  EXPECT_EQ(asked.at("do"), "freeze");
  EXPECT_EQ(asked.at("role"), "kafka-leader");
  EXPECT_EQ(asked.at("of"), "3");
  EXPECT_EQ(asked.at("seed"), 77);
  EXPECT_EQ(asked.at("guard"), true);
}

TEST_F(StackControlTest, TellsARefusalInTheStacksWords) {
  say("{\"id\":1,\"ok\":false,\"error\":\"no broker leads partition 3\"}\n");
  const auto injected = control->inject(freeze_a_leader());

  ASSERT_FALSE(injected.has_value());
  EXPECT_EQ(injected.error().sentence, "no broker leads partition 3");
}

TEST_F(StackControlTest, KeepsEventsThatComeBeforeTheAnswer) {
  say("{\"event\":\"down\",\"process\":\"kafka-2\",\"role\":\"kafka-broker\",\"at_ns\":5}\nno json\n[]\n"
      "{\"id\":1,\"ok\":true,\"at_ns\":4,\"process\":\"kafka-2\"}\n");
  ASSERT_TRUE(control->inject(freeze_a_leader()).has_value());
  const auto events = control->events(Time{});

  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].what, "down");
  EXPECT_EQ(events[0].process, "kafka-2");
  EXPECT_EQ(events[0].at, Time{Duration{5}});
}

TEST_F(StackControlTest, PassesOverTheAnswerToAQuestionThatWasGivenUp) {
  say("{\"id\":9,\"ok\":false,\"error\":\"late\"}\n{\"id\":1,\"ok\":true}\n");

  EXPECT_TRUE(control->heal().has_value());
}

TEST_F(StackControlTest, ThawsWhatWasFrozenAndStartsWhatWasKilled) {
  say("{\"id\":1,\"ok\":true}\n{\"id\":2,\"ok\":true}\n");
  PlannedFault fault = freeze_a_leader();
  EXPECT_TRUE(control->undo(fault, "kafka-2").has_value());
  const boost::json::object thaw = heard();
  fault.action = FaultAction::kill;
  EXPECT_TRUE(control->undo(fault, "kafka-2").has_value());
  const boost::json::object start = heard();

  EXPECT_EQ(thaw.at("do"), "thaw");
  EXPECT_EQ(thaw.at("role"), "kafka-broker");  // for a leader, 'of' would be a partition
  EXPECT_EQ(thaw.at("of"), "kafka-2");
  EXPECT_EQ(start.at("do"), "start");
}

TEST_F(StackControlTest, SaysThatTheStackIsGone) {
  hang_up();

  EXPECT_FALSE(control->heal().has_value());
  EXPECT_TRUE(control->events(Time{}).empty());
}

TEST(StackTarget, ReadsTheReadyLine) {
  const auto running = read_ready_line(
      R"({"profile":"full","dir":"d","front":"http://127.0.0.1:8080","jwt_key":"k.pem",)"
      R"("instances":[{"name":"app-1","url":"http://127.0.0.1:1"},{"name":"app-2","url":"http://127.0.0.1:2"}]})");

  ASSERT_TRUE(running.has_value());
  EXPECT_EQ(running->http.port, 8080);
  EXPECT_EQ(running->key_file, "k.pem");
  EXPECT_EQ(running->stack_dir, "d");
  EXPECT_THAT(running->instances, ::testing::ElementsAre("http://127.0.0.1:1", "http://127.0.0.1:2"));
}

TEST(StackTarget, KeepsLogsAndConfigurationOfAStackThatEnded) {
  namespace fs = std::filesystem;
  const fs::path dir = fs::path(::testing::TempDir()) / "plumbline-prune";
  const fs::path data = dir / "kafka-1" / "data" / "chat-messages-0";
  fs::create_directories(data);
  for (const fs::path& file : {dir / "app-1.log", dir / "app-1.yaml", dir / "jwt-key.pem",
                               dir / "kafka-1/server.properties", data / "00000000000000000000.log"}) {
    std::ofstream(file) << "x";
  }
  prune_stack(dir.string());
  const bool kept =
      fs::exists(dir / "app-1.log") && fs::exists(dir / "app-1.yaml") && fs::exists(dir / "kafka-1/server.properties");
  const bool gone = !fs::exists(dir / "jwt-key.pem") && !fs::exists(dir / "kafka-1" / "data");
  fs::remove_all(dir);

  EXPECT_TRUE(kept);
  EXPECT_TRUE(gone);
}

TEST(StackTarget, RefusesALineWithoutAFront) {
  for (const char* line : {"", "{", "[]", "{}", R"({"front":7})", R"({"front":"ftp://x"})"}) {
    EXPECT_FALSE(read_ready_line(line).has_value()) << line;
  }
}

}  // namespace
}  // namespace plumbline::load
