// What a scenario file says, as plain values; every default is already filled in. Stage: scenario.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "plumbline/base/clock.h"

namespace plumbline::load {

// A positive random quantity: a size in bytes, a delay in nanoseconds, a number of group members.
struct Distribution {
  enum class Kind : std::uint8_t { fixed, uniform, exponential, lognormal, zipf };
  Kind kind{Kind::fixed};
  double a{0};     // fixed: value; uniform, zipf: minimum; exponential: mean; lognormal: median
  double b{0};     // uniform, zipf: maximum; lognormal: p99
  double skew{1};  // zipf only
  // The quantity that belongs to these 64 random bits: pure, so that plans repeat.
  [[nodiscard]] double sample(std::uint64_t bits) const;
  [[nodiscard]] double mean() const;
};

enum class Arrivals : std::uint8_t { constant, poisson };

struct Target {
  enum class Kind : std::uint8_t { embedded, url, stack };
  Kind kind{Kind::embedded};
  std::string app{"chat"};  // embedded: chat | echo
  std::string profile;      // stack: minimal | full
  std::uint32_t instances{1};
  std::string url;           // origin, e.g. http://127.0.0.1:3000
  std::string socketio_url;  // as `url` unless a target file says otherwise
  std::string socketio_path{"/socket.io/"};
  std::string nsp{"/"};
  std::string key_file;  // RS256 private key that the target trusts; empty: not named
  // Shell commands that do faults to a target that is not ours: "kill" or "kill redis-master" -> command.
  std::map<std::string, std::string> control;
};

struct Users {
  std::uint32_t count{10};
  std::map<std::uint32_t, double> devices{{1, 1.0}};  // devices of one user -> share of users
};

struct Topology {
  double direct{1.0};    // share of the conversations; the rest are groups
  double per_user{1.0};  // conversations that each user starts
  Distribution group_size{Distribution::Kind::uniform, 3, 10, 1};
};

struct Phase {
  enum class Kind : std::uint8_t { ramp, hold };
  std::string name;
  Kind kind{Kind::hold};
  std::uint32_t users{0};  // ramp: connected when it ends
  Duration length{0};
  double rate{0};  // hold: arrivals per second
  bool measure{true};
  std::string origin;  // the phase of the file that this step was expanded from
};

enum class FaultAction : std::uint8_t { kill, term, freeze, restart, restart_empty };
inline constexpr std::size_t kFaultActions = 5;
[[nodiscard]] std::string_view to_string(FaultAction action);

// Who it is done to; resolved by the target at that moment. `any` is drawn from the seed.
enum class FaultRole : std::uint8_t {
  redis_master,
  redis_replica,
  sentinel,
  kafka_leader,
  kafka_controller,
  kafka_broker,
  postgres,
  app,
  any
};
inline constexpr std::size_t kFaultRoles = 9;
[[nodiscard]] std::string_view to_string(FaultRole role);

struct Fault {
  std::string phase;              // of the file, before steps are expanded
  Duration offset{0};             // from the start of the phase
  std::optional<Duration> every;  // repeated until the phase ends
  FaultAction action{FaultAction::kill};
  FaultRole role{FaultRole::any};
  std::string of;                // a process name, or for kafka-leader a partition; empty: the target's choice
  std::optional<Duration> hold;  // until it is healed; absent: by role
  bool never{false};             // not healed before the end of the load
};

enum class OpKind : std::uint8_t { send, typing, read, history, presence, reconnect, ack };
inline constexpr std::size_t kOpKinds = 7;
[[nodiscard]] std::string_view to_string(OpKind kind);

struct Mix {
  std::map<OpKind, double> shares;                          // adds up to 1
  Distribution size{Distribution::Kind::fixed, 120, 0, 1};  // bytes of a message or an acked emit
  Distribution think{Distribution::Kind::fixed, 0, 0, 1};   // from typing to the message that follows it
  double typing_before{0};                                  // share of sends that a typing indicator precedes
  double read_after{0};                                     // share of sends that a receiver marks as read
  Distribution read_delay{Distribution::Kind::exponential, 2e9, 0, 1};
};

struct Gate {
  enum class Kind : std::uint8_t { latency, errors, anomalies, outage, lag };
  Kind kind{Kind::latency};
  std::string name;           // e2e.p95
  std::string metric;         // e2e; outage: uw_sys
  std::string statistic;      // p50 p90 p95 p99 max mean
  double below{0};            // latency, outage, lag: milliseconds; errors: share
  std::string phase;          // empty: all measured phases
  bool except_faults{false};  // latency: only the seconds outside fault windows
  std::string role;           // outage: only faults of roles that begin so; empty: of all
};

struct Scenario {
  std::string file, text;  // as given, for reports
  std::string name, question;
  Target target;
  std::uint64_t seed{1};
  Users users;
  Topology topology;
  std::vector<Phase> phases;
  Mix mix;
  Arrivals arrivals{Arrivals::constant};
  std::vector<Fault> faults;
  std::vector<Gate> gates;
  std::vector<std::string> defaults;  // "users.count: 10": what the file did not say, for --plan
};

}  // namespace plumbline::load
