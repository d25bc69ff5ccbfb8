// What all connections of one io_context share: an epoll set, a read buffer, a deadline wheel, the end of each turn.
// Asio's own sockets cost one epoll_ctl per message and a handler per idle connection; registered once and
// edge-triggered here, a message costs one recv and one send.
#pragma once

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "deadline_wheel.h"
#include "plumbline/base/random.h"

namespace plumbline::client {

// A descriptor's owner as the reactor sees it.
class Pollable {
 public:
  virtual ~Pollable() = default;
  virtual void on_ready(std::uint32_t epoll_events) = 0;
  virtual void on_turn_end() = 0;  // after wake()

 private:
  friend class Reactor;
  bool awake_{false};
};

// Destroyed at the end of the turn rather than under the feet of its own callback.
class Burial {
 public:
  virtual ~Burial() = default;
};

// One per io_context (an Asio service); lives on that context's thread. Keeps run() busy while anything is registered.
class Reactor final : public boost::asio::execution_context::service {
 public:
  using key_type = Reactor;
  static boost::asio::execution_context::id id;
  [[nodiscard]] static Reactor& of(boost::asio::io_context& context);

  explicit Reactor(boost::asio::execution_context& context);
  ~Reactor() override;

  // False when the kernel refuses (descriptor table full). Edge-triggered for reading and writing.
  [[nodiscard]] bool add(int descriptor, Pollable& owner);
  void remove(int descriptor, Pollable& owner);

  void wake(Pollable& owner);    // on_turn_end() soon: at the end of this turn, or next on the io_context
  void forget(Pollable& owner);  // before it is destroyed
  void schedule(Deadline& entry, Time due);
  void bury(std::unique_ptr<Burial> remains);

  [[nodiscard]] boost::asio::io_context& context() { return context_; }
  [[nodiscard]] std::span<char> scratch() { return scratch_; }
  [[nodiscard]] Rng& rng() { return rng_; }
  [[nodiscard]] std::string take_buffer();  // empty, with capacity if one was given back
  void give_buffer(std::string&& buffer);

 private:
  using Executor = boost::asio::io_context::executor_type;
  using Timer = boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                                  boost::asio::wait_traits<std::chrono::steady_clock>, Executor>;

  void shutdown() override;
  void watch();
  void turn();
  void end_turn();
  void post_turn();
  void arm_timer();

  boost::asio::io_context& context_;
  boost::asio::posix::basic_stream_descriptor<Executor> epoll_;
  Timer timer_;
  DeadlineWheel wheel_;
  Rng rng_;
  std::vector<char> scratch_;
  std::vector<Pollable*> awake_;
  std::vector<Pollable*> ending_;
  std::vector<std::unique_ptr<Burial>> graveyard_;
  std::vector<std::string> spare_;
  std::vector<Pollable*> batch_;  // owners of the events being dispatched; null once removed
  std::size_t registered_{0};
  bool watching_{false};
  bool timing_{false};
  bool in_turn_{false};
  bool posted_{false};
};

}  // namespace plumbline::client
