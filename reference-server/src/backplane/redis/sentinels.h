// Asks all Sentinels at once who the master is, and counts how many agree (failover.md a.3, d.2). Stage: backplane.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "backplane/redis/redis_link.h"
#include "backplane/redis/redis_options.h"
#include "service/done.h"

namespace plumbline::serve {

struct NamedMaster {
  RedisAddress address;
  std::int64_t config_epoch{-1};
  bool operator==(const NamedMaster&) const = default;
};

struct SentinelVerdict {
  std::optional<NamedMaster> majority;  // address and config-epoch that more than half of all Sentinels agree on
  std::optional<NamedMaster> newest;    // of the highest config-epoch, when there is no majority
  std::size_t answered{0};              // Sentinels that named a master
  std::string reason;                   // one sentence when nobody named one
};

// One per shard, on the thread of its io_context. Keeps a connection to each Sentinel.
class Sentinels {
 public:
  using Asked = std::function<void(const SentinelVerdict&)>;

  Sentinels(boost::asio::io_context& io, const RedisOptions& options);
  ~Sentinels();
  Sentinels(const Sentinels&) = delete;
  Sentinels& operator=(const Sentinels&) = delete;

  // Answers once, as soon as a majority agrees, at the latest after limits.sentinel. Every Sentinel was asked after
  // this call began. Not called any more once this object is gone.
  void ask(Asked done);

 private:
  struct Round;
  struct Seat {
    RedisAddress address;
    std::shared_ptr<RedisLink> link;
    std::vector<std::shared_ptr<Round>> queue;  // rounds that wait for the connection
  };

  void ask_seat(std::size_t index, const std::shared_ptr<Round>& round);
  void on_opened(std::size_t index, const Result<void>& opened);
  void put_question(std::size_t index, const std::shared_ptr<Round>& round);

  boost::asio::io_context& io_;
  RedisOptions options_;
  RedisLimits limits_;  // of the connections to the Sentinels
  std::vector<Seat> seats_;
  std::shared_ptr<bool> alive_{std::make_shared<bool>(true)};
};

}  // namespace plumbline::serve
