// Lines of the control socket: one JSON object each, requests one way, answers and events the other.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "plumbline/base/clock.h"

namespace plumbline::stack {

enum class Deed { kill, term, freeze, thaw, restart, restart_empty, start, heal, status, release, down };

[[nodiscard]] std::string_view name_of(Deed deed);
[[nodiscard]] std::optional<Deed> deed_from(std::string_view name);
// Deeds that are done to one process and so want a role.
[[nodiscard]] bool wants_role(Deed deed);

enum class Role {
  redis_master,
  redis_replica,
  sentinel,
  kafka_leader,
  kafka_controller,
  kafka_broker,
  postgres,
  app,
};

[[nodiscard]] std::string_view name_of(Role role);
[[nodiscard]] std::optional<Role> role_from(std::string_view name);

struct Request {
  std::int64_t id{0};
  std::optional<Deed> deed;  // absent: the line only says guard
  std::optional<Role> role;
  std::string of;  // a process, or for kafka-leader a partition of chat-messages; empty: any
  std::uint64_t seed{0};
  bool guard{false};
};

struct BadRequest {
  std::int64_t id{0};
  std::string sentence;
};

constexpr std::size_t kLongestLine = 4096;

[[nodiscard]] std::variant<Request, BadRequest> parse_request(std::string_view line);
[[nodiscard]] std::string to_line(const Request& request);

[[nodiscard]] std::string done_line(std::int64_t id, Time at, std::string_view process, std::int64_t pid);
[[nodiscard]] std::string refused_line(std::int64_t id, std::string_view sentence);
[[nodiscard]] std::string event_line(std::string_view event, std::string_view process, std::string_view role, Time at);

}  // namespace plumbline::stack
