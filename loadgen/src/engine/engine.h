// Plays a plan: connects, prepares, offers arrivals open loop, settles, reads back. A state machine that is told the
// time and says when it wants to be told again; it never waits for an answer and never sleeps. Stage: engine.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

#include "engine/fleet.h"
#include "faults/fault_record.h"
#include "plan/plan.h"
#include "plumbline/base/clock.h"
#include "recorder/recorder.h"
#include "workload/workload.h"

namespace plumbline::load {

enum class Ending : std::uint8_t { running, complete, interrupted, target_lost, setup_failed };

class Engine {
 public:
  // `faults` may be null: none are planned.
  Engine(const Plan& plan, Wire& wire, Workload& workload, Recorder& recorder, const Clock& clock,
         FaultHooks* faults = nullptr);

  // Before begin(): what is missing after the load may take so long at most; without a value, the engine's own bound.
  void settle_within(std::optional<Duration> at_most) { settle_at_most_ = at_most; }
  void begin(Time now);
  // Does everything that is due. Returns when to call again; Time::max() once ending() is not running.
  Time turn(Time now);
  // Ends the run early: what is in flight gets a short while, then final reads are skipped.
  void interrupt(Time now);

  [[nodiscard]] Ending ending() const { return ending_; }
  [[nodiscard]] const std::string& sentence() const { return sentence_; }  // why it ended early
  [[nodiscard]] const Fleet& fleet() const { return fleet_; }
  [[nodiscard]] std::uint32_t phase() const { return phase_; }
  // For progress lines: "steady", "set-up", "settle".
  [[nodiscard]] std::string_view stage_name() const;
  [[nodiscard]] Duration elapsed(Time now) const { return now - stage_start_; }
  [[nodiscard]] Duration stage_length() const;
  // Settling ended because all was delivered and read, not because time was up.
  [[nodiscard]] bool settled() const { return settled_; }

 private:
  enum class Stage : std::uint8_t { ramp, prepare, hold, heal, settle, read, done };
  void enter_phase(std::uint32_t phase, Time now);
  void next_phase(Time now);
  void enter_settle(Time now);
  void end(Ending ending, std::string sentence, Time now);
  Time run_ramp(Time now);
  Time run_hold(Time now);
  Time run_heal(Time now);
  Time run_settle(Time now);
  Time run_read(Time now);
  void start_arrival(const Operation& op, Time intended, Time now);
  bool check_target(Time now);
  [[nodiscard]] Duration settle_at_most() const;
  [[nodiscard]] std::string loss_sentence() const;

  const Plan& plan_;
  Workload& workload_;
  Recorder& recorder_;
  FaultHooks* faults_;
  Fleet fleet_;
  Stage stage_{Stage::ramp};
  Ending ending_{Ending::running};
  std::string sentence_;
  std::uint32_t phase_{0};
  Time stage_start_{};
  std::optional<ArrivalStream> arrivals_;
  std::size_t wanted_users_{0};
  std::optional<Duration> settle_at_most_;
  bool prepared_{false};
  bool settled_{false};
  bool interrupted_{false};
};

}  // namespace plumbline::load
