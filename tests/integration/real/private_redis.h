// A Redis master, its replicas and Sentinels of a test's own: killed, frozen and restarted at will; nothing stays
// behind, whatever dies.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "plumbline/net/child_process.h"

namespace plumbline::real {

// Loopback, free ports that they keep for life, no persistence: a node that was killed comes back empty. All calls
// block, with a bound, and throw std::runtime_error with one sentence when a server does not do what is asked.
class PrivateRedis {
 public:
  struct Options {
    std::size_t nodes{2};  // the first is the master, the others replicate it; each may become the master
    std::size_t sentinels{3};
    std::chrono::milliseconds down_after{1'000};
    std::string password{"secret"};
  };
  PrivateRedis();  // as Options says by default
  explicit PrivateRedis(Options options);
  PrivateRedis(const PrivateRedis&) = delete;
  PrivateRedis& operator=(const PrivateRedis&) = delete;
  ~PrivateRedis();

  [[nodiscard]] static std::string name() { return "plumbline"; }
  [[nodiscard]] const std::string& password() const { return options_.password; }
  [[nodiscard]] std::vector<std::string> sentinels() const;  // host:port each
  [[nodiscard]] std::string address(std::size_t node) const;
  [[nodiscard]] std::size_t master() const;  // the node that most Sentinels name
  // The node that most Sentinels name once it is another than `old` and says itself that it is a master.
  [[nodiscard]] std::size_t master_after(std::size_t old) const;

  // The reply as text, numbers too; the items of an array with blanks between; errors begin with '-'. Empty: no answer
  // within 1 s.
  [[nodiscard]] std::string ask(std::size_t node, const std::vector<std::string>& words) const;
  [[nodiscard]] std::string ask_sentinel(std::size_t sentinel, const std::vector<std::string>& words) const;

  [[nodiscard]] pid_t pid(std::size_t node) const;  // -1 after kill()
  void kill(std::size_t node);
  void start(std::size_t node);  // after kill(); empty, returns when it answers; Sentinel tells it whom to follow
  void freeze(std::size_t node);
  void thaw(std::size_t node);
  void kill_sentinel(std::size_t sentinel);
  void freeze_sentinel(std::size_t sentinel);
  void thaw_sentinel(std::size_t sentinel);

 private:
  struct Server {
    std::filesystem::path home;
    std::uint16_t port{0};
    std::optional<net::ChildProcess> process;
  };

  void start_nodes();
  void start_sentinels();
  void write_sentinel(std::size_t index, const std::vector<std::string>& ids) const;
  void launch(Server& server, const std::vector<std::string>& words, const std::string& password);
  static void stop(Server& server);
  static void send_signal(Server& server, int signal);

  Options options_;
  std::filesystem::path home_;
  std::vector<Server> nodes_;
  std::vector<Server> sentinels_;
};

}  // namespace plumbline::real
