// A constant that a source hides again.
#pragma once

namespace plumbline {

inline constexpr int kMostRows = 5;

}  // namespace plumbline
