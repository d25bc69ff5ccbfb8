#include "plan/population.h"

#include <algorithm>
#include <cmath>
#include <unordered_set>

#include "plumbline/base/ids.h"
#include "plumbline/base/random.h"

namespace plumbline::load {
namespace {

// Device counts in the exact proportions of the scenario, dealt in a seeded order.
std::vector<std::uint32_t> device_counts(const Users& users, Rng& rng) {
  std::vector<std::uint32_t> counts;
  counts.reserve(users.count);
  double share = 0;
  for (const auto& [devices, of_users] : users.devices) {
    share += of_users;
    const auto until = static_cast<std::size_t>(std::lround(share * users.count));
    counts.resize(std::max(counts.size(), std::min<std::size_t>(until, users.count)), devices);
  }
  counts.resize(users.count, users.devices.begin()->first);
  for (std::size_t i = counts.size(); i > 1; --i) {
    std::swap(counts[i - 1], counts[rng.below(i)]);
  }
  return counts;
}

std::string direct_key(const std::string& a, const std::string& b) {
  return std::min(a, b) + "_" + std::max(a, b);
}

std::vector<std::uint32_t> draw_members(std::uint32_t owner, std::size_t wanted, std::uint32_t users, Rng& rng) {
  std::vector<std::uint32_t> members{owner};
  std::unordered_set<std::uint32_t> taken{owner};
  while (members.size() < std::min<std::size_t>(wanted, users)) {
    const auto other = static_cast<std::uint32_t>(rng.below(users));
    if (taken.insert(other).second) {
      members.push_back(other);
    }
  }
  return members;
}

void add_conversations(const Scenario& scenario, Population& into, Rng& rng) {
  const std::uint32_t users = scenario.users.count;
  if (users < 2 || scenario.target.app == "echo") {
    return;
  }
  const auto total = static_cast<std::size_t>(std::max(1L, std::lround(users * scenario.topology.per_user)));
  const auto direct = static_cast<std::size_t>(std::lround(static_cast<double>(total) * scenario.topology.direct));
  std::unordered_set<std::string> pairs;
  for (std::size_t i = 0; i < total; ++i) {
    const auto owner = static_cast<std::uint32_t>(i % users);
    Conversation conversation;
    conversation.group = i >= direct;
    if (conversation.group) {
      const double size = scenario.topology.group_size.sample(rng.next());
      conversation.members = draw_members(owner, static_cast<std::size_t>(std::max(2.0, size)), users, rng);
    } else {
      conversation.members = draw_members(owner, 2, users, rng);
      conversation.id = direct_key(into.users[conversation.members[0]].id, into.users[conversation.members[1]].id);
      if (!pairs.insert(conversation.id).second) {
        continue;  // the other side already started this one
      }
    }
    into.conversations.push_back(std::move(conversation));
  }
}

}  // namespace

Population make_population(const Scenario& scenario, std::uint32_t run) {
  Population population;
  Rng rng{mix64(scenario.seed ^ 0x706f70756c617465ULL)};
  const std::vector<std::uint32_t> counts = device_counts(scenario.users, rng);
  population.users.reserve(counts.size());
  Rng ids{mix64(scenario.seed) ^ mix64(run)};
  const std::string prefix = "pl" + std::to_string(run) + "u";
  for (std::uint32_t i = 0; i < counts.size(); ++i) {
    User user;
    user.id = uuid_v4(ids);
    user.name = prefix + std::to_string(i);
    user.first_device = static_cast<std::uint32_t>(population.device_user.size());
    user.devices = counts[i];
    population.device_user.resize(population.device_user.size() + counts[i], i);
    population.users.push_back(std::move(user));
  }
  add_conversations(scenario, population, rng);
  return population;
}

double Population::mean_fan_out() const {
  double reached = 0;
  for (const Conversation& conversation : conversations) {
    for (const std::uint32_t member : conversation.members) {
      reached += users[member].devices;
    }
  }
  return conversations.empty() ? 0 : reached / static_cast<double>(conversations.size());
}

}  // namespace plumbline::load
