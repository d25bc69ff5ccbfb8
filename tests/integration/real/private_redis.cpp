#include "integration/real/private_redis.h"

#include <hiredis/hiredis.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>

#include "integration/real/scratch.h"
#include "plumbline/base/random.h"
#include "plumbline/net/loopback_port.h"

namespace plumbline::real {
namespace {

constexpr const char* kLoopback = "127.0.0.1";
constexpr std::chrono::seconds kReady{30};  // generous: machines that run tests are busy
constexpr std::chrono::seconds kFailover{60};

// Below the range that the kernel takes ports of outgoing connections from.
std::uint16_t redis_port() {
  static Rng rng(entropy_seed());
  for (int attempt = 0; attempt < 200; ++attempt) {
    const auto port = static_cast<std::uint16_t>(20'000 + rng.below(12'000));
    if (net::is_free(port)) {
      return port;
    }
  }
  throw std::runtime_error("no free port for Redis");
}

void wait_until(const std::string& what, std::chrono::seconds within, const std::function<bool()>& reached) {
  const Time deadline = steady_now() + within;
  while (!reached()) {
    if (steady_now() > deadline) {
      throw std::runtime_error("Redis of the test: " + what + " did not happen in time");
    }
    ::poll(nullptr, 0, 20);
  }
}

std::string text_of(const redisReply& reply) {
  switch (reply.type) {
    case REDIS_REPLY_INTEGER:
      return std::to_string(reply.integer);
    case REDIS_REPLY_ERROR:
      return '-' + std::string{reply.str, reply.len};
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS:
      return {reply.str, reply.len};
    case REDIS_REPLY_ARRAY: {
      std::string all;
      for (std::size_t i = 0; i < reply.elements; ++i) {
        all += (i == 0 ? "" : " ") + text_of(*reply.element[i]);
      }
      return all;
    }
    default:
      return {};
  }
}

std::string ask_port(std::uint16_t port, const std::string& password, const std::vector<std::string>& words) {
  const timeval bound{1, 0};
  const std::unique_ptr<redisContext, void (*)(redisContext*)> context(redisConnectWithTimeout(kLoopback, port, bound),
                                                                       redisFree);
  if (!context || context->err != 0) {
    return {};
  }
  redisSetTimeout(context.get(), bound);
  const auto run = [&context](const std::vector<std::string>& command) {
    std::vector<const char*> texts;
    std::vector<std::size_t> sizes;
    for (const std::string& word : command) {
      texts.push_back(word.data());
      sizes.push_back(word.size());
    }
    const std::unique_ptr<redisReply, void (*)(void*)> reply(
        static_cast<redisReply*>(
            redisCommandArgv(context.get(), static_cast<int>(command.size()), texts.data(), sizes.data())),
        freeReplyObject);
    return reply ? text_of(*reply) : std::string{};
  };
  if (!password.empty()) {
    static_cast<void>(run({"AUTH", password}));
  }
  return run(words);
}

}  // namespace

PrivateRedis::PrivateRedis() : PrivateRedis(Options{}) {}

PrivateRedis::PrivateRedis(Options options) : options_(std::move(options)) {
  static std::atomic<int> made{0};
  home_ = scratch() / ("redis-" + std::to_string(++made));
  std::filesystem::create_directories(home_);
  nodes_.resize(options_.nodes);
  sentinels_.resize(options_.sentinels);
  start_nodes();
  start_sentinels();
}

PrivateRedis::~PrivateRedis() {
  for (auto* servers : {&sentinels_, &nodes_}) {
    for (Server& server : *servers) {
      stop(server);
    }
  }
  std::error_code ignored;
  std::filesystem::remove_all(home_, ignored);
}

void PrivateRedis::start_nodes() {
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    nodes_[i].home = home_ / ("node-" + std::to_string(i));
    std::filesystem::create_directories(nodes_[i].home);
    start(i);
  }
  for (std::size_t i = 1; i < nodes_.size(); ++i) {
    static_cast<void>(ask(i, {"REPLICAOF", kLoopback, std::to_string(nodes_[0].port)}));
    wait_until("replication", kReady, [this, i] {
      return ask(i, {"INFO", "replication"}).find("master_link_status:up") != std::string::npos;
    });
  }
}

void PrivateRedis::start(std::size_t node) {
  std::vector<std::string> words{
      "--save", "", "--appendonly", "no", "--repl-diskless-sync-delay", "0", "--repl-backlog-size", "1mb"};
  if (!options_.password.empty()) {
    for (const char* option : {"--requirepass", "--masterauth"}) {
      words.emplace_back(option);
      words.push_back(options_.password);
    }
  }
  launch(nodes_[node], words, options_.password);
}

// A port that somebody took between our look and the start is given up for another; one that was in use before stays.
void PrivateRedis::launch(Server& server, const std::vector<std::string>& words, const std::string& password) {
  const bool keep_port = server.port != 0;
  for (int attempt = 0; attempt < 10; ++attempt) {
    if (!keep_port) {
      server.port = redis_port();
    }
    std::vector<std::string> command{"/usr/bin/redis-server"};
    const auto config = server.home / "sentinel.conf";
    if (std::filesystem::exists(config)) {
      command.push_back(config.string());
    }
    for (const std::string& word :
         {std::string{"--port"}, std::to_string(server.port), std::string{"--bind"}, std::string{kLoopback},
          std::string{"--dir"}, server.home.string(), std::string{"--logfile"}, (server.home / "log").string()}) {
      command.push_back(word);
    }
    command.insert(command.end(), words.begin(), words.end());
    auto started = net::ChildProcess::start({command, (server.home / "errors").string()});
    if (started.has_error()) {
      throw std::runtime_error("Redis of the test: " + started.error());
    }
    server.process = std::move(*started);
    const std::string mine = "process_id:" + std::to_string(server.process->pid()) + "\r\n";
    wait_until("the start", kReady, [&server, &password, &mine] {
      return !server.process->running() ||
             ask_port(server.port, password, {"INFO", "server"}).find(mine) != std::string::npos;
    });
    if (server.process->running()) {
      return;
    }
  }
  throw std::runtime_error("Redis of the test does not start, see " + (server.home / "log").string());
}

void PrivateRedis::start_sentinels() {
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < sentinels_.size(); ++i) {
    sentinels_[i].home = home_ / ("sentinel-" + std::to_string(i));
    sentinels_[i].port = redis_port();
    std::filesystem::create_directories(sentinels_[i].home);
    std::string id(40, 'a');
    id.back() = static_cast<char>('0' + i);
    ids.push_back(id);
  }
  for (std::size_t i = 0; i < sentinels_.size(); ++i) {
    write_sentinel(i, ids);
    launch(sentinels_[i], {"--sentinel"}, "");
    // A process that got no processor time for 2 s would sit in TILT for 30 s; INFO each 10 s makes tests wait as long.
    static_cast<void>(ask_sentinel(i, {"SENTINEL", "DEBUG", "tilt-trigger", "60000", "info-period", "1000"}));
  }
  for (std::size_t i = 0; i < sentinels_.size(); ++i) {
    wait_until("quorum", kReady, [this, i] {
      return ask_sentinel(i, {"SENTINEL", "CKQUORUM", name()}).starts_with("OK " + std::to_string(sentinels_.size()));
    });
    wait_until("a usable replica", kReady, [this, i] {
      const std::string replicas = ask_sentinel(i, {"SENTINEL", "REPLICAS", name()});
      return nodes_.size() == 1 || replicas.find("master-link-status ok") != std::string::npos;
    });
  }
}

// They know each other from the start: to find each other by themselves takes them two to three seconds.
void PrivateRedis::write_sentinel(std::size_t index, const std::vector<std::string>& ids) const {
  std::ofstream file(sentinels_[index].home / "sentinel.conf");
  file << "sentinel myid " << ids[index] << "\nsentinel monitor " << name() << ' ' << kLoopback << ' ' << nodes_[0].port
       << ' ' << sentinels_.size() / 2 + 1 << "\nsentinel down-after-milliseconds " << name() << ' '
       << options_.down_after.count() << "\nsentinel failover-timeout " << name() << " 4000\n";
  if (!options_.password.empty()) {
    file << "sentinel auth-pass " << name() << ' ' << options_.password << '\n';
  }
  for (std::size_t i = 1; i < nodes_.size(); ++i) {
    file << "sentinel known-replica " << name() << ' ' << kLoopback << ' ' << nodes_[i].port << '\n';
  }
  for (std::size_t i = 0; i < sentinels_.size(); ++i) {
    if (i != index) {
      file << "sentinel known-sentinel " << name() << ' ' << kLoopback << ' ' << sentinels_[i].port << ' ' << ids[i]
           << '\n';
    }
  }
}

std::vector<std::string> PrivateRedis::sentinels() const {
  std::vector<std::string> all;
  all.reserve(sentinels_.size());
  for (const Server& one : sentinels_) {
    all.push_back(std::string{kLoopback} + ':' + std::to_string(one.port));
  }
  return all;
}

std::string PrivateRedis::address(std::size_t node) const {
  return std::string{kLoopback} + ':' + std::to_string(nodes_[node].port);
}

std::size_t PrivateRedis::master() const {
  std::map<std::string, std::size_t> votes;
  for (std::size_t i = 0; i < sentinels_.size(); ++i) {
    const std::string said = ask_sentinel(i, {"SENTINEL", "GET-MASTER-ADDR-BY-NAME", name()});
    for (std::size_t node = 0; node < nodes_.size(); ++node) {
      if (said == std::string{kLoopback} + ' ' + std::to_string(nodes_[node].port) &&
          2 * ++votes[said] > sentinels_.size()) {
        return node;
      }
    }
  }
  return nodes_.size();
}

std::size_t PrivateRedis::master_after(std::size_t old) const {
  std::size_t found = nodes_.size();
  wait_until("the switch to another master", kFailover, [this, old, &found] {
    found = master();
    return found < nodes_.size() && found != old && ask(found, {"ROLE"}).starts_with("master");
  });
  return found;
}

std::string PrivateRedis::ask(std::size_t node, const std::vector<std::string>& words) const {
  return ask_port(nodes_[node].port, options_.password, words);
}

pid_t PrivateRedis::pid(std::size_t node) const {
  return nodes_[node].process ? nodes_[node].process->pid() : -1;
}

std::string PrivateRedis::ask_sentinel(std::size_t sentinel, const std::vector<std::string>& words) const {
  return ask_port(sentinels_[sentinel].port, "", words);
}

void PrivateRedis::stop(Server& server) {
  if (server.process) {
    send_signal(server, SIGKILL);
    static_cast<void>(server.process->stop(std::chrono::seconds{5}));
    server.process.reset();
  }
}

void PrivateRedis::send_signal(Server& server, int signal) {
  if (!server.process) {
    return;
  }
  net::ChildProcess& process = *server.process;
  if (process.running()) {
    ::kill(process.pid(), signal);
  }
}

void PrivateRedis::kill(std::size_t node) {
  stop(nodes_[node]);
}
void PrivateRedis::freeze(std::size_t node) {
  send_signal(nodes_[node], SIGSTOP);
}
void PrivateRedis::thaw(std::size_t node) {
  send_signal(nodes_[node], SIGCONT);
}
void PrivateRedis::kill_sentinel(std::size_t sentinel) {
  stop(sentinels_[sentinel]);
}
void PrivateRedis::freeze_sentinel(std::size_t sentinel) {
  send_signal(sentinels_[sentinel], SIGSTOP);
}
void PrivateRedis::thaw_sentinel(std::size_t sentinel) {
  send_signal(sentinels_[sentinel], SIGCONT);
}

}  // namespace plumbline::real
