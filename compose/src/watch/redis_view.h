// What Redis nodes and Sentinels say: who is master, who follows, who watches. Every call blocks up to 250 ms per node.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "topology/topology.h"

namespace plumbline::stack {

struct MasterView {
  std::string address;  // "127.0.0.1:6379"
  std::int64_t config_epoch{0};
  std::int64_t replicas{0};
  std::int64_t other_sentinels{0};
  bool failing{false};
};

// As one Sentinel sees it; nullopt: it does not answer, or knows no such master.
[[nodiscard]] std::optional<MasterView> ask_sentinel(const Node& sentinel, const std::string& name);
// The view with the newest configuration epoch: a Sentinel that slept through a switch is outvoted.
[[nodiscard]] std::optional<MasterView> newest(const std::vector<MasterView>& views);

struct RedisRole {
  bool is_master{false};
  bool linked{false};       // a replica whose link to the master works
  std::size_t replicas{0};  // of a master
};

// nullopt: no answer, or still loading.
[[nodiscard]] std::optional<RedisRole> ask_redis(const Node& node, const std::string& password);

}  // namespace plumbline::stack
