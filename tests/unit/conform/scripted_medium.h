// A network that takes everything, and brings what a test wrote down: a clock that stands, no thread, no socket.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "wire/medium.h"

namespace plumbline::conform {

class ScriptedMedium final : public Medium {
 public:
  [[nodiscard]] Time time() const override { return now; }
  Time read_clock() override { return now; }
  Duration worst_lag(Who /*who*/, Time /*from*/, Time /*to*/) override { return {}; }
  Duration waited(Time /*from*/, Time /*to*/) override { return {}; }
  bool connect(int connection, const Endpoint& /*endpoint*/) override {
    brought_.push_back({Event::Kind::connected, connection, {}});
    return true;
  }
  Taken send(int connection, std::string_view bytes) override {
    sent[connection] += bytes;
    return {bytes.size(), false};
  }
  void close(int /*connection*/, bool /*with_reset*/) override {}
  void freeze(int /*connection*/) override {}
  std::optional<ProcessUse> process() override { return std::nullopt; }
  bool stop_target() override { return false; }
  bool start_target() override { return false; }
  bool stop_backplane() override { return false; }
  bool start_backplane() override { return false; }
  [[nodiscard]] Time deadline(Duration bound) override { return now + bound; }
  // The last look once nothing more comes.
  bool wait(Time /*deadline*/) override {
    if (coming.empty()) {
      return brought_.empty();
    }
    brought_.insert(brought_.end(), coming.front().begin(), coming.front().end());
    coming.pop_front();
    return false;
  }
  bool next(Event& event) override {
    if (brought_.empty()) {
      return false;
    }
    event = std::move(brought_.front());
    brought_.pop_front();
    return true;
  }

  Time now{};
  std::map<int, std::string> sent;        // by connection
  std::deque<std::vector<Event>> coming;  // what each wait brings

 private:
  std::deque<Event> brought_;
};

}  // namespace plumbline::conform
