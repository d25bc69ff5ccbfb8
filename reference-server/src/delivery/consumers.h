// What happens to each record of the bus: store, then bring it to the devices. Stage: delivery.
#pragma once

#include "bus/event_bus.h"
#include "delivery/delivery.h"
#include "store/message_store.h"
#include "store/notice_store.h"

namespace plumbline::serve {

// Everything named must outlive the bus.
void subscribe_delivery(EventBus& bus, MessageStore& messages, NoticeStore& notices, Delivery& delivery);

}  // namespace plumbline::serve
