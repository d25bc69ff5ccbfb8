// RedisSession over Sentinel: finds the master, logs in, checks its role, and does it again whenever the connection
// ends (failover.md a.3, d.8). Stage: backplane.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "backplane/redis/back_off.h"
#include "backplane/redis/redis_link.h"
#include "backplane/redis/redis_session.h"
#include "backplane/redis/sentinels.h"
#include "gateway/application.h"

namespace plumbline::serve {

struct RedisCounters {
  std::uint64_t commands{0};     // sent
  std::uint64_t refused{0};      // not sent: not connected, or the queue was full
  std::uint64_t unknown{0};      // sent, and the connection ended before the answer
  std::uint64_t connects{0};     // connections that became usable
  std::uint64_t disconnects{0};  // of those, ended other than by stop()
  std::uint64_t failed{0};       // attempts that led to no usable connection
};

// One per shard; everything on the thread of its io_context. `sentinels` outlives it.
class RedisClient final : public RedisSession {
 public:
  RedisClient(boost::asio::io_context& io, Sentinels& sentinels, const RedisOptions& options);
  ~RedisClient() override;
  RedisClient(const RedisClient&) = delete;
  RedisClient& operator=(const RedisClient&) = delete;

  void start();  // begins to look for the master; callable before the thread runs
  void stop();   // ends the connection and answers nobody any more; start() begins anew

  // Looks for the master anew: somebody knows that another one counts. `reason` is a string literal.
  void leave_master(const char* reason) { lost({Errc::closed, reason}); }

  void command(std::vector<std::string> words, Done<RedisReply> done) override;
  void eval(const char* script, std::vector<std::string> keys, std::vector<std::string> args,
            Done<RedisReply> done) override;
  [[nodiscard]] const RedisIncarnation* incarnation() const override { return incarnation_ ? &*incarnation_ : nullptr; }

  // One sentence why there is no usable connection, with the remedy where one is known; empty while there is one.
  [[nodiscard]] const std::string& problem() const { return problem_; }
  [[nodiscard]] const RedisCounters& counters() const { return counters_; }
  [[nodiscard]] std::vector<Metric> metrics() const;

 private:
  struct Greeting;

  void find_master();
  void connect(const RedisAddress& master, std::int64_t config_epoch);
  void greet(const std::shared_ptr<Greeting>& greeting);
  void welcome(const Greeting& greeting);
  void give_up(std::string reason);
  void lost(const Error& error);
  void retry();
  void send(const std::vector<std::string>& words, Done<RedisReply> done);
  void send_script(const char* script, std::vector<std::string> tail, Done<RedisReply> done);
  void watch_master();
  void looked(const std::string& replication);
  void confirm_epoch();

  boost::asio::io_context& io_;
  Sentinels& sentinels_;
  RedisOptions options_;
  IoTimer pause_;
  IoTimer watch_;
  std::shared_ptr<RedisLink> link_;  // usable only while incarnation_ is set
  std::optional<RedisIncarnation> incarnation_;
  std::string problem_{"not connected to Redis yet"};
  RedisCounters counters_;
  Time ready_at_{};
  BackOff back_off_;
  std::unordered_map<const char*, std::string> digests_;
  std::unordered_set<const char*> loaded_;  // scripts that this connection sent in full
  std::shared_ptr<bool> running_;           // replaced at each start; callbacks of an earlier life find it expired
};

}  // namespace plumbline::serve
