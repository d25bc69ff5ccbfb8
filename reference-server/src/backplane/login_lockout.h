// Port: how long a name is refused after failed log-ins (decisions.md section 2, lockout ladder). Stage: backplane.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "service/done.h"

namespace plumbline::serve {

struct LockoutStep {
  std::uint32_t failures;  // from this many on
  std::chrono::seconds block;
};
using LockoutLadder = std::vector<LockoutStep>;  // failures ascending; empty: nobody is ever refused

// The messenger's ladder.
[[nodiscard]] inline LockoutLadder messenger_ladder() {
  using std::chrono::minutes;
  return {{3, minutes{1}}, {5, minutes{5}}, {7, minutes{15}}, {10, minutes{30}}};
}

// A count of failures lives this long from the first of them.
inline constexpr std::chrono::minutes kFailureMemory{30};

// One instance per shard, called and answering there. Names are those typed, whether or not anybody has them; ASCII
// case does not matter. Attempts admitted before a block began are counted when they fail; refused ones never are.
class LoginLockout {
 public:
  virtual ~LoginLockout() = default;
  // Seconds until the next attempt may be made, rounded up; 0: now.
  virtual void wait_of(std::string name, Done<std::uint32_t> done) = 0;
  virtual void failed(std::string name, Done<void> done) = 0;
  virtual void succeeded(std::string name, Done<void> done) = 0;  // forgets failures and block
};

}  // namespace plumbline::serve
