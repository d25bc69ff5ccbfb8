// What a process and everything that it started use, as Linux tells in /proc. Stage: target.
#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>

#include "wire/target_process.h"

namespace plumbline::conform {

// Nothing: no such process, or this machine does not tell.
[[nodiscard]] std::optional<ProcessUse> use_of_tree(pid_t root);
// The number that the file begins with; nothing when there is none.
[[nodiscard]] std::optional<pid_t> pid_in_file(const std::string& file);

// The process of a target, by whoever has it.
class ProcessOfTarget final : public TargetProcess {
 public:
  struct Means {
    std::function<std::optional<pid_t>()> pid;
    std::function<bool()> stop;
    std::function<bool()> start;
    std::function<bool()> stop_backplane{};
    std::function<bool()> start_backplane{};
  };
  explicit ProcessOfTarget(Means means) : means_(std::move(means)) {}

  std::optional<ProcessUse> use() override {
    const auto pid = means_.pid();
    return pid ? use_of_tree(*pid) : std::nullopt;
  }
  bool stop() override { return means_.stop(); }
  bool start() override { return means_.start(); }
  bool stop_backplane() override { return means_.stop_backplane && means_.stop_backplane(); }
  bool start_backplane() override { return means_.start_backplane && means_.start_backplane(); }

 private:
  Means means_;
};

}  // namespace plumbline::conform
