#include "plumbline/net/loopback_port.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

namespace plumbline::net {
namespace {

// The port that a socket could be bound to; 0 when it could not.
std::uint16_t try_bind(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) {
    return 0;
  }
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  const bool bound = ::bind(fd, generic, size) == 0 && ::getsockname(fd, generic, &size) == 0;
  ::close(fd);
  return bound ? ntohs(address.sin_port) : std::uint16_t{0};
}

}  // namespace

bool is_free(std::uint16_t port) {
  return try_bind(port) != 0;
}

std::uint16_t free_port() {
  return try_bind(0);
}

}  // namespace plumbline::net
