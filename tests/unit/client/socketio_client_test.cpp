// The Socket.IO client against scripted bytes that no decent server sends.
#include "plumbline/client/socketio_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "plumbline/websocket/codec.h"
#include "scripted_server.h"

namespace plumbline::client::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

struct RecordingListener final : ClientListener {
  void on_connect(std::string_view sid) override { note("connect " + std::string(sid)); }
  void on_connect_error(std::string_view json) override { note("refused " + std::string(json)); }
  void on_event(std::string_view data, const socketio::Packet&, Time) override { note("event " + std::string(data)); }
  void on_ack(std::uint64_t id, std::string_view array, Time) override {
    note("ack " + std::to_string(id) + std::string(array));
  }
  void on_disconnect(const Error& why) override { note("disconnect " + std::string(to_string(why.code))); }
  void note(std::string line) {
    seen.push_back(std::move(line));
    if (then) {
      then(seen.back());
    }
  }
  std::vector<std::string> seen;
  std::function<void(const std::string&)> then;
};

std::string key_of(const std::string& request) {
  const std::string name = "Sec-WebSocket-Key: ";
  const std::size_t at = request.find(name) + name.size();
  return request.substr(at, request.find("\r\n", at) - at);
}

std::string switching(const std::string& request) {
  return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: upgrade\r\nSec-WebSocket-Accept: " +
         websocket::accept_key(key_of(request)) + "\r\n\r\n";
}

std::string frame(std::string_view text) {
  std::string out;
  websocket::append_frame(out, websocket::Role::server, websocket::Opcode::text, text);
  return out;
}

const std::string kOpen = R"(0{"sid":"e","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000})";
const std::string kJoined = R"(40{"sid":"s"})";

class SocketIoClientTest : public ::testing::Test {
 protected:
  void serve(ScriptedServer::Script script, Transports transports = Transports::websocket) {
    server = std::make_unique<ScriptedServer>(context, std::move(script));
    ConnectOptions options;
    options.endpoint = {.host = "127.0.0.1", .port = server->port()};
    options.transports = transports;
    options.query = "dialect=x";
    options.timeout = timeout;
    client->connect(options);
  }
  // What a WebSocket server says after the handshake, all at once.
  void serve_frames(std::string frames) {
    serve([frames](const std::string& received, std::size_t) {
      return received.starts_with("GET") ? Answer{switching(received) + frames} : Answer{};
    });
  }
  void run_until(const std::string& prefix) {
    const auto there = [&] {
      return std::any_of(listener.seen.begin(), listener.seen.end(),
                         [&](const std::string& line) { return line.starts_with(prefix); });
    };
    while (!there() && context.run_one_for(5s) != 0) {
    }
  }

  boost::asio::io_context context;
  RecordingListener listener;
  std::unique_ptr<ScriptedServer> server;
  std::unique_ptr<SocketIoClient> client{std::make_unique<SocketIoClient>(context, listener)};
  Duration timeout{5s};
};

TEST_F(SocketIoClientTest, ReadsFramesThatComeInTheSameSegmentAsTheHandshake) {
  serve_frames(frame(kOpen) + frame(kJoined) + frame(R"(42["a",1])"));

  run_until("event");

  EXPECT_THAT(listener.seen, ElementsAre("connect s", R"(event ["a",1])"));
}

TEST_F(SocketIoClientTest, AsksForTheTransportWithItsQuery) {
  std::string request;
  serve([&](const std::string& received, std::size_t) {
    request = received;
    return Answer{"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"};
  });

  run_until("disconnect");

  EXPECT_THAT(request, HasSubstr("GET /socket.io/?EIO=4&dialect=x&transport=websocket HTTP/1.1\r\n"));
}

struct Refusal {
  const char* name;
  const char* answer;
  const char* outcome;
};

class WebSocketRefused : public SocketIoClientTest, public ::testing::WithParamInterface<Refusal> {};

TEST_P(WebSocketRefused, FailsTheConnect) {
  serve([](const std::string&, std::size_t) { return Answer{GetParam().answer, true}; });

  run_until("disconnect");

  EXPECT_THAT(listener.seen, ElementsAre(std::string("disconnect ") + GetParam().outcome));
}

INSTANTIATE_TEST_SUITE_P(
    Answers, WebSocketRefused,
    ::testing::Values(
        Refusal{"Redirect", "HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n", "refused"},
        Refusal{"BadRequestWithBody", "HTTP/1.1 400 Bad Request\r\nContent-Length: 3\r\n\r\n{1}", "refused"},
        Refusal{"BodyWithoutLength", "HTTP/1.1 403 Forbidden\r\n\r\ngo away", "forbidden"},
        Refusal{"ServerError", "HTTP/1.1 503 Unavailable\r\nContent-Length: 0\r\n\r\n", "unavailable"},
        Refusal{"NotSwitching", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "malformed"},
        Refusal{"WrongAccept",
                "HTTP/1.1 101 S\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: no\r\n\r\n",
                "malformed"},
        Refusal{"NotHttp", "hello\r\n\r\n", "malformed"}, Refusal{"Nothing", "", "closed"}),
    [](const auto& test) { return test.param.name; });

TEST_F(SocketIoClientTest, FailsWhenTheServerMasksItsFrames) {
  std::string masked;
  websocket::append_frame(masked, websocket::Role::client, websocket::Opcode::text, kOpen, 1);
  serve_frames(masked);

  run_until("disconnect");

  EXPECT_THAT(listener.seen, ElementsAre("disconnect malformed"));
}

TEST_F(SocketIoClientTest, EndsWhenTheServerSendsACloseFrame) {
  std::string close;
  websocket::append_close(close, websocket::Role::server, websocket::CloseCode::going_away);
  serve_frames(frame(kOpen) + frame(kJoined) + close);

  run_until("disconnect");

  EXPECT_THAT(listener.seen, ElementsAre("connect s", "disconnect closed"));
}

TEST_F(SocketIoClientTest, GivesUpWhenTheServerNeverAnswers) {
  timeout = 50ms;
  serve([](const std::string&, std::size_t) { return Answer{}; });

  run_until("disconnect");

  EXPECT_THAT(listener.seen, ElementsAre("disconnect timeout"));
}

TEST_F(SocketIoClientTest, IsRefusedWhenNobodyListens) {
  boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, ScriptedServer::Executor> unused(
      context, {boost::asio::ip::address_v4::loopback(), 0});
  ConnectOptions options;
  options.endpoint = {.host = "127.0.0.1", .port = unused.local_endpoint().port()};
  unused.close();

  client->connect(options);
  EXPECT_THAT(listener.seen, ElementsAre());
  run_until("disconnect");

  EXPECT_THAT(listener.seen, ElementsAre("disconnect refused"));
}

TEST_F(SocketIoClientTest, SendsNothingAndReportsNothingAfterClose) {
  listener.then = [&](const std::string& line) {
    if (line.starts_with("connect")) {
      client->close();
    }
  };
  serve_frames(frame(kOpen) + frame(kJoined) + frame(R"(42["late"])"));

  run_until("connect");

  EXPECT_FALSE(client->emit(R"(["x"])"));
  EXPECT_THAT(listener.seen, ElementsAre("connect s"));
}

TEST_F(SocketIoClientTest, MayBeDestroyedInsideItsCallback) {
  listener.then = [&](const std::string&) {
    client.reset();
  };
  serve_frames(frame(kOpen) + frame(kJoined) + frame(R"(42["late"])"));

  run_until("connect");

  EXPECT_THAT(listener.seen, ElementsAre("connect s"));
}

TEST_F(SocketIoClientTest, MayConnectAgainInsideOnDisconnect) {
  listener.then = [&](const std::string& line) {
    if (line.starts_with("disconnect") && server->accepted() == 1) {
      ConnectOptions options;
      options.endpoint = {.host = "127.0.0.1", .port = server->port()};
      client->connect(options);
    }
  };
  serve([](const std::string& received, std::size_t connection) {
    return received.starts_with("GET") ? Answer{switching(received) + frame(kOpen) + frame(kJoined), connection == 0}
                                       : Answer{};
  });

  run_until("disconnect");
  listener.seen.clear();
  run_until("connect");

  EXPECT_TRUE(client->connected());
}

TEST_F(SocketIoClientTest, SendsAllPacketsOfOneTurnTogether) {
  std::vector<std::size_t> reads;
  listener.then = [&](const std::string& line) {
    if (line.starts_with("connect")) {
      for (int i = 0; i < 10; ++i) {
        client->emit(R"(["x"])");
      }
    }
  };
  serve([&](const std::string& received, std::size_t) {
    if (received.starts_with("GET")) {
      return Answer{switching(received) + frame(kOpen) + frame(kJoined)};
    }
    reads.push_back(received.size());
    return Answer{frame(R"(42["got"])")};
  });

  run_until("event");

  // CONNECT and the ten events were queued in one turn: 2 + 4 + 2 bytes, and 10 times 2 + 4 + 7.
  EXPECT_THAT(reads, ElementsAre(8U + 10U * 13U));
}

// A polling server: handshake, then answers by method; `probe` answers WebSocket requests.
ScriptedServer::Script polling_server(std::string first_poll, std::string post_answer, std::string probe) {
  auto polls = std::make_shared<int>(0);
  return [=](const std::string& received, std::size_t) {
    if (received.find("transport=websocket") != std::string::npos) {
      return Answer{probe, true};
    }
    if (received.starts_with("POST")) {
      return Answer{post_answer};
    }
    if (received.find("sid=") == std::string::npos) {
      return Answer{http_answer(kOpen)};
    }
    return ++*polls == 1 ? Answer{first_poll} : Answer{};
  };
}

TEST_F(SocketIoClientTest, PollsOnWhenTheUpgradeIsRefused) {
  serve(polling_server(http_answer(kJoined + "\x1e" + R"(42["a"])"), http_answer("ok"),
                       "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"),
        Transports::upgrade);

  run_until("event");

  EXPECT_THAT(listener.seen, ElementsAre("connect s", R"(event ["a"])"));
  EXPECT_TRUE(client->connected());
}

TEST_F(SocketIoClientTest, KeepsPollingWhenTheServerClosesEachConnectionUnannounced) {
  auto script = polling_server(http_answer(kJoined + "\x1e" + R"(42["a"])"), http_answer("ok"), "");
  serve(
      [script](const std::string& received, std::size_t connection) {
        Answer answer = script(received, connection);
        answer.then_close = !answer.bytes.empty();
        return answer;
      },
      Transports::polling);

  run_until("event");

  EXPECT_THAT(listener.seen, ElementsAre("connect s", R"(event ["a"])"));
}

struct BadPoll {
  const char* name;
  std::string answer;
  const char* outcome;
};

class PollFails : public SocketIoClientTest, public ::testing::WithParamInterface<BadPoll> {};

TEST_P(PollFails, EndsTheSession) {
  serve(polling_server(GetParam().answer, http_answer("ok"), ""), Transports::polling);

  run_until("disconnect");

  EXPECT_THAT(listener.seen, ElementsAre(std::string("disconnect ") + GetParam().outcome));
}

INSTANTIATE_TEST_SUITE_P(Answers, PollFails,
                         ::testing::Values(BadPoll{"SessionGone", http_answer("{}", "400 Bad Request"), "refused"},
                                           BadPoll{"Redirect", http_answer("", "301 Moved"), "refused"},
                                           BadPoll{"ServerError", http_answer("", "502 Bad Gateway"), "unavailable"},
                                           BadPoll{"EmptyBody", http_answer(""), "malformed"},
                                           BadPoll{"BadPacket", http_answer("9"), "malformed"},
                                           BadPoll{"ServerCloses", http_answer("1"), "closed"},
                                           BadPoll{"NotHttp", "oops\r\n\r\n", "malformed"}),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace plumbline::client::test
