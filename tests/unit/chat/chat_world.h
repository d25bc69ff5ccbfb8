// The whole chat core on shards that only run when pumped, with sockets that record what they are told.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/chat_application.h"
#include "plumbline/base/clock.h"
#include "plumbline/net/shard_pool.h"
#include "service/uuid.h"

namespace plumbline::serve {

class RecordingSocket final : public Socket {
 public:
  struct Told {
    std::string event;
    boost::json::object payload;
  };
  explicit RecordingSocket(std::string sid) : sid_(std::move(sid)) {}

  [[nodiscard]] const std::string& id() const override { return sid_; }
  [[nodiscard]] const std::string& nsp() const override { return nsp_; }
  [[nodiscard]] bool connected() const override { return open; }
  [[nodiscard]] std::size_t buffered_bytes() const override { return buffered; }
  void emit(socketio::FramePtr frame) override;
  void disconnect() override { open = false; }
  void disconnect_transport() override { open = false; }

  [[nodiscard]] std::vector<boost::json::object> all(std::string_view event) const;
  [[nodiscard]] std::vector<std::string> events() const;
  [[nodiscard]] std::vector<std::int64_t> sequences() const;  // of newMessage

  std::vector<Told> told;
  std::size_t buffered{0};  // what the client has not taken yet
  bool open{true};

 private:
  std::string sid_;
  std::string nsp_{"/"};
};

struct Person {
  Uuid id;
  std::string token;
};

struct Answer {
  unsigned status{0};
  boost::json::value body;
  net::Headers headers;

  [[nodiscard]] const boost::json::object& json() const { return body.as_object(); }
  [[nodiscard]] std::string_view header(std::string_view name) const { return net::find_header(headers, name); }
  [[nodiscard]] std::string code() const { return std::string{json().at("code").as_string()}; }
};

struct Attempt {
  std::shared_ptr<RecordingSocket> socket;
  std::optional<ConnectRefusal> refusal;
};

// Signs for the key that every world uses.
[[nodiscard]] const std::string& test_key_file();
[[nodiscard]] const std::string& test_private_pem();
[[nodiscard]] const std::string& test_public_pem();

class ChatWorld {
 public:
  enum class Limits { off, on };
  explicit ChatWorld(std::size_t shards = 2, Limits limits = Limits::off);
  ~ChatWorld();

  // A user known by a token only; the core learns of them at their first request.
  [[nodiscard]] Person person(const std::string& name);
  // The same, and the core already knows them.
  [[nodiscard]] Person known(const std::string& name);

  // Runs all shards until none has anything to do.
  void pump();
  // One task of one shard.
  bool step(std::size_t shard);
  void tick_for(Duration time);  // 100 ms steps with on_tick on every shard

  // Starts a request; the answer stays empty until it came.
  std::shared_ptr<std::optional<Answer>> start(std::size_t shard, net::HttpRequest request);
  // Requests and pumps; also waits for the blocking pool.
  Answer request(net::HttpRequest request);
  Answer get(const Person& who, const std::string& path_and_query);
  Answer post(const Person& who, const std::string& path, const std::string& body, net::Headers more = {});
  Answer send(const Person& from, const Person& to, const std::string& text);

  // Begins to connect; pump to finish.
  std::shared_ptr<Attempt> start_connect(std::size_t shard, const std::string& auth_json, net::Headers headers = {});
  Attempt try_connect(std::size_t shard, const std::string& auth_json, net::Headers headers = {});
  std::shared_ptr<RecordingSocket> connect(const Person& who, std::size_t shard = 0);
  void disconnect(std::size_t shard, std::shared_ptr<RecordingSocket>& socket);
  void event(std::size_t shard, const std::shared_ptr<RecordingSocket>& socket, std::string_view name,
             std::string_view args);

  ManualClock clock;
  net::ShardPool pool;
  std::unique_ptr<ApplicationFactory> factory;
  std::vector<std::unique_ptr<Application>> shards;

 private:
  std::size_t next_shard_{0};
  int next_sid_{0};
  Rng rng_{7};
};

[[nodiscard]] net::HttpRequest make_request(std::string method, const std::string& path_and_query,
                                            const std::string& token = {}, std::string body = {});
[[nodiscard]] std::string conversation_of(const Person& a, const Person& b);
[[nodiscard]] std::string quoted_id(const Person& who);

}  // namespace plumbline::serve
