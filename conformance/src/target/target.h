// What is known of the implementation being judged: where it is, what it declares, what was assumed. Stage: target.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plumbline/base/clock.h"
#include "wire/endpoint.h"

namespace plumbline::conform {

struct Timing {
  Duration ping_interval{std::chrono::seconds{25}};
  Duration ping_timeout{std::chrono::seconds{20}};
  std::optional<Duration> connect_timeout;
  Duration grace{std::chrono::seconds{10}};  // from the signal to end until all is closed
  // For answers that the protocol gives no bound: long, since only a broken target waits for it.
  Duration answer_bound{std::chrono::milliseconds{1500}};
  std::optional<Duration> upgrade_timeout{};
  std::optional<Duration> recovery_window{};  // how long a lost connection can be resumed
  std::optional<Duration> head_timeout{};     // how long the header of a request may take
};

// What holds where nobody declares it: the plain protocol and its echo application, nothing optional.
[[nodiscard]] bool assumed(std::string_view capability);
// Whether a target may lack it and be whole all the same: what is not assumed, and that there is no recovery.
[[nodiscard]] bool optional(std::string_view capability);

// Commands of a target file, for the shell, run in its folder.
struct Control {
  std::string start;  // empty: nobody can start the target
  std::string stop;   // empty: what `start` left running is ended by a signal
  // Of what joins its nodes; each ends by itself once that is done. Both or neither.
  std::string stop_backplane{};
  std::string start_backplane{};

  bool operator==(const Control&) const = default;
};

struct Target {
  std::string name{"target"};
  Endpoint endpoint;
  std::vector<Endpoint> nodes;  // further ones that with it are one server
  Timing timing;
  bool timing_declared{false};  // else taken from the open packet, so that it cannot be judged
  std::optional<std::uint64_t> max_payload;
  std::map<std::string, bool> capabilities;  // absent: see assumed()
  std::vector<std::string> assumptions;      // sentences for the reader
  std::vector<std::string> client_command;   // of a client under test; `{url}` in it is where it is to connect
  std::string configuration;                 // descriptor or command line, as run

  // For people: a client comes to us and has no address.
  [[nodiscard]] std::string where() const { return has("client") ? "" : endpoint.url(); }

  [[nodiscard]] bool has(std::string_view capability) const {
    const auto found = capabilities.find(std::string(capability));
    return found == capabilities.end() ? assumed(capability) : found->second;
  }
};

// Every capability that a clause or a descriptor may name.
[[nodiscard]] const std::vector<std::string_view>& known_capabilities();

}  // namespace plumbline::conform
