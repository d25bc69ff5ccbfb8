// The bus inside one process: a record is consumed where it is published, before the publication is acknowledged. So
// what a 202 promises is stored when it leaves (STALE-1). Stage: bus.
#pragma once

#include <array>

#include "bus/event_bus.h"

namespace plumbline::serve {

class LocalBus final : public EventBus {
 public:
  void publish(BusBody body, Settled settled) override;
  void subscribe(Topic topic, Consumer consumer) override;

 private:
  std::array<Consumer, kTopics> consumers_;
};

}  // namespace plumbline::serve
