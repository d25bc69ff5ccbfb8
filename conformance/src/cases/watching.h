// Steps of cases that look from one session at what becomes of another: the fixture tells of disconnects. Stage: cases.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cases/session.h"

namespace plumbline::conform {

struct ToldEnd {
  Time at;
  std::string reason;  // empty: none, or not a text
};

[[nodiscard]] std::string nsp_prefix(std::string_view nsp);  // "/custom," or, for the main one, nothing

// From here on the fixture tells this socket of every disconnect in the namespace.
[[nodiscard]] Stop watch(Context& c, WebSocket& ws, std::string_view nsp = "");
// An event with the id 8, and its acknowledgement: join, leave.
[[nodiscard]] Stop acknowledged(Context& c, WebSocket& ws, std::string_view nsp, std::string_view event);
// The Socket.IO sid that it was given there.
[[nodiscard]] std::string sid_in(const WebSocket& ws, std::string_view nsp = "");
// What the watcher was told of this socket.
[[nodiscard]] std::vector<ToldEnd> told_of(const WebSocket& watcher, std::string_view nsp, const std::string& sid);

// Without this the clause cannot be judged.
[[nodiscard]] Finding unseen();
[[nodiscard]] std::string mib(std::uint64_t bytes);  // "12.5 MiB"

}  // namespace plumbline::conform
