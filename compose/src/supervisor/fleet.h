// The processes of a stack by name, with what the outside wants to know of them. Lives on the supervisor's thread.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "supervisor/service.h"

namespace plumbline::stack {

class Fleet {
 public:
  explicit Fleet(const Ingredients& given);

  [[nodiscard]] std::vector<Service>& services() { return services_; }
  [[nodiscard]] Service* find(std::string_view name);
  [[nodiscard]] bool all_ready(const std::function<bool(const Node&)>& among) const;
  // Names of those that are not ready.
  [[nodiscard]] std::vector<std::string> unready() const;
  // Instances and the front get `grace`; the rest is killed: its data ends with the stack.
  void stop_all(Duration grace);

  // The line that `stack up` prints, without its prefix.
  [[nodiscard]] std::string ready_json() const;
  // Answer to `status`: the same with the state of each process.
  [[nodiscard]] std::string status_json(std::int64_t id, const std::string& redis_master) const;

 private:
  const Ingredients& given_;
  std::vector<Service> services_;
};

}  // namespace plumbline::stack
