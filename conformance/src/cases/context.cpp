#include "cases/context.h"

#include <fmt/format.h>

#include <algorithm>

namespace plumbline::conform {
namespace {

constexpr Duration kAround = std::chrono::milliseconds{10};

}  // namespace

Placement Context::place_span(Time start, Time end, Window window) const {
  const Duration start_lag = lag(start - kAround, start);
  const Duration end_lag = lag(end - kAround, end);
  const Placement seen = place(end - start, window, start_lag, end_lag);
  if (seen != Placement::late || !target.has("client")) {
    return seen;
  }
  return place(end - start, window, start_lag, end_lag + waited(start, end)) == Placement::late ? Placement::late
                                                                                                : Placement::unclear;
}

void Context::ran_out(Time from, Time to) {
  if (const Duration without = waited(from, to); without >= (to - from) / 2) {
    starved_ = std::max(starved_, without);
  }
}

double to_ms(Duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}
std::string ms_text(Duration duration) {
  return fmt::format("{:.0f} ms", to_ms(duration));
}

}  // namespace plumbline::conform
