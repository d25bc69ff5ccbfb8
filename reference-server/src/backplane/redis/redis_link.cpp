#include "backplane/redis/redis_link.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <utility>

namespace plumbline::serve {
namespace {

using boost::asio::ip::tcp;

// Answers that arrived while this process stood still are in the socket already: they get one more round to be read.
constexpr std::chrono::milliseconds kSecondLook{5};

// ["message", channel, what was published]
bool is_published(const RedisReply& reply) {
  return reply.kind == RedisReply::Kind::array && reply.items.size() == 3 && reply.items[0].text == "message";
}

}  // namespace

RedisLink::RedisLink(boost::asio::io_context& io, const RedisLimits& limits)
    : socket_(io), resolver_(io), timer_(io), limits_(limits), replies_(limits.reply_bytes) {}

RedisLink::~RedisLink() = default;

void RedisLink::open(const RedisAddress& address, Done<void> opened, Closed closed) {
  phase_ = Phase::opening;
  opened_ = std::move(opened);
  closed_ = std::move(closed);
  watch(steady_now() + limits_.connect);
  boost::system::error_code error;
  const auto number = boost::asio::ip::make_address(address.host, error);
  if (error) {
    resolve(address);
  } else {
    connect({number, address.port});
  }
}

void RedisLink::resolve(const RedisAddress& address) {
  resolver_.async_resolve(
      address.host, std::to_string(address.port),
      [weak = weak_from_this()](const boost::system::error_code& error, const IoResolver::results_type& found) {
        const auto self = weak.lock();
        if (!self || self->phase_ != Phase::opening) {
          return;
        }
        if (error || found.empty()) {
          self->fail({Errc::unavailable, "the host name is unknown"});
          return;
        }
        boost::asio::async_connect(self->socket_, found,
                                   [weak](const boost::system::error_code& outcome, const tcp::endpoint&) {
                                     if (const auto link = weak.lock(); link && link->phase_ == Phase::opening) {
                                       link->on_connected(outcome);
                                     }
                                   });
      });
}

void RedisLink::connect(const tcp::endpoint& endpoint) {
  socket_.async_connect(endpoint, [weak = weak_from_this()](const boost::system::error_code& error) {
    if (const auto self = weak.lock(); self && self->phase_ == Phase::opening) {
      self->on_connected(error);
    }
  });
}

void RedisLink::on_connected(const boost::system::error_code& error) {
  if (error) {
    fail({Errc::unavailable, "nothing listens there"});
    return;
  }
  boost::system::error_code ignored;
  socket_.set_option(tcp::no_delay{true}, ignored);
  socket_.set_option(boost::asio::socket_base::keep_alive{true}, ignored);
  phase_ = Phase::open;
  timer_.cancel();
  watching_ = false;
  read();
  if (const Done<void> opened = std::exchange(opened_, nullptr)) {
    opened({});
  }
}

void RedisLink::send(const std::vector<std::string>& words, Done<RedisReply> done) {
  if (phase_ != Phase::open) {
    done(Error{Errc::unavailable, "not connected to Redis"});
    return;
  }
  if (waiting_.size() >= limits_.pipeline) {
    done(Error{Errc::unavailable, "too many commands under way"});
    return;
  }
  append_command(queued_, words);
  waiting_.push_back({std::move(done), steady_now() + limits_.command});
  if (!watching_) {
    watch(waiting_.front().deadline);
  }
  if (!flushing_) {
    // Deferred, so that the commands of one event leave in one packet.
    flushing_ = true;
    boost::asio::post(socket_.get_executor(), [weak = weak_from_this()] {
      if (const auto self = weak.lock()) {
        self->flush();
      }
    });
  }
}

void RedisLink::flush() {
  if (phase_ != Phase::open || queued_.empty()) {
    flushing_ = false;
    return;
  }
  writing_.clear();
  writing_.swap(queued_);
  boost::asio::async_write(socket_, boost::asio::buffer(writing_),
                           [self = shared_from_this()](const boost::system::error_code& error, std::size_t) {
                             if (error) {
                               self->fail({Errc::closed, "the connection to Redis broke"});
                             } else {
                               self->flush();
                             }
                           });
}

void RedisLink::read() {
  // Holds itself: the buffer must outlive the operation. close() and the deadline end it.
  socket_.async_read_some(boost::asio::buffer(arrived_),
                          [hold = shared_from_this()](const boost::system::error_code& error, std::size_t got) {
                            if (hold->phase_ != Phase::open) {
                              return;
                            }
                            if (error) {
                              hold->fail({Errc::closed, "the connection to Redis ended"});
                              return;
                            }
                            hold->replies_.feed({hold->arrived_.data(), got});
                            if (hold->take_replies()) {
                              hold->read();
                            }
                          });
}

// false: the connection ended, or whoever got an answer closed it.
bool RedisLink::take_replies() {
  for (;;) {
    auto reply = replies_.next();
    if (reply.has_error()) {
      fail(reply.error());
      return false;
    }
    std::optional<RedisReply> whole = std::move(reply.value());
    if (!whole) {
      return true;
    }
    if (heard_ && is_published(*whole)) {
      const Heard heard = heard_;  // it may close this connection
      heard(whole->items[2].text);
      if (phase_ != Phase::open) {
        return false;
      }
      continue;
    }
    if (waiting_.empty()) {
      fail({Errc::malformed, "a reply to nothing"});
      return false;
    }
    const Done<RedisReply> done = std::move(waiting_.front().done);
    waiting_.pop_front();
    done(std::move(*whole));
    if (phase_ != Phase::open) {
      return false;
    }
  }
}

// One timer per connection: it looks at the oldest command, and is not moved for every answer.
void RedisLink::watch(Time deadline) {
  watching_ = true;
  timer_.expires_at(deadline);
  timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    const auto self = weak.lock();
    if (self && !error) {
      self->on_deadline();
    }
  });
}

void RedisLink::on_deadline() {
  watching_ = false;
  if (phase_ == Phase::opening) {
    fail({Errc::timeout, "no connection in time"});
    return;
  }
  if (phase_ != Phase::open || waiting_.empty()) {
    return;
  }
  const Time now = steady_now();
  if (waiting_.front().deadline > now) {
    second_look_ = false;
    watch(waiting_.front().deadline);
    return;
  }
  boost::system::error_code error;
  if (!second_look_ && socket_.available(error) > 0 && !error) {
    second_look_ = true;
    watch(now + kSecondLook);
    return;
  }
  fail({Errc::timeout, "no answer in time"});
}

void RedisLink::fail(const Error& error) {
  if (phase_ == Phase::closed) {
    return;
  }
  const auto self = shared_from_this();
  const Done<void> opened = std::exchange(opened_, nullptr);
  const Closed closed = std::exchange(closed_, nullptr);
  const std::deque<Waiting> lost = end();
  if (opened) {
    opened(error);
  } else if (closed) {
    closed(error);
  }
  answer(lost);
}

void RedisLink::close() {
  const auto self = shared_from_this();
  answer(end());
}

void RedisLink::drop() {
  const auto self = shared_from_this();
  end();
}

std::deque<RedisLink::Waiting> RedisLink::end() {
  phase_ = Phase::closed;
  opened_ = nullptr;
  closed_ = nullptr;
  heard_ = nullptr;
  boost::system::error_code ignored;
  socket_.close(ignored);
  resolver_.cancel();
  timer_.cancel();
  return std::exchange(waiting_, {});
}

void RedisLink::answer(const std::deque<Waiting>& lost) {
  for (const Waiting& one : lost) {
    one.done(Error{Errc::timeout, "the connection to Redis ended before the answer"});
  }
}

}  // namespace plumbline::serve
