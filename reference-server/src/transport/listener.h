// Accepts connections for one shard. Stage: transport.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "transport/poll_set.h"

namespace plumbline::serve {

class Shard;

class Listener final : public Pollable {
 public:
  Listener(Shard& shard, int fd);  // takes the descriptor
  ~Listener() override;
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  void on_ready(std::uint32_t events) override;

 private:
  void shed_one();
  Shard& shard_;
  int fd_;
  int reserve_;  // given up for a moment when descriptors run out, so that the waiting client gets an end, not a hang
};

struct Listening {
  std::vector<int> descriptors;  // one per shard
  std::uint16_t port{0};
};

// One socket per shard on the same port (SO_REUSEPORT). The error is one sentence for the user.
[[nodiscard]] std::variant<Listening, std::string> open_listeners(const std::string& host, std::uint16_t port,
                                                                  std::size_t shards);

}  // namespace plumbline::serve
