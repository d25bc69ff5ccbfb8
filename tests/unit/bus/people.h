// Who writes to whom in the tests of the bus.
#pragma once

#include "service/uuid.h"

namespace plumbline::serve {

inline constexpr Uuid kAnn{0x1111111111111111, 0x1111111111111111};
inline constexpr Uuid kBob{0x2222222222222222, 0x2222222222222222};
inline constexpr Uuid kCyd{0x3333333333333333, 0x3333333333333333};

}  // namespace plumbline::serve
