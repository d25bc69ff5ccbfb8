#include "cases/context.h"

#include <fmt/format.h>

namespace plumbline::conform {
namespace {

constexpr Duration kAround = std::chrono::milliseconds{10};

}  // namespace

Placement Context::place_span(Time start, Time end, Window window) const {
  return place(end - start, window, lag(start - kAround, start), lag(end - kAround, end));
}

double to_ms(Duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}
std::string ms_text(Duration duration) {
  return fmt::format("{:.0f} ms", to_ms(duration));
}

}  // namespace plumbline::conform
