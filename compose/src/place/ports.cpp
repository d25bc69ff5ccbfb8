#include "place/ports.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <string>
#include <utility>

#include "plumbline/net/loopback_port.h"

namespace plumbline::stack {
namespace {

constexpr std::uint32_t kLowest = 10'240;

std::uint32_t first_ephemeral() {
  std::ifstream in{"/proc/sys/net/ipv4/ip_local_port_range"};
  std::uint32_t first = 32'768;
  in >> first;
  return first > kLowest + PortBlock::kSize ? first : 32'768;
}

// A socket whose name only one process can have; -1 when somebody has it.
int lock_named(const std::string& name) {
  const int made = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(&address.sun_path[1], name.data(), name.size());  // a leading zero byte: the abstract namespace
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  if (made >= 0 && ::bind(made, reinterpret_cast<const sockaddr*>(&address), length) == 0) {
    return made;
  }
  ::close(made);
  return -1;
}

bool all_free(std::uint16_t first) {
  for (std::uint16_t i = 0; i < PortBlock::kSize; ++i) {
    if (!net::is_free(static_cast<std::uint16_t>(first + i))) {
      return false;
    }
  }
  return true;
}

}  // namespace

Outcome<PortBlock> PortBlock::reserve(std::uint64_t start) {
  const auto blocks = static_cast<std::uint32_t>((first_ephemeral() - kLowest) / kSize);
  for (std::uint32_t i = 0; i < blocks; ++i) {
    const auto block = static_cast<std::uint32_t>((start + i) % blocks);
    const auto first = static_cast<std::uint16_t>(kLowest + block * kSize);
    const int lock = lock_named("plumbline-ports-" + std::to_string(first));
    if (lock < 0) {
      continue;
    }
    PortBlock reserved{lock, first};
    if (all_free(first)) {
      return reserved;
    }
  }
  return Failure{"no 64 free ports in a row on 127.0.0.1; stop other stacks with `plumbline stack down --dir DIR`"};
}

PortBlock::PortBlock(PortBlock&& other) noexcept : lock_(std::exchange(other.lock_, -1)), first_(other.first_) {}

PortBlock& PortBlock::operator=(PortBlock&& other) noexcept {
  std::swap(lock_, other.lock_);
  std::swap(first_, other.first_);
  return *this;
}

PortBlock::~PortBlock() {
  if (lock_ >= 0) {
    ::close(lock_);
  }
}

std::vector<std::uint16_t> PortBlock::ports() const {
  std::vector<std::uint16_t> list(kSize);
  for (std::size_t i = 0; i < kSize; ++i) {
    list[i] = static_cast<std::uint16_t>(first_ + i);
  }
  return list;
}

}  // namespace plumbline::stack
