#include "chat_world.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <cstdio>
#include <fstream>
#include <thread>

#include "auth/key_pair.h"
#include "auth/token.h"
#include "plumbline/base/ids.h"

namespace plumbline::serve {
namespace {

const KeyPair& test_keys() {
  static const KeyPair keys = generate_key_pair();
  return keys;
}

// Gone with the process.
struct KeyFile {
  KeyFile() { std::ofstream(path) << test_keys().private_pem; }
  ~KeyFile() { std::remove(path.c_str()); }
  KeyFile(const KeyFile&) = delete;
  KeyFile& operator=(const KeyFile&) = delete;

  Rng rng{entropy_seed()};
  std::string path{testing::TempDir() + "chat_test_key_" + uuid_v4(rng) + ".pem"};
};

}  // namespace

const std::string& test_private_pem() {
  return test_keys().private_pem;
}
const std::string& test_public_pem() {
  return test_keys().public_pem;
}

const std::string& test_key_file() {
  static const KeyFile file;
  return file.path;
}

void RecordingSocket::emit(socketio::FramePtr frame) {
  if (!open) {
    return;
  }
  const std::string_view packet = frame->text().substr(2);  // `42`
  const boost::json::value parsed = boost::json::parse({packet.data(), packet.size()});
  const boost::json::array& array = parsed.as_array();
  told.push_back({std::string{array.at(0).as_string()}, array.at(1).as_object()});
}

std::vector<boost::json::object> RecordingSocket::all(std::string_view event) const {
  std::vector<boost::json::object> found;
  for (const Told& one : told) {
    if (one.event == event) {
      found.push_back(one.payload);
    }
  }
  return found;
}

std::vector<std::string> RecordingSocket::events() const {
  std::vector<std::string> names;
  for (const Told& one : told) {
    names.push_back(one.event);
  }
  return names;
}

std::vector<std::int64_t> RecordingSocket::sequences() const {
  std::vector<std::int64_t> found;
  for (const boost::json::object& message : all("newMessage")) {
    found.push_back(message.at("sequenceId").as_int64());
  }
  return found;
}

ChatWorld::ChatWorld(std::size_t shard_count, Limits limits) : pool(shard_count) {
  ChatOptions options;
  options.jwt_key_file = test_key_file();
  options.rate_limits = limits == Limits::on;
  factory = make_chat_factory(pool, options, clock);
  for (std::size_t shard = 0; shard < shard_count; ++shard) {
    shards.push_back(factory->make(shard));
  }
}

ChatWorld::~ChatWorld() {
  pump();
}

Person ChatWorld::person(const std::string& name) {
  const Uuid id = Uuid::random(rng_);
  const Identity identity{id, Uuid{}, 0, name};
  return {id, sign_access_token(identity, Uuid::random(rng_), clock.wall_now(), test_private_pem()).value()};
}

Person ChatWorld::known(const std::string& name) {
  Person one = person(name);
  EXPECT_EQ(get(one, "/messages/unread-count").status, 200U);
  return one;
}

void ChatWorld::pump() {
  for (bool busy = true; busy;) {
    busy = false;
    for (std::size_t shard = 0; shard < pool.size(); ++shard) {
      while (step(shard)) {
        busy = true;
      }
    }
  }
}

bool ChatWorld::step(std::size_t shard) {
  pool.context(shard).restart();
  return pool.context(shard).poll_one() > 0;
}

void ChatWorld::tick_for(Duration time) {
  constexpr std::chrono::milliseconds kTick{100};
  for (Duration passed{0}; passed < time; passed += kTick) {
    clock.advance(kTick);
    for (const auto& shard : shards) {
      shard->on_tick(clock.now());
    }
    pump();
  }
}

std::shared_ptr<std::optional<Answer>> ChatWorld::start(std::size_t shard, net::HttpRequest request) {
  auto answer = std::make_shared<std::optional<Answer>>();
  shards[shard]->on_request(std::move(request), [answer](net::HttpResponse response) {
    EXPECT_FALSE(answer->has_value()) << "answered twice";
    Answer got;
    got.status = response.status;
    got.body = boost::json::parse(response.body);
    got.headers = std::move(response.headers);
    *answer = std::move(got);
  });
  return answer;
}

Answer ChatWorld::request(net::HttpRequest request) {
  const auto answer = start(next_shard_++ % pool.size(), std::move(request));
  for (const Time end = steady_now() + std::chrono::seconds{60}; !answer->has_value() && steady_now() < end;) {
    pump();
    std::this_thread::yield();
  }
  pump();  // what the answer did not wait for
  if (!answer->has_value()) {
    ADD_FAILURE() << "no answer";
    return {};
  }
  return **answer;
}

Answer ChatWorld::get(const Person& who, const std::string& path_and_query) {
  return request(make_request("GET", path_and_query, who.token));
}

Answer ChatWorld::post(const Person& who, const std::string& path, const std::string& body, net::Headers more) {
  net::HttpRequest request_text = make_request("POST", path, who.token, body);
  request_text.headers.insert(request_text.headers.end(), more.begin(), more.end());
  return request(std::move(request_text));
}

Answer ChatWorld::send(const Person& from, const Person& to, const std::string& text) {
  return post(from, "/messages/send", R"({"receiverId":)" + quoted_id(to) + R"(,"message":")" + text + R"("})");
}

std::shared_ptr<Attempt> ChatWorld::start_connect(std::size_t shard, const std::string& auth_json,
                                                  net::Headers headers) {
  auto attempt = std::make_shared<Attempt>();
  attempt->socket = std::make_shared<RecordingSocket>("sid" + std::to_string(next_sid_++));
  net::HttpRequest handshake;
  handshake.headers = std::move(headers);
  shards[shard]->on_connect(attempt->socket, {"/", auth_json, &handshake},
                            [this, shard, attempt](std::optional<ConnectRefusal> refusal) {
                              attempt->refusal = std::move(refusal);
                              if (!attempt->refusal) {
                                shards[shard]->on_connected(attempt->socket);
                              }
                            });
  return attempt;
}

Attempt ChatWorld::try_connect(std::size_t shard, const std::string& auth_json, net::Headers headers) {
  const auto attempt = start_connect(shard, auth_json, std::move(headers));
  pump();
  return *attempt;
}

std::shared_ptr<RecordingSocket> ChatWorld::connect(const Person& who, std::size_t shard) {
  const Attempt attempt = try_connect(shard % pool.size(), R"({"token":")" + who.token + R"("})");
  EXPECT_FALSE(attempt.refusal.has_value());
  return attempt.socket;
}

void ChatWorld::disconnect(std::size_t shard, std::shared_ptr<RecordingSocket>& socket) {
  socket->open = false;
  shards[shard % pool.size()]->on_disconnect(socket, "transport close");
  socket.reset();
}

void ChatWorld::event(std::size_t shard, const std::shared_ptr<RecordingSocket>& socket, std::string_view name,
                      std::string_view args) {
  const std::vector<std::string> attachments;
  shards[shard % pool.size()]->on_event(socket, {name, args, std::nullopt, &attachments});
  pump();
}

net::HttpRequest make_request(std::string method, const std::string& path_and_query, const std::string& token,
                              std::string body) {
  net::HttpRequest request;
  request.method = std::move(method);
  const std::size_t mark = path_and_query.find('?');
  request.path = path_and_query.substr(0, mark);
  request.query = mark == std::string::npos ? "" : path_and_query.substr(mark + 1);
  if (!token.empty()) {
    request.headers.emplace_back("authorization", "Bearer " + token);
  }
  if (!body.empty()) {
    request.headers.emplace_back("content-type", "application/json");
  }
  request.body = std::move(body);
  return request;
}

std::string conversation_of(const Person& a, const Person& b) {
  return ConversationKey::pair(a.id, b.id).text();
}

std::string quoted_id(const Person& who) {
  return '"' + who.id.text() + '"';
}

}  // namespace plumbline::serve
