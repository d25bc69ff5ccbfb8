// Who takes part: users, their devices, and the conversations between them, all from the seed. Stage: plan.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "scenario/scenario.h"

namespace plumbline::load {

struct User {
  std::string id;    // UUID v4, the `sub` of the token
  std::string name;  // the `username` claim
  std::uint32_t first_device{0};
  std::uint32_t devices{1};
};

struct Conversation {
  bool group{false};
  std::vector<std::uint32_t> members;  // user indices, the one who starts it first
  std::string id;                      // direct: min_max of the user ids; group: empty until it is created
};

struct Population {
  std::vector<User> users;
  std::vector<std::uint32_t> device_user;  // device index -> user index; devices of one user are neighbours
  std::vector<Conversation> conversations;

  [[nodiscard]] std::size_t devices() const { return device_user.size(); }
  // Connected devices that a message of an average conversation reaches, the sender's own included.
  [[nodiscard]] double mean_fan_out() const;
};

// Same scenario and seed: the same population, but for the ids and names of the users, which belong to the `run`, so
// that a target that keeps its data never shows one run the messages of another.
[[nodiscard]] Population make_population(const Scenario& scenario, std::uint32_t run = 0);

}  // namespace plumbline::load
