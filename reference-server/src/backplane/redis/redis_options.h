// Where Redis is: the Sentinels, the name of the master, the password, and how long anything may take. Stage:
// backplane.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plumbline/base/clock.h"

namespace plumbline::serve {

struct RedisAddress {
  std::string host;  // name or number
  std::uint16_t port{0};

  bool operator==(const RedisAddress&) const = default;
  [[nodiscard]] std::string text() const { return host + ':' + std::to_string(port); }
  // "host:port"; the port follows the last colon.
  [[nodiscard]] static std::optional<RedisAddress> parse(std::string_view text);
};

// failover.md d.8. A command unanswered for `command` closes its connection: its answer could be taken for another's.
struct RedisLimits {
  Duration connect{std::chrono::milliseconds{200}};   // name, connection, log-in and role check, each
  Duration command{std::chrono::milliseconds{250}};   // from asking to the answer
  Duration sentinel{std::chrono::milliseconds{200}};  // all Sentinels together
  Duration look{std::chrono::milliseconds{100}};      // between two looks whether the master is what it was
  Duration idle_ping{std::chrono::seconds{1}};        // between nodes of a cluster
  std::size_t pipeline{4'096};                        // commands without an answer; more are refused
  std::size_t reply_bytes{16U << 20U};                // one answer
};

struct RedisOptions {
  std::vector<RedisAddress> sentinels;  // each once; the majority is counted over all of them
  std::string name;
  std::string password;  // empty: none
  bool quiet{false};     // whoever asks says himself why Redis cannot be used: no log line about it
  RedisLimits limits;
};

}  // namespace plumbline::serve
