// The suite's end of a real connection: what the kernel does there must not make a target look late.
#include "wire/live_medium.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace plumbline::conform {
namespace {

using namespace std::chrono_literals;

// Two ends of one TCP connection over loopback.
class LiveMediumTest : public testing::Test {
 protected:
  void SetUp() override {
    const int listening = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    ASSERT_EQ(::bind(listening, generic, length), 0);
    ASSERT_EQ(::listen(listening, 1), 0);
    ASSERT_EQ(::getsockname(listening, generic, &length), 0);
    const int suite = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    ::connect(suite, generic, length);  // under way or done
    target_ = ::accept(listening, nullptr, nullptr);
    ASSERT_GE(target_, 0);
    ::close(listening);
    medium_.lend(1, suite);
  }
  void TearDown() override { ::close(target_); }

  std::string read_by_suite() {
    Event event;
    for (int looks = 0; looks < 50; ++looks) {
      medium_.wait(medium_.deadline(100ms));
      while (medium_.next(event)) {
        if (event.kind == Event::Kind::bytes) {
          return event.bytes;
        }
      }
    }
    return {};
  }
  void target_says(std::string_view text) { ASSERT_EQ(::send(target_, text.data(), text.size(), 0), std::ssize(text)); }
  std::uint32_t not_acknowledged() {
    tcp_info info{};
    socklen_t length = sizeof info;
    EXPECT_EQ(::getsockopt(target_, IPPROTO_TCP, TCP_INFO, &info, &length), 0);
    return info.tcpi_unacked;
  }

  const SteadyClock clock_;
  LiveMedium medium_{clock_, nullptr};
  int target_{-1};
};

// A server without TCP_NODELAY sent its greeting and then a ping: the ping lay 43 ms in the server's kernel, for the
// acknowledgement of the greeting, and the close that followed in time was called early.
TEST_F(LiveMediumTest, AcknowledgesWhatItReadAlsoInAConversation) {
  for (int turn = 0; turn < 20; ++turn) {
    target_says("question");
    ASSERT_EQ(read_by_suite(), "question");
    EXPECT_EQ(not_acknowledged(), 0U) << "turn " << turn;
    medium_.send(1, "answer");
    std::array<char, 16> answer{};
    ASSERT_EQ(::recv(target_, answer.data(), answer.size(), 0), 6);
  }
}

}  // namespace
}  // namespace plumbline::conform
