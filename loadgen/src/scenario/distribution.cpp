// Sampling of the quantities that a scenario describes. Stage: scenario.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "plumbline/base/random.h"
#include "scenario/scenario.h"

namespace plumbline::load {
namespace {

constexpr double kZ99 = 2.3263478740408408;  // 99 % quantile of the standard normal distribution

double standard_normal(std::uint64_t bits) {
  const double radius = std::sqrt(-2.0 * std::log1p(-unit_double(bits)));
  return radius * std::cos(2.0 * std::numbers::pi * unit_double(mix64(bits)));
}

// Weight of k is k^-skew between the bounds, both included; at most a few thousand terms.
double zipf(double low, double high, double skew, double u) {
  double total = 0;
  for (double k = low; k <= high; ++k) {
    total += std::pow(k, -skew);
  }
  double left = u * total;
  for (double k = low; k <= high; ++k) {
    left -= std::pow(k, -skew);
    if (left < 0) {
      return k;
    }
  }
  return high;
}

double zipf_mean(double low, double high, double skew) {
  double weights = 0;
  double sum = 0;
  for (double k = low; k <= high; ++k) {
    weights += std::pow(k, -skew);
    sum += k * std::pow(k, -skew);
  }
  return weights > 0 ? sum / weights : low;
}

}  // namespace

double Distribution::sample(std::uint64_t bits) const {
  const double u = unit_double(bits);
  switch (kind) {
    case Kind::fixed:
      return a;
    case Kind::uniform:
      return a + u * (b - a);
    case Kind::exponential:
      return -a * std::log1p(-u);
    case Kind::lognormal:
      return a * std::exp(standard_normal(bits) * std::log(b / a) / kZ99);
    case Kind::zipf:
      return zipf(a, b, skew, u);
  }
  return a;
}

double Distribution::mean() const {
  switch (kind) {
    case Kind::fixed:
    case Kind::exponential:
      return a;
    case Kind::uniform:
      return (a + b) / 2;
    case Kind::lognormal: {
      const double sigma = std::log(b / a) / kZ99;
      return a * std::exp(sigma * sigma / 2);
    }
    case Kind::zipf:
      return zipf_mean(a, b, skew);
  }
  return a;
}

std::string_view to_string(OpKind kind) {
  switch (kind) {
    case OpKind::send:
      return "send";
    case OpKind::typing:
      return "typing";
    case OpKind::read:
      return "read";
    case OpKind::history:
      return "history";
    case OpKind::presence:
      return "presence";
    case OpKind::reconnect:
      return "reconnect";
    case OpKind::ack:
      return "ack";
  }
  return "unknown";
}

}  // namespace plumbline::load
