// Declares a fuzz target: libFuzzer's entry point in the fuzz tree, an entry of the replay test everywhere else.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace plumbline::fuzz {

using Input = std::string_view;
using Run = void (*)(Input input);

struct Target {
  const char* name;
  Run run;
};

inline std::vector<Target>& targets() {
  static std::vector<Target> all;
  return all;
}

inline bool add_target(const char* name, Run run) {
  targets().push_back({name, run});
  return true;
}

// A property that must hold for every input; libFuzzer and the replay both see the abort.
inline void require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

}  // namespace plumbline::fuzz

#ifdef PLUMBLINE_LIBFUZZER
#define PLUMBLINE_FUZZ_TARGET(name)                                                   \
  static void name(plumbline::fuzz::Input input);                                     \
  extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) { \
    name({reinterpret_cast<const char*>(data), size});                                \
    return 0;                                                                         \
  }                                                                                   \
  static void name(plumbline::fuzz::Input input)
#else
#define PLUMBLINE_FUZZ_TARGET(name)                                                           \
  static void name(plumbline::fuzz::Input input);                                             \
  [[maybe_unused]] static const bool name##_added = plumbline::fuzz::add_target(#name, name); \
  static void name(plumbline::fuzz::Input input)
#endif
