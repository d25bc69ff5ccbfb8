// The line that lives while a run does: rewritten in a terminal, a plain line now and then elsewhere. Stage: progress.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>

#include "engine/engine.h"
#include "plan/plan.h"
#include "recorder/recorder.h"

namespace plumbline::load {

enum class ProgressStyle : std::uint8_t { silent, plain, live };

class Progress {
 public:
  Progress(std::ostream& out, ProgressStyle style, const Plan& plan);

  void header(const std::string& target);
  // Called about ten times a second; decides itself when to write.
  void tick(Time now, const Engine& engine, const Workload& workload, Recorder& recorder);
  // Ends the live line, so that what follows starts on a line of its own.
  // A line of its own, such as a fault.
  void note(const std::string& line);
  void finish();

 private:
  void write(Time now, const Engine& engine, const Workload& workload, Recorder& recorder);

  std::ostream& out_;
  ProgressStyle style_;
  const Plan& plan_;
  Time next_{};
  std::string stage_;
  bool open_line_{false};
};

}  // namespace plumbline::load
