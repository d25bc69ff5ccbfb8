#include "transport/listener.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "plumbline/base/log.h"
#include "transport/http_connection.h"
#include "transport/shard.h"

namespace plumbline::serve {
namespace {

constexpr int kAcceptsPerTurn = 64;
constexpr int kBacklog = 4096;

using AddressList = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

std::string problem(const std::string& host, std::uint16_t port, int reason) {
  const std::string place = host + ":" + std::to_string(port);
  if (reason == EADDRINUSE) {
    return place + " is in use by another process; choose another with --port, or --port 0 for any free one";
  }
  return "cannot listen on " + place + ": " + std::strerror(reason);
}

int open_socket(const addrinfo& address, bool shared) {
  const int fd = ::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) {
    return -1;
  }
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);  // accepted sockets inherit it
  if (shared) {
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  }
  if (::bind(fd, address.ai_addr, address.ai_addrlen) != 0 || ::listen(fd, kBacklog) != 0) {
    const int reason = errno;
    ::close(fd);
    errno = reason;
    return -1;
  }
  return fd;
}

std::uint16_t port_of(int fd) {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length);
  return ntohs(address.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6*>(&address)->sin6_port
                                             : reinterpret_cast<sockaddr_in*>(&address)->sin_port);
}

void set_port(addrinfo& address, std::uint16_t port) {
  if (address.ai_family == AF_INET6) {
    reinterpret_cast<sockaddr_in6*>(address.ai_addr)->sin6_port = htons(port);
  } else {
    reinterpret_cast<sockaddr_in*>(address.ai_addr)->sin_port = htons(port);
  }
}

}  // namespace

std::variant<Listening, std::string> open_listeners(const std::string& host, std::uint16_t port, std::size_t shards) {
  addrinfo hints{};
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int failure = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found); failure != 0) {
    return "cannot listen on " + host + ": " + ::gai_strerror(failure);
  }
  const AddressList addresses(found, &::freeaddrinfo);
  addrinfo& address = *addresses;

  // SO_REUSEPORT would let two servers share a port in silence: a first socket without it finds out.
  const int probe = open_socket(address, false);
  if (probe < 0) {
    return problem(host, port, errno);
  }
  Listening listening;
  listening.port = port_of(probe);
  if (shards == 1) {
    listening.descriptors.push_back(probe);
    return listening;
  }
  ::close(probe);
  set_port(address, listening.port);
  for (std::size_t i = 0; i < shards; ++i) {
    const int fd = open_socket(address, true);
    if (fd < 0) {
      return problem(host, listening.port, errno);
    }
    listening.descriptors.push_back(fd);
  }
  return listening;
}

Listener::Listener(Shard& shard, int fd) : shard_(shard), fd_(fd), reserve_(::open("/dev/null", O_RDONLY | O_CLOEXEC)) {
  if (!shard_.poll_set().add(fd_, *this, EPOLLIN)) {
    log::error("listener_not_watched", {{"reason", std::strerror(errno)}});
  }
}

Listener::~Listener() {
  shard_.poll_set().remove(fd_);
  ::close(fd_);
  ::close(reserve_);
}

void Listener::on_ready(std::uint32_t) {
  for (int i = 0; i < kAcceptsPerTurn; ++i) {
    const int accepted = ::accept4(fd_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (accepted >= 0) {
      ++shard_.counters().accepted;
      HttpConnection::adopt(shard_, accepted, {});
      continue;
    }
    if (errno == EMFILE || errno == ENFILE) {
      shed_one();
    }
    if (errno != ECONNABORTED && errno != EINTR) {
      return;
    }
  }
}

void Listener::shed_one() {
  if (++shard_.counters().refused_descriptors == 1) {
    log::warn("descriptors_exhausted", {{"effect", "new connections are closed at once"}});
  }
  ::close(reserve_);
  const int accepted = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
  if (accepted >= 0) {
    ::close(accepted);
  }
  reserve_ = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  errno = EMFILE;
}

}  // namespace plumbline::serve
