// Non-blocking sockets under the shared reactor.
#include "tcp_stream.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/ip/address.hpp>
#include <cerrno>

namespace plumbline::client {
namespace {

using tcp = boost::asio::ip::tcp;
using Resolver = boost::asio::ip::basic_resolver<tcp, boost::asio::io_context::executor_type>;

constexpr std::size_t kSentBytesKept = 256U << 10U;
constexpr int kReadsPerTurn = 4;  // a flooding peer must leave time for the others

void set_flag(int descriptor, int level, int option) {
  const int on = 1;
  setsockopt(descriptor, level, option, &on, sizeof on);
}

// The port is chosen at connect, when the whole four-tuple is known: more than one port range per source address.
bool bind_source(int descriptor, const std::string& address, bool v4) {
  boost::system::error_code failure;
  const auto source = boost::asio::ip::make_address(address, failure);
  if (failure || source.is_v4() != v4) {
    return false;
  }
  set_flag(descriptor, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT);
  const tcp::endpoint local(source, 0);
  return bind(descriptor, local.data(), static_cast<socklen_t>(local.size())) == 0;
}

Errc errc_of(int failure) {
  switch (failure) {
    case ECONNREFUSED:
      return Errc::refused;
    case ETIMEDOUT:
      return Errc::timeout;
    default:
      return Errc::unavailable;
  }
}

std::string_view connect_failure(int failure) {
  switch (failure) {
    case ECONNREFUSED:
      return "connection refused";
    case ETIMEDOUT:
      return "connect timed out";
    case EMFILE:
    case ENFILE:
      return "no file descriptor left";
    case EADDRNOTAVAIL:
      return "no local port left";
    default:
      return "cannot connect";
  }
}

}  // namespace

struct TcpStream::Connecting {
  TcpTarget target;
  std::vector<tcp::endpoint> addresses;
  std::size_t next{0};
  int failure{0};
  std::unique_ptr<Resolver> resolver;
  bool failed_at_once{false};  // to be reported at the end of the turn, not inside connect()
};

TcpStream::TcpStream(Reactor& reactor, TcpStreamOwner& owner) : reactor_(&reactor), owner_(&owner) {}

TcpStream::~TcpStream() {
  close();
}

void TcpStream::connect(const TcpTarget& target) {
  close();
  connecting_ = std::make_shared<Connecting>();
  connecting_->target = target;
  boost::system::error_code failure;
  const auto literal = boost::asio::ip::make_address(target.host, failure);
  if (!failure) {
    return on_addresses({tcp::endpoint(literal, target.port)});
  }
  connecting_->resolver = std::make_unique<Resolver>(reactor_->context().get_executor());
  connecting_->resolver->async_resolve(
      target.host, std::to_string(target.port), tcp::resolver::numeric_service,
      // A finished look-up may be delivered after close(): the weak pointer tells.
      [this, alive = std::weak_ptr<Connecting>(connecting_)](const boost::system::error_code&,
                                                             const tcp::resolver::results_type& results) {
        if (!alive.expired()) {
          on_addresses({results.begin(), results.end()});
        }
      });
}

void TcpStream::on_addresses(const std::vector<tcp::endpoint>& addresses) {
  connecting_->addresses = addresses;
  try_next();
}

void TcpStream::try_next() {
  Connecting& plan = *connecting_;
  while (plan.next < plan.addresses.size()) {
    const tcp::endpoint& remote = plan.addresses[plan.next++];
    const bool v4 = remote.address().is_v4();
    descriptor_ = socket(v4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor_ < 0) {
      plan.failure = errno;
      continue;
    }
    set_flag(descriptor_, IPPROTO_TCP, TCP_NODELAY);
    const std::string& source = plan.target.source_address;
    const bool bound = source.empty() || bind_source(descriptor_, source, v4);
    const bool started = bound && (::connect(descriptor_, remote.data(), static_cast<socklen_t>(remote.size())) == 0 ||
                                   errno == EINPROGRESS);
    plan.failure = started ? 0 : bound ? errno : EADDRNOTAVAIL;
    if (started && reactor_->add(descriptor_, *this)) {
      return;  // EPOLLOUT tells the outcome
    }
    ::close(descriptor_);
    descriptor_ = -1;
  }
  plan.failed_at_once = true;
  reactor_->wake(*this);
}

void TcpStream::finish_connect() {
  int failure = 0;
  socklen_t size = sizeof failure;
  getsockopt(descriptor_, SOL_SOCKET, SO_ERROR, &failure, &size);
  if (failure != 0) {
    drop_descriptor();
    connecting_->failure = failure;
    return try_next();
  }
  connecting_.reset();
  open_ = true;
  owner_->on_open();
}

void TcpStream::on_ready(std::uint32_t epoll_events) {
  if (connecting_) {
    if ((epoll_events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) == 0) {
      return;
    }
    finish_connect();
  }
  const bool ending = (epoll_events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
  if (open_ && (ending || (epoll_events & EPOLLIN) != 0)) {
    read(ending);
  }
  if (open_ && (epoll_events & EPOLLOUT) != 0 && queued() != 0) {
    flush();
  }
}

void TcpStream::read(bool to_the_end) {
  more_to_read_ = false;
  for (int i = 0; open_ && i < kReadsPerTurn; ++i) {
    const std::span<char> scratch = reactor_->scratch();
    const ssize_t got = recv(descriptor_, scratch.data(), scratch.size(), 0);
    if (got < 0) {
      if (errno == EAGAIN || errno == EINTR) {
        return;
      }
      return fail(Errc::closed, "connection reset");
    }
    if (got == 0) {
      return fail(Errc::closed, "connection closed by the server");
    }
    const auto count = static_cast<std::size_t>(got);
    owner_->on_bytes(scratch.first(count), steady_now());
    if (count < scratch.size() && !to_the_end) {
      return;  // drained: the next edge announces more
    }
  }
  if (open_) {
    more_to_read_ = true;
    reactor_->wake(*this);
  }
}

void TcpStream::on_turn_end() {
  if (connecting_ && connecting_->failed_at_once) {
    const int failure = connecting_->addresses.empty() ? 0 : connecting_->failure;
    connecting_.reset();
    owner_->on_closed(failure == 0 ? Error{Errc::not_found, "unknown host name"}
                                   : Error{errc_of(failure), connect_failure(failure)});
    return;
  }
  if (open_ && queued() != 0) {
    flush();
  }
  if (broken_) {
    read(true);  // what the server said before it closed, such as a 413
    return open_ ? fail(Errc::closed, "connection reset") : void();
  }
  if (open_ && more_to_read_) {
    read(true);
  }
}

std::string& TcpStream::out() {
  if (out_.empty()) {
    out_ = reactor_->take_buffer();
  }
  reactor_->wake(*this);
  return out_;
}

void TcpStream::flush() {
  while (open_ && !broken_ && queued() != 0) {
    const ssize_t sent = send(descriptor_, out_.data() + sent_, queued(), MSG_NOSIGNAL);
    if (sent >= 0) {
      sent_ += static_cast<std::size_t>(sent);
    } else if (errno == EAGAIN) {
      return drop_sent_bytes();  // EPOLLOUT comes when there is room
    } else if (errno != EINTR) {
      broken_ = true;  // reported at the end of the turn: callers of flush expect no callback
      return reactor_->wake(*this);
    }
  }
  if (open_ && !broken_) {
    reactor_->give_buffer(std::exchange(out_, {}));
    sent_ = 0;
  }
}

// A peer that never quite keeps up must not make the buffer grow by what it did read.
void TcpStream::drop_sent_bytes() {
  if (sent_ > kSentBytesKept) {
    out_.erase(0, sent_);
    sent_ = 0;
  }
}

void TcpStream::drop_descriptor() {
  if (descriptor_ >= 0) {
    reactor_->remove(descriptor_, *this);
    ::close(descriptor_);
    descriptor_ = -1;
  }
  open_ = false;
}

void TcpStream::fail(Errc code, std::string_view why) {
  close();
  owner_->on_closed(Error{code, why});
}

void TcpStream::close() {
  connecting_.reset();
  drop_descriptor();
  reactor_->forget(*this);
  std::string().swap(out_);
  sent_ = 0;
  more_to_read_ = false;
  broken_ = false;
}

void TcpStream::reset() {
  if (descriptor_ >= 0) {
    const linger abortive{.l_onoff = 1, .l_linger = 0};
    setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &abortive, sizeof abortive);
  }
  close();
}

}  // namespace plumbline::client
