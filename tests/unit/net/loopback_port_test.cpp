// What is said to be free can be listened on, what somebody listens on is not free.
#include "plumbline/net/loopback_port.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace plumbline::net {
namespace {

// -1 when it cannot.
int listen_on(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 && ::listen(fd, 1) == 0) {
    return fd;
  }
  ::close(fd);
  return -1;
}

TEST(LoopbackPort, IsFreeUntilSomebodyListens) {
  int listener = -1;
  std::uint16_t port = 0;
  for (int tried = 0; tried < 10 && listener < 0; ++tried) {  // another test may take it first
    port = free_port();
    ASSERT_NE(port, 0);
    listener = listen_on(port);
  }
  ASSERT_GE(listener, 0);
  EXPECT_FALSE(is_free(port));
  ::close(listener);
}

TEST(LoopbackPort, KnowsAFreeOne) {
  EXPECT_TRUE(is_free(free_port()) || is_free(free_port()));  // another test may take one
}

}  // namespace
}  // namespace plumbline::net
