// One connection to a server that answers what the test says.
#include "backplane/redis/redis_link.h"

#include <gtest/gtest.h>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

namespace plumbline::serve {
namespace {

using boost::asio::ip::tcp;

class RedisLinkTest : public testing::Test {
 protected:
  RedisLinkTest() {
    limits.connect = std::chrono::seconds{20};
    limits.command = std::chrono::seconds{20};
  }
  void TearDown() override {
    if (link) {
      link->drop();
    }
  }

  bool run_until(const std::function<bool()>& reached) {
    const Time deadline = steady_now() + std::chrono::seconds{30};
    while (!reached() && steady_now() < deadline) {
      io.restart();
      io.run_one_for(std::chrono::milliseconds{20});
    }
    return reached();
  }

  bool connect() {
    link = std::make_shared<RedisLink>(io, limits);
    link->open(
        {"127.0.0.1", acceptor.local_endpoint().port()}, [](const Result<void>&) {},
        [this](const Error& error) { closed = error; });
    acceptor.async_accept(server, [](const boost::system::error_code&) {});
    return run_until([this] { return link->is_open() && server.is_open(); });
  }

  void ask(const std::string& word) {
    link->send({word}, [this](const Result<RedisReply>& reply) {
      answers.push_back(reply.has_error() ? std::string{to_string(reply.error().code)} : reply.value().text);
    });
  }
  void answer(const std::string& bytes) { boost::asio::write(server, boost::asio::buffer(bytes)); }

  RedisLimits limits;
  boost::asio::io_context io;
  boost::asio::basic_socket_acceptor<tcp, IoExecutor> acceptor{io, {boost::asio::ip::address_v4::loopback(), 0}};
  IoSocket server{io};
  std::shared_ptr<RedisLink> link;
  std::vector<std::string> answers;
  std::optional<Error> closed;
};

TEST_F(RedisLinkTest, AnswersBelongToCommandsInOrder) {
  ASSERT_TRUE(connect());
  ask("a");
  ask("b");
  answer("+1\r\n+2\r\n");

  ASSERT_TRUE(run_until([this] { return answers.size() == 2; }));
  EXPECT_EQ(answers, (std::vector<std::string>{"1", "2"}));
  EXPECT_TRUE(link->is_open());
}

TEST_F(RedisLinkTest, ClosesWhenTheAnswerIsNotTheProtocol) {
  ASSERT_TRUE(connect());
  ask("a");
  ask("b");
  answer("+1\r\nHTTP/1.1 400\r\n");

  ASSERT_TRUE(run_until([this] { return answers.size() == 2; }));
  EXPECT_EQ(answers, (std::vector<std::string>{"1", std::string{to_string(Errc::timeout)}}));
  EXPECT_FALSE(link->is_open());
  EXPECT_EQ(closed.value_or(Error{}).code, Errc::malformed);
}

TEST_F(RedisLinkTest, ClosesWhenThereIsAnAnswerToNothing) {
  ASSERT_TRUE(connect());
  answer("+1\r\n");

  ASSERT_TRUE(run_until([this] { return closed.has_value(); }));
  EXPECT_FALSE(link->is_open());
}

TEST_F(RedisLinkTest, NothingIsSentAfterTheServerLeft) {
  ASSERT_TRUE(connect());
  ask("a");
  server.close();
  ASSERT_TRUE(run_until([this] { return closed.has_value(); }));
  ask("b");

  EXPECT_EQ(answers, (std::vector<std::string>{std::string{to_string(Errc::timeout)},
                                               std::string{to_string(Errc::unavailable)}}));
}

TEST_F(RedisLinkTest, ALateAnswerIsNotTakenForAnothers) {
  limits.command = std::chrono::milliseconds{50};
  ASSERT_TRUE(connect());
  ask("a");
  ASSERT_TRUE(run_until([this] { return closed.has_value(); }));
  boost::system::error_code ignored;
  boost::asio::write(server, boost::asio::buffer(std::string("+late\r\n")), ignored);
  ask("b");

  EXPECT_EQ(closed.value_or(Error{}).code, Errc::timeout);
  EXPECT_EQ(answers, (std::vector<std::string>{std::string{to_string(Errc::timeout)},
                                               std::string{to_string(Errc::unavailable)}}));
}

TEST_F(RedisLinkTest, WhoDropsItIsNotCalledAnyMore) {
  ASSERT_TRUE(connect());
  ask("a");
  link->drop();
  io.restart();
  io.poll();

  EXPECT_TRUE(answers.empty());
  EXPECT_FALSE(closed.has_value());
}

TEST_F(RedisLinkTest, WhatIsPublishedAnswersNoCommand) {
  std::vector<std::string> heard;
  ASSERT_TRUE(connect());
  link->listen([&heard](const std::string& message) { heard.push_back(message); });
  ask("a");
  ask("b");
  answer("+1\r\n*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$5\r\nhello\r\n+2\r\n");

  ASSERT_TRUE(run_until([this] { return answers.size() == 2; }));
  EXPECT_EQ(answers, (std::vector<std::string>{"1", "2"}));
  EXPECT_EQ(heard, (std::vector<std::string>{"hello"}));
}

TEST_F(RedisLinkTest, WhoeverHearsMayCloseIt) {
  ASSERT_TRUE(connect());
  int heard = 0;
  link->listen([this, &heard](const std::string&) {
    ++heard;
    link->close();
  });
  const std::string published = "*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$5\r\nhello\r\n";
  answer(published + published);

  ASSERT_TRUE(run_until([this] { return !link->is_open(); }));
  EXPECT_EQ(heard, 1);
}

// Without it a connection that is asked nothing has no business to speak.
TEST_F(RedisLinkTest, WhatIsPublishedToNobodyEndsTheConnection) {
  ASSERT_TRUE(connect());
  answer("*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$5\r\nhello\r\n");

  ASSERT_TRUE(run_until([this] { return closed.has_value(); }));
  EXPECT_EQ(closed.value_or(Error{}).code, Errc::malformed);
}

TEST_F(RedisLinkTest, SaysThatNobodyListens) {
  const auto port = acceptor.local_endpoint().port();
  acceptor.close();
  std::optional<Errc> outcome;
  link = std::make_shared<RedisLink>(io, limits);
  link->open(
      {"127.0.0.1", port}, [&outcome](const Result<void>& opened) { outcome = opened.error().code; },
      [](const Error&) {});

  ASSERT_TRUE(run_until([&outcome] { return outcome.has_value(); }));
  EXPECT_EQ(outcome, Errc::unavailable);
}

}  // namespace
}  // namespace plumbline::serve
