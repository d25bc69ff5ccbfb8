// Our client against our own server's echo application, over each transport: what the Node server answers, it answers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <utility>

#include "plumbline/net/child_process.h"
#include "probe_client.h"

namespace plumbline::client::test {
namespace {

using ::testing::Contains;

net::ChildProcess start_echo() {
  auto started = net::ChildProcess::start(
      {.command = {PLUMBLINE_EXECUTABLE, "serve", "--app", "echo", "--port", "0"}, .stderr_file = {}});
  if (!started) {
    throw std::runtime_error(started.error());
  }
  return std::move(*started);
}

class ClientAgainstPlumbline : public ::testing::TestWithParam<Transports> {
 protected:
  ClientAgainstPlumbline() {
    const auto line = child.wait_for_line("plumbline: listening on http://127.0.0.1:", std::chrono::seconds{20});
    options.endpoint.host = "127.0.0.1";
    options.endpoint.port = line ? static_cast<std::uint16_t>(std::stoi(*line)) : std::uint16_t{0};
    options.transports = GetParam();
    options.auth = R"({"token":"abc"})";
  }
  [[nodiscard]] bool connect() {
    probe.client.connect(options);
    return probe.run_until("connect");
  }

  net::ChildProcess child{start_echo()};
  ConnectOptions options;
  boost::asio::io_context context;
  ProbeClient probe{context};
};

TEST_P(ClientAgainstPlumbline, ExchangesEventsAcksAndBinary) {
  ASSERT_TRUE(connect());
  const std::vector<std::string> attachments{std::string("\0\x01\xFF", 3), std::string(100'000, 'b')};

  EXPECT_TRUE(probe.client.emit(R"(["message",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])",
                                std::nullopt, attachments));
  EXPECT_TRUE(probe.client.emit(R"(["message-with-ack",1,"é"])", 456));

  EXPECT_TRUE(probe.run_until(R"(ack 456 [1,"é"])"));
  EXPECT_THAT(probe.seen, Contains(R"(event ["auth",{"token":"abc"}])"));
  EXPECT_THAT(probe.seen,
              Contains(R"(event ["message-back",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}] +)" +
                       attachments[0] + " +" + attachments[1]));
}

TEST_P(ClientAgainstPlumbline, KeepsEveryEventInOrderWhileUpgrading) {
  ASSERT_TRUE(connect());
  constexpr int kCount = 300;

  for (int i = 0; i < kCount; ++i) {
    ASSERT_TRUE(probe.client.emit("[\"message-with-ack\"," + std::to_string(i) + "]", i));
    if (i % 10 == 0) {
      probe.run_for(std::chrono::milliseconds{1});
    }
  }

  ASSERT_TRUE(probe.run_until("ack 299 "));
  int next = 0;
  for (const std::string& line : probe.seen) {
    if (line.starts_with("ack")) {
      EXPECT_EQ(line, "ack " + std::to_string(next) + " [" + std::to_string(next) + "]");
      ++next;
    }
  }
  EXPECT_EQ(next, kCount);
}

TEST_P(ClientAgainstPlumbline, SeesTheServerStopAndTheServerStopsCleanly) {
  ASSERT_TRUE(connect());

  const int status = child.stop(std::chrono::seconds{10});

  EXPECT_EQ(status, 0);
  EXPECT_TRUE(probe.run_until("disconnect"));
}

INSTANTIATE_TEST_SUITE_P(Transport, ClientAgainstPlumbline,
                         ::testing::Values(Transports::websocket, Transports::polling, Transports::upgrade),
                         [](const auto& test) {
                           return test.param == Transports::websocket ? "WebSocket"
                                  : test.param == Transports::polling ? "Polling"
                                                                      : "Upgrade";
                         });

}  // namespace
}  // namespace plumbline::client::test
