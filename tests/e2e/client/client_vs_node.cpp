// Our client against the official Node server, over each transport.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <malloc.h>

#include <iostream>
#include <memory>
#include <stdexcept>
#include <utility>

#include "plumbline/net/child_process.h"
#include "probe_client.h"

namespace plumbline::client::test {
namespace {

using ::testing::Contains;

net::ChildProcess start_node(const std::vector<std::string>& environment) {
  std::vector<std::string> command{"/usr/bin/env"};
  command.insert(command.end(), environment.begin(), environment.end());
  command.insert(command.end(), {PLUMBLINE_NODE, PLUMBLINE_OFFICIAL_SERVER});
  auto started = net::ChildProcess::start({.command = command, .stderr_file = {}});
  if (!started) {
    throw std::runtime_error(started.error());
  }
  return std::move(*started);
}

struct NodeServer {
  explicit NodeServer(const std::vector<std::string>& environment = {}) : child(start_node(environment)) {
    const auto line = child.wait_for_line("listening on ", std::chrono::seconds{20});
    port = line ? static_cast<std::uint16_t>(std::stoi(*line)) : std::uint16_t{0};
  }

  net::ChildProcess child;
  std::uint16_t port{0};
};

ConnectOptions options_for(const NodeServer& server, Transports transports) {
  ConnectOptions options;
  options.endpoint.host = "127.0.0.1";
  options.endpoint.port = server.port;
  options.transports = transports;
  options.auth = R"({"token":"abc"})";
  return options;
}

class ClientAgainstNode : public ::testing::TestWithParam<Transports> {
 protected:
  static void SetUpTestSuite() { server = new NodeServer; }
  static void TearDownTestSuite() { delete std::exchange(server, nullptr); }

  void connect(const std::string& nsp = "/") {
    ASSERT_NE(server->port, 0);
    ConnectOptions options = options_for(*server, GetParam());
    options.nsp = nsp;
    probe.client.connect(options);
  }

  static inline NodeServer* server{nullptr};
  boost::asio::io_context context;
  ProbeClient probe{context};
};

TEST_P(ClientAgainstNode, ConnectsWithItsAuthToANamespace) {
  connect("/custom");

  EXPECT_TRUE(probe.run_until(R"(event ["auth",{"token":"abc"}])"));
  EXPECT_TRUE(probe.client.connected());
  EXPECT_TRUE(probe.seen.front().starts_with("connect "));
}

TEST_P(ClientAgainstNode, ExchangesEventsAndAcks) {
  connect();
  ASSERT_TRUE(probe.run_until("connect"));

  EXPECT_TRUE(probe.client.emit(R"(["message",1,"é",{"3":[true]}])"));
  EXPECT_TRUE(probe.client.emit(R"(["message-with-ack","x"])", 456));
  EXPECT_TRUE(probe.client.emit(R"(["ask-me"])"));

  EXPECT_TRUE(probe.run_until(R"(event ["answered",42])"));
  EXPECT_THAT(probe.seen, Contains(R"(event ["message-back",1,"é",{"3":[true]}])"));
  EXPECT_THAT(probe.seen, Contains(R"(ack 456 ["x"])"));
}

TEST_P(ClientAgainstNode, ExchangesBinary) {
  connect();
  ASSERT_TRUE(probe.run_until("connect"));
  const std::vector<std::string> attachments{std::string("\0\x01\xFF", 3), std::string(100'000, 'b')};

  EXPECT_TRUE(probe.client.emit(R"(["message",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])",
                                std::nullopt, attachments));

  const std::string back = R"(event ["message-back",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])";
  EXPECT_TRUE(probe.run_until(back));
  EXPECT_THAT(probe.seen, Contains(back + " +" + attachments[0] + " +" + attachments[1]));
}

TEST_P(ClientAgainstNode, KeepsEveryEventInOrderWhileUpgrading) {
  connect();
  ASSERT_TRUE(probe.run_until("connect"));
  constexpr int kCount = 300;
  for (int i = 0; i < kCount; ++i) {
    const std::string number = std::to_string(i);
    ASSERT_TRUE(probe.client.emit("[\"message-with-ack\"," + number + "]", i));
    if (i % 10 == 0) {
      probe.run_for(std::chrono::milliseconds{1});
    }
  }

  ASSERT_TRUE(probe.run_until("ack 299 "));

  std::vector<std::string> acks;
  std::vector<std::string> expected;
  for (const std::string& line : probe.seen) {
    if (line.starts_with("ack")) {
      acks.push_back(line);
    }
  }
  for (int i = 0; i < kCount; ++i) {
    expected.push_back("ack " + std::to_string(i) + " [" + std::to_string(i) + "]");
  }
  EXPECT_EQ(acks, expected);
}

TEST_P(ClientAgainstNode, EndsOnTheTransportItWasAskedFor) {
  connect();
  ASSERT_TRUE(probe.run_until("connect"));
  if (GetParam() == Transports::upgrade) {
    probe.run_for(std::chrono::milliseconds{300});
  }

  probe.client.emit(R"(["transport"])", 1);

  EXPECT_TRUE(probe.run_until("ack 1 "));
  EXPECT_EQ(probe.seen.back(), GetParam() == Transports::polling ? R"(ack 1 ["polling"])" : R"(ack 1 ["websocket"])");
}

TEST_P(ClientAgainstNode, LivesThroughSeveralHeartbeats) {
  NodeServer own({"PING_INTERVAL=300", "PING_TIMEOUT=200"});
  probe.client.connect(options_for(own, GetParam()));
  ASSERT_TRUE(probe.run_until("connect"));

  probe.run_for(std::chrono::milliseconds{1600});  // five periods of 300 ms

  EXPECT_TRUE(probe.client.connected());
  EXPECT_FALSE(probe.saw("disconnect"));
}

TEST_P(ClientAgainstNode, ReportsARefusedNamespaceWithItsData) {
  connect("/closed");

  EXPECT_TRUE(probe.run_until("refused"));
  EXPECT_EQ(probe.seen.back(), R"(refused {"message":"not you","data":{"code":"NO_TOKEN"}})");
  EXPECT_FALSE(probe.client.connected());
}

TEST_P(ClientAgainstNode, SeesBeingDisconnectedFromTheNamespace) {
  connect();
  ASSERT_TRUE(probe.run_until("connect"));

  probe.client.emit(R"(["kick"])");

  EXPECT_TRUE(probe.run_until("disconnect closed"));
}

TEST_P(ClientAgainstNode, SeesTheTransportClose) {
  connect();
  ASSERT_TRUE(probe.run_until("connect"));

  probe.client.emit(R"(["hang-up"])");

  EXPECT_TRUE(probe.run_until("disconnect"));
  EXPECT_FALSE(probe.client.connected());
}

TEST_P(ClientAgainstNode, LetsTheLoopEndAfterClose) {
  connect();
  ASSERT_TRUE(probe.run_until("connect"));

  probe.client.close();

  context.restart();
  context.run();
  EXPECT_FALSE(probe.saw("disconnect"));
}

TEST_P(ClientAgainstNode, NoticesAServerThatDies) {
  NodeServer own;
  probe.client.connect(options_for(own, GetParam()));
  ASSERT_TRUE(probe.run_until("connect"));

  own.child.stop(Duration{0});

  EXPECT_TRUE(probe.run_until("disconnect"));
}

INSTANTIATE_TEST_SUITE_P(Transport, ClientAgainstNode,
                         ::testing::Values(Transports::websocket, Transports::polling, Transports::upgrade),
                         [](const auto& test) {
                           return test.param == Transports::websocket ? "WebSocket"
                                  : test.param == Transports::polling ? "Polling"
                                                                      : "Upgrade";
                         });

TEST(ClientAgainstNodeAlone, StaysOnPollingWhenTheServerOffersNoUpgrade) {
  NodeServer server({"UPGRADES=off"});
  boost::asio::io_context context;
  ProbeClient probe(context);
  probe.client.connect(options_for(server, Transports::upgrade));
  ASSERT_TRUE(probe.run_until("connect"));

  probe.run_for(std::chrono::milliseconds{200});
  probe.client.emit(R"(["transport"])", 1);

  EXPECT_TRUE(probe.run_until(R"(ack 1 ["polling"])"));
}

TEST(ClientAgainstNodeAlone, IsRefusedWhenTheServerHasNoWebSocket) {
  NodeServer server({"TRANSPORTS=polling"});
  boost::asio::io_context context;
  ProbeClient probe(context);

  probe.client.connect(options_for(server, Transports::websocket));

  EXPECT_TRUE(probe.run_until("disconnect refused"));
}

#ifndef PLUMBLINE_SANITIZED  // mallinfo2 does not see a sanitizer's heap

TEST(ClientAgainstNodeAlone, TakesLessThanAKilobytePerIdleConnection) {
  NodeServer server;
  boost::asio::io_context context;
  std::vector<std::unique_ptr<ProbeClient>> probes;
  const auto connect_all = [&](std::size_t count) {
    for (const std::size_t end = probes.size() + count; probes.size() < end;) {
      probes.push_back(std::make_unique<ProbeClient>(context));
      probes.back()->client.connect(options_for(server, Transports::websocket));
    }
    for (const auto& probe : probes) {
      ASSERT_TRUE(probe->run_until("connect"));
      ASSERT_TRUE(probe->run_until("event"));
      std::vector<std::string>().swap(probe->seen);  // what the test itself remembers
    }
  };
  connect_all(200);  // what all connections share is there from now on
  const std::size_t before = mallinfo2().uordblks;

  std::vector<std::unique_ptr<ProbeClient>> first = std::exchange(probes, {});
  connect_all(800);

  const std::size_t each = (mallinfo2().uordblks - before) / 800;
  RecordProperty("bytes_per_connection", static_cast<int>(each));
  std::cout << "bytes per idle connection, ProbeClient included: " << each << '\n';
  EXPECT_LT(each, 1024U);
}

#endif

}  // namespace
}  // namespace plumbline::client::test
