// How our own server is started to be judged: no single configuration shows every clause. Stage: target.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "target/target.h"

namespace plumbline::conform {

struct OwnVariant {
  std::string_view name;
  std::vector<std::string> words;              // of `plumbline serve --app echo`, beside the short timers
  std::vector<std::string_view> capabilities;  // that it has beside those of the echo application
  std::vector<std::string_view> not_there;     // assumed, or of the echo application, and switched off
  std::optional<Duration> recovery_window{};
  Duration ping_interval{std::chrono::milliseconds{300}};
  std::optional<Duration> head_timeout{};
  bool cluster{false};                 // two nodes and a Redis
  std::vector<std::string> clauses{};  // what it is for: judged where nothing else is asked for; empty: all
};

[[nodiscard]] const std::vector<OwnVariant>& own_variants();  // the first is the default
[[nodiscard]] const OwnVariant* own_variant(std::string_view name);

// What a server of this variant declares.
[[nodiscard]] std::map<std::string, bool> capabilities_of(const OwnVariant& variant);

}  // namespace plumbline::conform
