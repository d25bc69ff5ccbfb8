#include "engine/engine.h"

#include <algorithm>

namespace plumbline::load {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Duration kConnectGrace = seconds{25};  // after a ramp: slower connects than this mean a lost target
constexpr Duration kSettleAtMost = seconds{15};
constexpr Duration kSettleAfterFaults = seconds{120};  // the official client alone may take 5 s to come back
constexpr Duration kHealAtMost = seconds{90};
constexpr Duration kLostAfterFaults = seconds{60};  // faults take whole instances away: that is the point
constexpr Duration kReadAtMost = seconds{30};       // the last pass of final reads
constexpr Duration kLostAfter = seconds{10};        // without a single connection
constexpr Duration kInterruptGrace = seconds{2};
constexpr Duration kPoll = milliseconds{2};  // while waiting for answers between phases

}  // namespace

Engine::Engine(const Plan& plan, Wire& wire, Workload& workload, Recorder& recorder, const Clock& clock,
               FaultHooks* faults)
    : plan_(plan),
      workload_(workload),
      recorder_(recorder),
      faults_(faults),
      fleet_(wire, workload, clock, plan.population.devices(), plan.scenario.seed) {
  fleet_.on_return([this](std::uint32_t /*device*/, Time dropped, Time back) {
    recorder_.on_outcome(OpKind::reconnect, Outcome::ok, dropped, dropped, back);
  });
  fleet_.on_away([this](Time from, Time to) { recorder_.on_devices_back(from, to); });
}

void Engine::begin(Time now) {
  recorder_.start(now);
  enter_phase(0, now);
}

void Engine::enter_phase(std::uint32_t phase, Time now) {
  phase_ = phase;
  stage_start_ = now;
  recorder_.begin_phase(phase, now, plan_.phases[phase].arrivals);
  if (faults_ != nullptr) {
    faults_->phase_started(phase, now);
  }
  const Phase& entered = plan_.scenario.phases[phase];
  if (entered.kind == Phase::Kind::hold) {
    stage_ = Stage::hold;
    arrivals_.emplace(plan_.pattern(phase));
    return;
  }
  stage_ = Stage::ramp;
  const std::size_t first = wanted_users_;
  wanted_users_ = std::max<std::size_t>(first, entered.users);
  for (std::size_t i = first; i < wanted_users_; ++i) {
    const User& user = plan_.population.users[i];
    const Time at = now + ramp_offset(i - first, wanted_users_ - first, entered.length);
    for (std::uint32_t d = 0; d < user.devices; ++d) {
      fleet_.want(user.first_device + d, at);
    }
  }
}

void Engine::next_phase(Time now) {
  recorder_.end_phase(phase_, now);
  if (phase_ + 1 < plan_.scenario.phases.size()) {
    enter_phase(phase_ + 1, now);
  } else {
    enter_settle(now);
  }
}

void Engine::enter_settle(Time now) {
  workload_.stop_offering();
  recorder_.end_load(now);
  stage_ = Stage::settle;
  stage_start_ = now;
  if (faults_ != nullptr) {
    faults_->load_ended();
    stage_ = Stage::heal;
  }
}

// What is judged at the end is what a whole target says.
Time Engine::run_heal(Time now) {
  if (faults_->healed() || now - stage_start_ > kHealAtMost) {
    stage_ = Stage::settle;
    stage_start_ = now;
    return now;
  }
  return now + kPoll;
}

Duration Engine::settle_at_most() const {
  return settle_at_most_ ? *settle_at_most_ : faults_ != nullptr ? kSettleAfterFaults : kSettleAtMost;
}

void Engine::end(Ending ending, std::string sentence, Time now) {
  if (stage_ == Stage::ramp || stage_ == Stage::hold) {
    recorder_.end_phase(phase_, now);
  }
  ending_ = ending;
  sentence_ = std::move(sentence);
  stage_ = Stage::done;
  fleet_.close_all();
}

void Engine::interrupt(Time now) {
  if (stage_ == Stage::done || interrupted_) {
    return;
  }
  interrupted_ = true;
  if (stage_ == Stage::ramp || stage_ == Stage::hold) {
    recorder_.end_phase(phase_, now);
  }
  if (!prepared_) {
    end(Ending::interrupted, "interrupted before any load", now);
    return;
  }
  enter_settle(now);
}

Time Engine::turn(Time now) {
  if (stage_ == Stage::done || !check_target(now)) {
    return Time::max();
  }
  Time next = Time::max();
  switch (stage_) {
    case Stage::ramp:
    case Stage::prepare:
      next = run_ramp(now);
      break;
    case Stage::hold:
      next = run_hold(now);
      break;
    case Stage::heal:
      next = run_heal(now);
      break;
    case Stage::settle:
      next = run_settle(now);
      break;
    case Stage::read:
      next = run_read(now);
      break;
    case Stage::done:
      return Time::max();
  }
  if (stage_ == Stage::done) {
    return Time::max();
  }
  return std::min({next, workload_.run_due(now), fleet_.run_due(now)});
}

// A target that refuses the users, or that no device has been connected to for a while, is not worth waiting for.
bool Engine::check_target(Time now) {
  if (!workload_.failure().empty()) {
    end(Ending::setup_failed, std::string(workload_.failure()), now);
    return false;
  }
  if (!fleet_.last_refusal().empty() && !prepared_) {
    end(Ending::setup_failed,
        "the target refused a connection: " + fleet_.last_refusal() + "; does it trust the key? give it with --jwt-key",
        now);
    return false;
  }
  const Duration patience = faults_ != nullptr && prepared_ ? kLostAfterFaults : kLostAfter;
  const bool gone = fleet_.wanted() > 0 && fleet_.connected() == 0 && now - fleet_.last_change() > patience;
  if (gone && now - stage_start_ > patience) {
    end(Ending::target_lost, loss_sentence(), now);
    return false;
  }
  return true;
}

std::string Engine::loss_sentence() const {
  const Error& error = fleet_.last_error();
  const std::string why(error.where.empty() ? to_string(error.code) : error.where);
  if (fleet_.ever_connected()) {
    return std::string("the target was lost: no device has been connected for ") +
           (faults_ != nullptr ? "60 s (" : "10 s (") + why + ")";
  }
  return "no device could ever connect to the target in 10 s (" + why + "); is it a Socket.IO server, and is " +
         plan_.scenario.target.socketio_path + " its path?";
}

Time Engine::run_ramp(Time now) {
  const Phase& ramp = plan_.scenario.phases[phase_];
  const Time planned_end = stage_start_ + ramp.length;
  if (now < planned_end) {
    return planned_end;
  }
  if (fleet_.connected() < fleet_.wanted()) {
    if (now > planned_end + kConnectGrace) {
      end(Ending::target_lost,
          "only " + std::to_string(fleet_.connected()) + " of " + std::to_string(fleet_.wanted()) +
              " devices were connected 25 s after the ramp (" + std::string(to_string(fleet_.last_error().code)) + ")",
          now);
    }
    return now + kPoll;
  }
  stage_ = Stage::prepare;
  if (!prepared_ && !workload_.prepare(now)) {
    return now + kPoll;
  }
  prepared_ = true;
  next_phase(now);
  return now;
}

Time Engine::run_hold(Time now) {
  ArrivalStream* const arrivals = arrivals_ ? &*arrivals_ : nullptr;
  if (arrivals == nullptr) {
    return now;
  }
  while (const auto due = arrivals->peek()) {
    const Time intended = stage_start_ + *due;
    if (intended > now) {
      break;
    }
    start_arrival(operation_at(plan_.scenario, plan_.population, phase_, arrivals->index()), intended, now);
    arrivals->pop();
  }
  const Time planned_end = stage_start_ + plan_.scenario.phases[phase_].length;
  if (const auto due = arrivals->peek()) {
    return stage_start_ + *due;
  }
  if (now >= planned_end) {
    // The next phase begins when this one was planned to end: a late loop does not stretch the schedule.
    next_phase(planned_end);
    return now;
  }
  return planned_end;
}

void Engine::start_arrival(const Operation& op, Time intended, Time now) {
  recorder_.on_arrival(op.kind, intended, now);
  if (op.kind != OpKind::reconnect) {
    workload_.start(op, intended, now);
    return;
  }
  if (!fleet_.drop(op.device, now)) {
    recorder_.on_outcome(OpKind::reconnect, Outcome::ok, intended, now, now);  // it is on its way back already
  }
}

Time Engine::run_settle(Time now) {
  const Duration waited = now - stage_start_;
  const bool quiet =
      workload_.in_flight() == 0 && workload_.undelivered() == 0 && fleet_.connected() == fleet_.wanted();
  if (interrupted_) {
    if (quiet || waited > kInterruptGrace) {
      end(Ending::interrupted, "interrupted by the user", now);
    }
    return now + kPoll;
  }
  if (quiet || waited > settle_at_most()) {
    stage_ = Stage::read;
    return now;
  }
  return now + kPoll;
}

Time Engine::run_read(Time now) {
  const Duration waited = now - stage_start_;
  const bool last = waited > settle_at_most();
  const bool done = workload_.final_read(now, last);
  if (done || waited > settle_at_most() + kReadAtMost || interrupted_) {
    settled_ = done && !last;
    end(interrupted_ ? Ending::interrupted : Ending::complete, interrupted_ ? "interrupted by the user" : "", now);
  }
  return now + kPoll;
}

std::string_view Engine::stage_name() const {
  switch (stage_) {
    case Stage::ramp:
    case Stage::hold:
      return plan_.scenario.phases[phase_].name;
    case Stage::prepare:
      return "set-up";
    case Stage::heal:
      return "heal";
    case Stage::settle:
      return "settle";
    case Stage::read:
      return "final read";
    case Stage::done:
      return "done";
  }
  return "done";
}

Duration Engine::stage_length() const {
  return stage_ == Stage::ramp || stage_ == Stage::hold ? plan_.scenario.phases[phase_].length : settle_at_most();
}

}  // namespace plumbline::load
