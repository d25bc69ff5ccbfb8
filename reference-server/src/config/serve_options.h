// Everything `plumbline serve` can be told, with its defaults; filled once, before anything starts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "backplane/login_lockout.h"
#include "backplane/redis/redis_options.h"
#include "config/backend_options.h"
#include "mutant/mutant.h"
#include "plumbline/base/clock.h"
#include "plumbline/base/exit_code.h"
#include "plumbline/base/log.h"

namespace plumbline::serve {

struct ServeOptions {
  std::string app{"chat"};  // chat, echo, engine-echo
  std::string dialect{"messenger"};
  std::string host{"127.0.0.1"};
  std::uint16_t port{3000};  // 0: any free one
  std::string port_file;     // written with the port once ready
  std::string jwt_key_file;
  bool rate_limits{true};
  LockoutLadder login_lockout{messenger_ladder()};  // empty: off
  BackendOptions backends;
  std::vector<Mutant> mutants;
  std::size_t shards{1};
  std::chrono::milliseconds ping_interval{25'000};
  std::chrono::milliseconds ping_timeout{20'000};
  std::chrono::milliseconds connect_timeout{45'000};
  std::chrono::milliseconds upgrade_timeout{10'000};
  std::chrono::milliseconds head_timeout{10'000};  // of a request
  std::size_t max_payload{1'000'000};
  bool polling{true};
  bool websocket{true};
  bool upgrades{true};  // from polling to WebSocket
  std::string path{"/socket.io/"};
  std::vector<std::string> cors{"*"};  // empty: off
  bool http_compression{true};         // bodies, where Accept-Encoding allows
  bool ws_compression{false};          // messages, where permessage-deflate is negotiated
  std::size_t compression_threshold{1024};
  std::chrono::milliseconds recovery_window{0};  // of connection-state recovery (echo); 0: off
  std::optional<RedisAddress> cluster{};         // the Redis that joins this node with others (echo)
  std::string cookie;                            // name of a cookie with the Engine.IO sid; empty: none
  std::string cookie_attributes{"Path=/; HttpOnly; SameSite=Lax"};
  log::Level log_level{log::Level::warn};
  std::chrono::seconds grace{5};
};

// Why the process ends without serving: what to print, where it goes, and the exit code.
struct EarlyEnd {
  std::string text;
  ExitCode code{ExitCode::usage};
};

// The command line, and the file it names with --config; the command line wins.
[[nodiscard]] std::variant<ServeOptions, EarlyEnd> parse_serve_options(const std::vector<std::string>& args);

// One shard on small machines, so that the load generator has a core; else half the cores.
[[nodiscard]] std::size_t default_shards(unsigned cores);

}  // namespace plumbline::serve
