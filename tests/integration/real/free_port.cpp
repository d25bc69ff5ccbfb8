#include "integration/real/free_port.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>

namespace plumbline::real {

std::uint16_t free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  void* raw = &address;
  const bool bound = fd >= 0 && ::bind(fd, static_cast<sockaddr*>(raw), size) == 0 &&
                     ::getsockname(fd, static_cast<sockaddr*>(raw), &size) == 0;
  ::close(fd);
  if (!bound) {
    throw std::runtime_error("no free port on the loopback");
  }
  return ntohs(address.sin_port);
}

}  // namespace plumbline::real
