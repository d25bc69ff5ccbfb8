#include "plan/operations.h"

#include <algorithm>
#include <cmath>

#include "plumbline/base/random.h"

namespace plumbline::load {
namespace {

// Independent 64-bit draws that belong to one arrival.
class Draws {
 public:
  explicit Draws(std::uint64_t base) : base_(base) {}
  std::uint64_t next() { return mix64(base_ + ++taken_ * 0x9E3779B97F4A7C15ULL); }
  double unit() { return unit_double(next()); }
  std::uint32_t below(std::size_t bound) {
    return static_cast<std::uint32_t>(unit() * static_cast<double>(bound));  // bounds are far below 2^53
  }

 private:
  std::uint64_t base_;
  std::uint64_t taken_{0};
};

OpKind pick_kind(const Mix& mix, double u) {
  OpKind last = OpKind::send;
  for (const auto& [kind, share] : mix.shares) {
    last = share > 0 ? kind : last;
    u -= share;
    if (u < 0) {
      return kind;
    }
  }
  return last;
}

void pick_conversation(const Population& population, Draws& draws, Operation& op) {
  op.conversation = draws.below(population.conversations.size());
  const auto& members = population.conversations[op.conversation].members;
  const std::uint32_t place = draws.below(members.size());
  op.user = members[place];
  op.reader = members[(place + 1 + draws.below(members.size() - 1)) % members.size()];
}

void fill_send(const Mix& mix, Draws& draws, Operation& op) {
  op.typing_before = draws.unit() < mix.typing_before;
  op.think = Duration{std::llround(mix.think.sample(draws.next()))};
  op.read_after = draws.unit() < mix.read_after;
  op.read_delay = Duration{std::llround(mix.read_delay.sample(draws.next()))};
}

}  // namespace

Operation operation_at(const Scenario& scenario, const Population& population, std::uint32_t phase,
                       std::uint64_t index) {
  Draws draws{mix64(scenario.seed) ^ mix64((std::uint64_t{phase} << 48U) + index)};
  Operation op;
  op.kind = pick_kind(scenario.mix, draws.unit());
  const bool social = op.kind != OpKind::ack && op.kind != OpKind::reconnect && op.kind != OpKind::presence;
  if (social && !population.conversations.empty()) {
    pick_conversation(population, draws, op);
  } else if (op.kind == OpKind::ack) {
    // Round robin: acked round trips load every connection alike.
    op.device = static_cast<std::uint32_t>(index % population.devices());
    op.user = population.device_user[op.device];
  } else {
    op.user = draws.below(population.users.size());
  }
  if (op.kind != OpKind::ack) {
    const User& user = population.users[op.user];
    op.device = user.first_device + draws.below(user.devices);
  }
  op.size = static_cast<std::uint32_t>(std::clamp(scenario.mix.size.sample(draws.next()), 1.0, 10'000.0));
  if (op.kind == OpKind::send) {
    fill_send(scenario.mix, draws, op);
  }
  return op;
}

}  // namespace plumbline::load
