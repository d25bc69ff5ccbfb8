// How each node comes to life: what is laid out in its folder, and which commands run.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "kafka/kafka_home.h"
#include "place/programs.h"
#include "place/stack_dir.h"
#include "topology/topology.h"

namespace plumbline::stack {

// Everything that recipes are made of.
struct Ingredients {
  const StackDir* dir{nullptr};
  Topology topology;
  Programs programs;
  KafkaHome kafka;
  std::string executable;  // of plumbline itself
  std::vector<std::string> serve_words;
  bool with_backends{true};
  std::optional<User> user;  // whom processes run as
};

struct Recipe {
  // Writes configuration; `emptied` also empties the data. Called before the first start and before `restart-empty`.
  std::function<Outcome<void>(bool emptied)> lay_out;
  std::vector<std::string> first;  // runs to its end before the first start on empty data; empty: nothing to do
  std::vector<std::string> command;
  std::optional<User> user;
  std::vector<std::string> variables;
};

[[nodiscard]] Recipe recipe_for(const Node& node, const Ingredients& given);

// The marker in the environment of every process of the stack in `dir`.
[[nodiscard]] std::string marker_variable(const std::string& dir);

}  // namespace plumbline::stack
