#include "bus/local_bus.h"

#include <utility>

namespace plumbline::serve {

void LocalBus::publish(BusBody body, Settled settled) {
  const Consumer& consumer = consumers_[body.index()];
  if (!consumer) {
    settled(Errc::unavailable);
    return;
  }
  consumer(body, std::move(settled));
}

void LocalBus::subscribe(Topic topic, Consumer consumer) {
  consumers_[static_cast<std::size_t>(topic)] = std::move(consumer);
}

}  // namespace plumbline::serve
