// Keeps friend events in the store before the bus tells them: a device that connects later gets them from there.
// Stage: bus.
#pragma once

#include "bus/event_bus.h"
#include "store/notice_store.h"

namespace plumbline::serve {

// One per shard, in front of a bus that only carries notices. Everything else goes through untouched.
class NoticeKeeper final : public EventBus {
 public:
  NoticeKeeper(NoticeStore& notices, EventBus& bus) : notices_(notices), bus_(bus) {}

  void publish(BusBody body, Settled settled) override;
  void subscribe(Topic topic, Consumer consumer) override { bus_.subscribe(topic, std::move(consumer)); }

 private:
  NoticeStore& notices_;
  EventBus& bus_;
};

}  // namespace plumbline::serve
