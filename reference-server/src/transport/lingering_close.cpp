#include "transport/lingering_close.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "transport/shard.h"

namespace plumbline::serve {
namespace {

constexpr Duration kLinger = std::chrono::seconds{2};

}  // namespace

void LingeringClose::take_over(Shard& shard, int fd, std::unique_ptr<Outbox> last) {
  std::unique_ptr<LingeringClose> closing(new LingeringClose(shard, fd, std::move(last)));
  LingeringClose& reference = *closing;
  shard.keep(std::move(closing));
  reference.write_rest();
}

LingeringClose::LingeringClose(Shard& shard, int fd, std::unique_ptr<Outbox> last)
    : shard_(shard), last_(std::move(last)), fd_(fd) {
  shard_.poll_set().modify(fd_, *this, EPOLLIN | EPOLLOUT);
  shard_.timers().schedule(*this, shard_.now() + kLinger);
}

LingeringClose::~LingeringClose() {
  if (fd_ >= 0) {
    shard_.poll_set().remove(fd_);
    ::close(fd_);
  }
}

void LingeringClose::on_ready(std::uint32_t events) {
  if (fd_ >= 0 && last_ && (events & EPOLLOUT) != 0) {
    write_rest();
  }
  if (fd_ >= 0 && (events & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0) {
    swallow();
  }
}

void LingeringClose::write_rest() {
  const Outbox::Flush result = last_ ? last_->flush(fd_) : Outbox::Flush::drained;
  if (result == Outbox::Flush::blocked) {
    return;
  }
  if (result == Outbox::Flush::broken) {
    end();
    return;
  }
  last_.reset();
  ::shutdown(fd_, SHUT_WR);
  shard_.poll_set().modify(fd_, *this, EPOLLIN);
}

void LingeringClose::swallow() {
  const std::span<char> scratch = shard_.scratch();
  const ssize_t got = ::recv(fd_, scratch.data(), scratch.size(), MSG_DONTWAIT);
  if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) {
    end();
  }
}

void LingeringClose::on_timer(Time) {
  if (shard_.engine_options().has(engineio::ServerFault::linger_forever)) {
    return;
  }
  end();
}

void LingeringClose::end() {
  shard_.poll_set().remove(fd_);
  ::close(std::exchange(fd_, -1));
  shard_.timers().cancel(*this);
  shard_.release(*this);
}

}  // namespace plumbline::serve
