// Seeded randomness: the same seed gives the same numbers on every machine and compiler.
#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace plumbline {

// One well-mixed 64-bit number from any 64-bit input: a pure hash, the base of pure schedules.
[[nodiscard]] constexpr std::uint64_t mix64(std::uint64_t x) {
  x += 0x9E3779B97F4A7C15ULL;
  x = (x ^ (x >> 30U)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27U)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31U);
}

// Uniform in [0, 1), 53 bits.
[[nodiscard]] constexpr double unit_double(std::uint64_t bits) {
  return static_cast<double>(bits >> 11U) * 0x1.0p-53;
}

// xoshiro256**; not thread-safe; one per owner. Never for secrets: use secure_bytes.
class Rng {
 public:
  explicit Rng(std::uint64_t seed);
  [[nodiscard]] std::uint64_t next();
  [[nodiscard]] double uniform() { return unit_double(next()); }  // [0, 1)
  [[nodiscard]] std::uint64_t below(std::uint64_t bound);         // [0, bound), bound > 0, unbiased
  [[nodiscard]] double exponential(double mean);                  // mean in the caller's unit
  [[nodiscard]] double normal();                                  // mean 0, deviation 1

  // Satisfies UniformRandomBitGenerator.
  using result_type = std::uint64_t;
  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return ~0ULL; }
  result_type operator()() { return next(); }

 private:
  std::array<std::uint64_t, 4> state_{};
};

// From the operating system; the only source fit for session ids and keys.
[[nodiscard]] std::uint64_t entropy_seed();
[[nodiscard]] std::string secure_bytes(std::size_t count);

}  // namespace plumbline
