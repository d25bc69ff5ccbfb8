// A connection to one Redis that is made anew, with a growing pause, whenever it ends. Stage: backplane.
#pragma once

#include <functional>
#include <memory>

#include "backplane/redis/back_off.h"
#include "backplane/redis/redis_link.h"

namespace plumbline::serve {

// On the thread of its io_context, which outlives it; start() before that runs.
class KeptLink {
 public:
  using Told = std::function<void()>;

  KeptLink(boost::asio::io_context& io, RedisAddress address, const RedisLimits& limits);
  ~KeptLink();
  KeptLink(const KeptLink&) = delete;
  KeptLink& operator=(const KeptLink&) = delete;

  void start(Told opened, Told lost);  // `opened` at each new connection, `lost` at the end of each such
  void stop();                         // nobody is told or answered any more

  [[nodiscard]] RedisLink* usable() { return link_ && link_->is_open() ? link_.get() : nullptr; }
  void drop_connection();  // somebody has a reason to doubt it

 private:
  void open();
  void ended();
  void pause();

  boost::asio::io_context& io_;
  RedisAddress address_;
  RedisLimits limits_;
  IoTimer timer_;
  Told opened_;
  Told lost_;
  std::shared_ptr<RedisLink> link_;
  std::shared_ptr<bool> running_;  // callbacks of a stopped life find it expired
  BackOff back_off_;
};

}  // namespace plumbline::serve
