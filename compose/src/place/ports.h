// Ports of 127.0.0.1 that belong to one stack as long as it lives.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "place/failure.h"

namespace plumbline::stack {

// A block of ports below the range from which the kernel serves outgoing connections: such a connection could else sit
// on the port of a killed server when that comes back. A name in the abstract socket namespace keeps two stacks apart,
// also when the owner dies; forked processes without exec share it.
class PortBlock {
 public:
  static constexpr std::size_t kSize = 64;

  // `start` chooses where the search begins.
  [[nodiscard]] static Outcome<PortBlock> reserve(std::uint64_t start);
  PortBlock(PortBlock&& other) noexcept;
  PortBlock& operator=(PortBlock&& other) noexcept;
  ~PortBlock();

  [[nodiscard]] std::vector<std::uint16_t> ports() const;

 private:
  PortBlock(int lock, std::uint16_t first) : lock_(lock), first_(first) {}
  int lock_{-1};
  std::uint16_t first_{0};
};

}  // namespace plumbline::stack
