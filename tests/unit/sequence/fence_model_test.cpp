// Visits every state of small worlds, and walks at random through larger ones: no number twice, none behind an
// acknowledged one, no falling epoch, an answer once the faults end; and each broken fence is found out.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <iostream>
#include <optional>
#include <unordered_map>

#include "fence_world.h"
#include "plumbline/base/random.h"

namespace plumbline::serve::model {
namespace {

struct Outcome {
  std::size_t states{0};
  bool complete{true};
  int most_given{0};
  std::string violation;
  std::vector<std::string> steps;
};

struct Origin {
  std::uint64_t parent;
  Action action;
};

std::vector<std::string> retell(const Scope& scope, const std::unordered_map<std::uint64_t, Origin>& seen,
                                std::uint64_t last) {
  std::vector<Action> actions;
  for (auto at = seen.find(last); at != seen.end() && at->second.parent != 0; at = seen.find(at->second.parent)) {
    actions.push_back(at->second.action);
  }
  std::reverse(actions.begin(), actions.end());
  std::vector<std::string> steps;
  World world{scope};
  for (const Action& action : actions) {
    steps.push_back(world.tell(action));
    world.apply(action);
  }
  return steps;
}

// Breadth first, so that the first counterexample is a shortest one.
Outcome explore(const Scope& scope, std::size_t most) {
  Outcome outcome;
  const World first{scope};
  std::unordered_map<std::uint64_t, Origin> seen{{first.fingerprint(), {0, {}}}};
  std::deque<std::pair<World, std::uint64_t>> frontier{{first, first.fingerprint()}};
  while (!frontier.empty() && outcome.complete) {
    const auto [world, parent] = std::move(frontier.front());
    frontier.pop_front();
    for (const Action& action : world.enabled()) {
      World next = world;
      next.apply(action);
      const std::uint64_t print = next.fingerprint();
      if (!seen.emplace(print, Origin{parent, action}).second) {
        continue;
      }
      outcome.most_given = std::max(outcome.most_given, next.given());
      outcome.states = seen.size();
      if (!next.violation().empty()) {
        outcome.violation = next.violation();
        outcome.steps = retell(scope, seen, print);
        return outcome;
      }
      outcome.complete = seen.size() < most;
      frontier.emplace_back(std::move(next), print);
    }
  }
  return outcome;
}

std::string story(const Outcome& outcome) {
  std::string text = outcome.violation + "\n";
  for (const std::string& step : outcome.steps) {
    text += "  " + step + "\n";
  }
  return text;
}

constexpr std::size_t kMostStates = 3'000'000;

const Scope kFlush{.name = "flush", .keepers = false, .flushes = 1, .gens = 3, .numbers = 6};
const Scope kLost{.name = "flush_and_lost_answers", .keepers = false, .lost = 1, .flushes = 1, .gens = 3, .numbers = 4};
const Scope kOverwrite{.name = "overwritten_counter", .keepers = false, .overwrites = 1, .gens = 3, .numbers = 6};
const Scope kFailover{
    .name = "failover", .ticks = 1, .sends = 1, .failovers = 1, .gens = 2, .numbers = 6, .epochs = 2, .warm = true};
const Scope kRestart{
    .name = "restart", .ticks = 1, .sends = 1, .restarts = 1, .gens = 2, .numbers = 5, .epochs = 2, .warm = true};
const Scope kToPostgres{
    .name = "to_postgres", .ticks = 3, .sends = 1, .redis_cuts = 1, .gens = 2, .numbers = 5, .epochs = 2, .warm = true};
const Scope kWayBack{
    .name = "way_back", .ticks = 1, .sends = 2, .gens = 6, .numbers = 6, .epochs = 2, .in_postgres = true};
const Scope kAlone{.name = "sentinels_alone",
                   .ticks = 2,
                   .sends = 1,
                   .sentinels_renew = true,
                   .redis_cuts = 1,
                   .postgres_cuts = 1,
                   .gens = 2,
                   .numbers = 5,
                   .epochs = 2,
                   .warm = true};
// One stops cleanly while the other, which loses Redis, wants to know whom it has to wait for.
const Scope kLeaves{.name = "one_leaves",
                    .ticks = 2,
                    .sends = 1,
                    .sentinels_renew = true,
                    .redis_cuts = 1,
                    .postgres_cuts = 1,
                    .leaves = 1,
                    .gens = 2,
                    .numbers = 5,
                    .epochs = 2,
                    .warm = true};

class FenceModel : public testing::TestWithParam<Scope> {};

TEST_P(FenceModel, HoldsInEveryState) {
  const Outcome outcome = explore(GetParam(), kMostStates);

  std::cout << GetParam().name << ": " << outcome.states << " states\n";
  EXPECT_EQ(outcome.violation, "") << story(outcome);
  EXPECT_TRUE(outcome.complete);
  EXPECT_GE(outcome.most_given, 2 * GetParam().sends);  // not because nothing happens
}

std::string scope_name(const testing::TestParamInfo<Scope>& param) {
  return param.param.name;
}

INSTANTIATE_TEST_SUITE_P(Worlds, FenceModel,
                         testing::Values(kFlush, kLost, kOverwrite, kFailover, kRestart, kToPostgres, kWayBack, kAlone,
                                         kLeaves),
                         scope_name);

Scope named(Scope scope, Broken broken, const char* name) {
  scope.name = name;
  scope.broken = broken;
  return scope;
}

class BrokenFence : public testing::TestWithParam<Scope> {};

TEST_P(BrokenFence, IsFoundOut) {
  const Outcome outcome = explore(GetParam(), kMostStates);

  std::cout << GetParam().name << ", after " << outcome.states << " states: " << story(outcome);
  EXPECT_NE(outcome.violation, "");
}

INSTANTIATE_TEST_SUITE_P(
    Worlds, BrokenFence,
    testing::Values(named(kRestart, Broken::plain_incr, "plain_incr"), named(kFailover, Broken::no_settle, "no_settle"),
                    named(kFlush, Broken::no_companion, "no_companion"),
                    named(kWayBack, Broken::no_epoch_recheck, "no_epoch_recheck"),
                    named(kFailover, Broken::no_reread, "no_reread"), named(kFailover, Broken::no_lease, "no_lease"),
                    named(kFlush, Broken::everybody_seeds, "everybody_seeds"),
                    named(kLost, Broken::no_confirm, "no_confirm"), named(kAlone, Broken::no_intent, "no_intent"),
                    named(kLeaves, Broken::leaves_early, "leaves_early")),
    scope_name);

// Everything at once, every question and answer late by itself.
Scope wild(Broken broken) {
  return Scope{.name = "wild",
               .ticks = 60,
               .sends = 12,
               .sentinels_renew = true,
               .lost = 4,
               .flushes = 1,
               .overwrites = 0,
               .failovers = 2,
               .restarts = 1,
               .redis_cuts = 2,
               .postgres_cuts = 1,
               .heals = 3,
               .leaves = 1,
               .gens = 1'000'000,
               .numbers = 1'000'000,
               .epochs = 1'000'000,
               .warm = true,
               .coarse = false,
               .broken = broken};
}

struct Walk {
  std::string violation;
  int given{0};
  bool answered{false};
  std::string story;
};

// The first thing that may be done in this order, so that nothing waits for ever behind something else.
std::optional<Action> most_urgent(const World& world, unsigned turn) {
  static constexpr Act kOrder[]{Act::execute, Act::deliver, Act::lose, Act::reconnect, Act::heal};
  static constexpr Act kTurns[]{Act::ask, Act::look, Act::ping, Act::sentinels};
  const std::vector<Action> all = world.enabled();
  const auto first = [&all](Act act) {
    return std::find_if(all.begin(), all.end(), [act](const Action& action) { return action.act == act; });
  };
  for (const Act act : kOrder) {
    if (const auto found = first(act); found != all.end()) {
      return *found;
    }
  }
  for (unsigned i = 0; i < 8; ++i) {
    const Action wanted{kTurns[(turn + i) % 8 / 2], static_cast<int>((turn + i) % 2)};
    const auto same = [&](const Action& action) {
      return action.act == wanted.act && action.who == wanted.who;
    };
    if (std::any_of(all.begin(), all.end(), same)) {
      return wanted;
    }
  }
  return std::nullopt;
}

// After the faults everybody does what he can, in turn, and time passes.
void settle_down(World& world) {
  world.calm_down();
  for (unsigned round = 0; round < 60 && world.violation().empty() && !world.all_answered(); ++round) {
    for (unsigned step = 0; step < 24 && world.violation().empty(); ++step) {
      if (const auto action = most_urgent(world, round + step)) {
        world.apply(*action);
      }
    }
    world.apply({Act::tick});
  }
}

Walk walk(const Scope& scope, std::uint64_t seed, int steps) {
  Rng rng{seed};
  World world{scope};
  for (int step = 0; step < steps && world.violation().empty(); ++step) {
    const std::vector<Action> all = world.enabled();
    Action action = all[rng.below(all.size())];
    const bool fault = action.act == Act::lose || action.act >= Act::flush;
    if ((action.act == Act::tick || fault) && rng.below(4) != 0) {
      action = all[rng.below(all.size())];  // work is more frequent than time and faults
    }
    world.apply(action);
  }
  if (world.violation().empty()) {
    settle_down(world);
  }
  return Walk{world.violation(), world.given(), world.all_answered(), world.summary()};
}

TEST(FenceWalk, NeverRepeatsNorGoesBackAndAnswersOnceFaultsEnd) {
  int given = 0;
  for (std::uint64_t seed = 1; seed <= 10'000; ++seed) {
    const Walk outcome = walk(wild(Broken::nothing), seed, 600);

    ASSERT_EQ(outcome.violation, "") << "seed " << seed;
    ASSERT_TRUE(outcome.answered) << "seed " << seed << outcome.story;
    given += outcome.given;
  }
  std::cout << given << " numbers in 10000 walks\n";
}

TEST(FenceWalk, FindsBrokenFences) {
  for (const Broken broken : {Broken::plain_incr, Broken::no_settle, Broken::no_lease}) {
    std::string violation;
    for (std::uint64_t seed = 1; seed <= 10'000 && violation.empty(); ++seed) {
      violation = walk(wild(broken), seed, 600).violation;
    }
    EXPECT_NE(violation, "") << "fault " << static_cast<int>(broken);
  }
}

}  // namespace
}  // namespace plumbline::serve::model
