// The pooled HTTP client against scripted servers: reuse, waiting, stale connections, and what a failure tells.
#include "plumbline/client/http_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scripted_server.h"

namespace plumbline::client::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

class HttpClientTest : public ::testing::Test {
 protected:
  void serve(ScriptedServer::Script script) {
    server = std::make_unique<ScriptedServer>(context, std::move(script));
    options.host = "127.0.0.1";
    options.port = server->port();
  }
  HttpClient& client() {
    if (!pool) {
      pool = std::make_unique<HttpClient>(context, options);
    }
    return *pool;
  }
  void call(HttpCall asked) {
    ++asked_for;
    client().call(std::move(asked), [this](const boost::system::result<HttpAnswer, HttpFailure>& result) {
      if (result) {
        const HttpAnswer& answer = result.value();
        seen.push_back(std::to_string(answer.response.status) + " " + answer.response.body);
        EXPECT_LE(answer.first_byte_sent, answer.received);
      } else {
        const HttpFailure& failure = result.error();
        seen.push_back(std::string(to_string(failure.error.code)) + (failure.sent ? " sent" : " unsent"));
      }
    });
  }
  void get(const std::string& target = "/") { call({.target = target}); }
  void run() {
    while (seen.size() < asked_for && context.run_one_for(5s) != 0) {
    }
  }

  boost::asio::io_context context;
  std::unique_ptr<ScriptedServer> server;
  HttpClient::Options options;
  std::unique_ptr<HttpClient> pool;
  std::vector<std::string> seen;
  std::size_t asked_for{0};
};

std::string first_line(const std::string& request) {
  return request.substr(0, request.find("\r\n"));
}

TEST_F(HttpClientTest, SendsTheRequestAndReturnsTheAnswer) {
  std::string request;
  serve([&](const std::string& received, std::size_t) {
    request = received;
    return Answer{http_answer("hi", "201 Created")};
  });

  call({.method = "POST", .target = "/a?b=c", .headers = {{"X-Y", "z"}}, .body = "body"});
  run();

  EXPECT_THAT(seen, ElementsAre("201 hi"));
  EXPECT_THAT(request, HasSubstr("POST /a?b=c HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server->port()) + "\r\n"));
  EXPECT_THAT(request, HasSubstr("X-Y: z\r\nContent-Length: 4\r\n\r\nbody"));
}

TEST_F(HttpClientTest, ReusesAConnectionThatIsKeptAlive) {
  serve([](const std::string&, std::size_t connection) { return Answer{http_answer(std::to_string(connection))}; });

  get();
  run();
  get();
  run();

  EXPECT_THAT(seen, ElementsAre("200 0", "200 0"));
}

TEST_F(HttpClientTest, MakesFurtherCallsWaitInOrderWhenAllConnectionsAreBusy) {
  std::vector<std::string> order;
  serve([&](const std::string& received, std::size_t) {
    order.push_back(first_line(received));
    return Answer{http_answer("")};
  });
  options.max_connections = 1;

  get("/1");
  get("/2");
  get("/3");
  EXPECT_EQ(client().waiting(), 2U);
  run();

  EXPECT_EQ(client().open_connections(), 1U);
  EXPECT_THAT(order, ElementsAre("GET /1 HTTP/1.1", "GET /2 HTTP/1.1", "GET /3 HTTP/1.1"));
}

TEST_F(HttpClientTest, OverflowsUnsentWhenTooManyCallsWait) {
  serve([](const std::string&, std::size_t) { return Answer{http_answer("")}; });
  options.max_connections = 1;
  options.max_waiting = 1;

  get();
  get();
  get();
  run();

  EXPECT_THAT(seen, testing::UnorderedElementsAre("overflow unsent", "200 ", "200 "));
}

TEST_F(HttpClientTest, FailsUnsentWhenRefused) {
  serve([](const std::string&, std::size_t) { return Answer{}; });
  server->stop();

  get();
  run();

  EXPECT_THAT(seen, ElementsAre("refused unsent"));
}

TEST_F(HttpClientTest, FailsWhenTheNameIsUnknown) {
  options.host = "no-such-host.invalid";

  get();
  run();

  EXPECT_THAT(seen, ElementsAre("not_found unsent"));
}

TEST_F(HttpClientTest, RetriesAGetOnceWhenTheServerClosesAReusedConnectionUnannounced) {
  int requests = 0;
  serve([&](const std::string&, std::size_t connection) {
    ++requests;
    return connection == 0 && requests == 2 ? Answer{"", true} : Answer{http_answer(std::to_string(connection))};
  });

  get();
  run();
  get();
  run();

  EXPECT_THAT(seen, ElementsAre("200 0", "200 1"));
}

TEST_F(HttpClientTest, LeavesTheOutcomeOfAPostUnknownWhenTheServerClosesUnannounced) {
  int requests = 0;
  serve([&](const std::string&, std::size_t) { return ++requests == 2 ? Answer{"", true} : Answer{http_answer("")}; });

  get();
  run();
  call({.method = "POST", .body = "x"});
  run();

  EXPECT_THAT(seen, ElementsAre("200 ", "closed sent"));
}

TEST_F(HttpClientTest, OpensANewConnectionWhenTheServerClosedAnIdleOne) {
  serve([](const std::string&, std::size_t connection) {
    return Answer{http_answer(std::to_string(connection)), true};  // without `Connection: close`
  });

  get();
  run();
  context.poll();
  call({.method = "POST", .body = "x"});
  run();

  EXPECT_THAT(seen, ElementsAre("200 0", "200 1"));
}

TEST_F(HttpClientTest, TakesAnAnswerThatComesBeforeTheWholeRequestWasRead) {
  serve([](const std::string&, std::size_t) { return Answer{http_answer("big", "413 Too Large"), true}; });

  call({.method = "POST", .body = std::string(20'000'000, 'x')});
  run();

  // The kernel may lose the answer with the reset; what must not happen is a hang or an "unsent".
  EXPECT_THAT(seen, ElementsAre(testing::AnyOf("413 big", "closed sent")));
}

TEST_F(HttpClientTest, TimesOutAfterTheRequestWasSent) {
  serve([](const std::string&, std::size_t) { return Answer{}; });

  call({.timeout = 30ms});
  run();

  EXPECT_THAT(seen, ElementsAre("timeout sent"));
  EXPECT_EQ(client().open_connections(), 0U);
}

TEST_F(HttpClientTest, TimesOutUnsentWhileWaitingForAConnection) {
  serve([](const std::string&, std::size_t) { return Answer{}; });
  options.max_connections = 1;

  call({.timeout = 100ms});
  call({.timeout = 30ms});
  run();

  EXPECT_THAT(seen, ElementsAre("timeout unsent", "timeout sent"));
}

TEST_F(HttpClientTest, FailsWhenTheAnswerIsTooLarge) {
  serve([](const std::string&, std::size_t) { return Answer{http_answer(std::string(1000, 'x'))}; });
  options.max_answer = 999;

  get();
  run();

  EXPECT_THAT(seen, ElementsAre("too_large sent"));
}

TEST_F(HttpClientTest, FailsWhenTheAnswerIsNotHttp) {
  serve([](const std::string&, std::size_t) { return Answer{"what?\r\n\r\n"}; });

  get();
  run();

  EXPECT_THAT(seen, ElementsAre("malformed sent"));
}

TEST_F(HttpClientTest, ReturnsRedirectsInsteadOfFollowingThem) {
  serve([](const std::string&, std::size_t) { return Answer{http_answer("", "302 Found", "Location: /x\r\n")}; });

  get();
  run();

  EXPECT_THAT(seen, ElementsAre("302 "));
  EXPECT_EQ(server->accepted(), 1U);
}

TEST_F(HttpClientTest, TriesEveryAddressOfAName) {
  serve([](const std::string&, std::size_t) { return Answer{http_answer("v4")}; });
  options.host = "localhost";  // ::1 first on most machines, where nobody listens

  get();
  run();

  EXPECT_THAT(seen, ElementsAre("200 v4"));
}

TEST_F(HttpClientTest, BindsTheSourceAddress) {
  serve([](const std::string&, std::size_t) { return Answer{http_answer("")}; });
  options.source_address = "127.0.0.5";

  get();
  run();

  EXPECT_THAT(seen, ElementsAre("200 "));
  EXPECT_EQ(server->remote_address(0), "127.0.0.5");
}

TEST_F(HttpClientTest, FailsUnsentWhenTheSourceAddressIsNotOurs) {
  serve([](const std::string&, std::size_t) { return Answer{http_answer("")}; });
  options.source_address = "192.0.2.1";

  get();
  run();

  EXPECT_THAT(seen, ElementsAre("unavailable unsent"));
}

TEST_F(HttpClientTest, MayBeDestroyedInsideItsCallback) {
  serve([](const std::string&, std::size_t) { return Answer{http_answer("")}; });
  get();
  client().call({}, [&](const auto&) {
    pool.reset();
    seen.emplace_back("destroyed");
  });
  asked_for = 2;

  run();

  EXPECT_EQ(pool, nullptr);
}

TEST_F(HttpClientTest, LetsTheLoopEndWhenDestroyed) {
  serve([](const std::string&, std::size_t) { return Answer{http_answer("")}; });
  get();
  run();

  pool.reset();
  server->stop();

  context.restart();
  context.run();  // returns only if nothing is left waiting
}

}  // namespace
}  // namespace plumbline::client::test
