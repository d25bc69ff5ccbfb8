// A recorded take as a medium: the same case meets the same world again, without network and without waiting. Stage:
// wire.
#pragma once

#include <string>
#include <vector>

#include "evidence/entry.h"
#include "wire/lag.h"
#include "wire/medium.h"

namespace plumbline::conform {

// Checks that the case does what it did then. Where it does not, `departure` says so and the world is dead from there
// on: nothing arrives, every wait runs out at once.
class StoredMedium final : public Medium {
 public:
  explicit StoredMedium(const Take& take);

  [[nodiscard]] Time time() const override { return time_; }
  Time read_clock() override;
  Duration worst_lag(Who who, Time from, Time to) override;
  Duration waited(Time from, Time to) override;
  bool connect(int connection, const Endpoint& endpoint) override;
  Taken send(int connection, std::string_view bytes) override;
  void close(int connection, bool with_reset) override;
  void freeze(int) override {}
  Time deadline(Duration bound) override { return time_ + bound; }
  bool wait(Time deadline) override;
  bool next(Event& event) override;
  std::optional<ProcessUse> process() override;
  bool stop_target() override { return told(Step::stopped); }
  bool start_target() override { return told(Step::started); }
  bool stop_backplane() override { return told(Step::backplane_stopped); }
  bool start_backplane() override { return told(Step::backplane_started); }

  // Once the case has ended: everything must have been used up. Empty: it went as recorded.
  [[nodiscard]] std::string departure_at_end();

 private:
  [[nodiscard]] const Entry* head() const;
  void advance();
  void learn(Step step, std::vector<Late>& marks);
  void depart(std::string_view did);
  [[nodiscard]] bool told(Step step);

  const Take& take_;
  std::size_t at_{0};
  Time start_;
  Time time_;
  std::string departure_;
  std::vector<Late> suite_late_;
  std::vector<Late> target_late_;
  std::vector<Late> client_waited_;
};

}  // namespace plumbline::conform
