// The end of a connection: write what is left, say FIN, swallow what still comes, then close. Without it an unread byte
// would turn the last answer into a reset. Stage: transport.
#pragma once

#include <memory>

#include "transport/outbox.h"
#include "transport/poll_set.h"
#include "transport/timer_wheel.h"

namespace plumbline::serve {

class Shard;

class LingeringClose final : public Pollable, public TimerNode {
 public:
  // Takes the descriptor, which must be in the shard's poll set. `last` may be null.
  static void take_over(Shard& shard, int fd, std::unique_ptr<Outbox> last);
  ~LingeringClose() override;

  void on_ready(std::uint32_t events) override;
  void on_timer(Time now) override;

 private:
  LingeringClose(Shard& shard, int fd, std::unique_ptr<Outbox> last);
  void write_rest();
  void swallow();
  void end();

  Shard& shard_;
  std::unique_ptr<Outbox> last_;
  int fd_;
};

}  // namespace plumbline::serve
