// The connections of one shard behind one epoll set of our own, which Asio sees as a single descriptor: no handler
// object, no system call to re-arm and no Asio state per connection.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <cstdint>
#include <functional>

namespace plumbline::serve {

// Whatever owns a descriptor in a PollSet. Objects must outlive the turn in which they remove themselves.
class Pollable {
 public:
  virtual ~Pollable() = default;
  virtual void on_ready(std::uint32_t events) = 0;  // EPOLL* bits
};

class PollSet {
 public:
  struct Turn {
    std::function<void()> begin;  // before the events of one loop turn are handled
    std::function<void()> end;    // after them
  };
  // Throws std::system_error when the kernel refuses an epoll descriptor.
  PollSet(boost::asio::io_context& context, Turn turn);

  void start();
  [[nodiscard]] bool add(int fd, Pollable& target, std::uint32_t events);
  void modify(int fd, Pollable& target, std::uint32_t events);
  void remove(int fd);

 private:
  void arm();
  void run_turn();

  using Descriptor = boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type>;
  Descriptor epoll_;
  Turn turn_;
};

}  // namespace plumbline::serve
