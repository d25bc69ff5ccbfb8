// One connection to a Redis server or a Sentinel: pipelined commands with a deadline, closed at the first doubt.
// Stage: backplane.
#pragma once

#include <array>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "backplane/redis/io_types.h"
#include "backplane/redis/redis_codec.h"
#include "backplane/redis/redis_options.h"
#include "backplane/redis/redis_session.h"

namespace plumbline::serve {

// Lives on the thread of its io_context and is used once: open, send, closed. Held by shared_ptr, also by its own
// operations: whoever opened it closes it.
class RedisLink : public std::enable_shared_from_this<RedisLink> {
 public:
  using Closed = std::function<void(const Error&)>;
  using Heard = std::function<void(const std::string& message)>;

  RedisLink(boost::asio::io_context& io, const RedisLimits& limits);
  ~RedisLink();
  RedisLink(const RedisLink&) = delete;
  RedisLink& operator=(const RedisLink&) = delete;

  // `opened` once; after success `closed` once, when the connection ended other than by close() or drop(). Then every
  // command under way is answered with Errc::timeout.
  void open(const RedisAddress& address, Done<void> opened, Closed closed);
  // From here on what is published on a channel that this connection subscribed to goes there; it answers no command.
  void listen(Heard heard) { heard_ = std::move(heard); }
  // Errc::unavailable: not sent. Errc::timeout: sent, no answer, and the connection is closed. Never answers before it
  // returns, except with Errc::unavailable.
  void send(const std::vector<std::string>& words, Done<RedisReply> done);
  // Answers what is under way with Errc::timeout; `opened` and `closed` are not called.
  void close();
  // The same, but answers nobody: for the end of those who asked.
  void drop();

  [[nodiscard]] bool is_open() const { return phase_ == Phase::open; }
  [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }

 private:
  enum class Phase : std::uint8_t { fresh, opening, open, closed };
  struct Waiting {
    Done<RedisReply> done;
    Time deadline;
  };

  void connect(const boost::asio::ip::tcp::endpoint& endpoint);
  void resolve(const RedisAddress& address);
  void on_connected(const boost::system::error_code& error);
  void fail(const Error& error);
  std::deque<Waiting> end();
  static void answer(const std::deque<Waiting>& lost);
  void flush();
  void read();
  bool take_replies();
  void watch(Time deadline);
  void on_deadline();

  IoSocket socket_;
  IoResolver resolver_;
  IoTimer timer_;
  RedisLimits limits_;
  RedisReplyReader replies_;
  Phase phase_{Phase::fresh};
  Done<void> opened_;
  Closed closed_;
  Heard heard_;
  std::deque<Waiting> waiting_;
  std::string queued_;   // not yet given to the socket
  std::string writing_;  // given to it
  bool flushing_{false};
  bool watching_{false};
  bool second_look_{false};
  std::array<char, 16'384> arrived_{};
};

}  // namespace plumbline::serve
