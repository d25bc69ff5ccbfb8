// Keeps the processes of one stack: starts them, watches them, does what the control socket asks. One thread of its own
// (the caller's) for processes, a small pool for questions that block.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "place/stack_dir.h"
#include "process/recipe.h"

namespace plumbline::stack {

class Supervisor {
 public:
  // `given` must outlive it. `on_ready` gets the JSON of the whole stack, once.
  Supervisor(const Ingredients& given, std::function<void(std::string json)> on_ready);
  ~Supervisor();
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  // Until SIGTERM, SIGINT or the word `down`; the failure of a start otherwise. Nothing runs when it returns.
  [[nodiscard]] Outcome<void> run();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace plumbline::stack
