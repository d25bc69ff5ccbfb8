// What happens to each record of the bus: store, then bring it to the devices. Stage: delivery.
#pragma once

#include "bus/event_bus.h"
#include "delivery/delivery.h"
#include "store/message_store.h"
#include "store/notice_store.h"

namespace plumbline::serve {

// What needs no store: to the devices connected now.
void tell_devices(Delivery& delivery, const Typing& typing);
void tell_devices(Delivery& delivery, const ReadReceipt& receipt);

// For a bus in this process. Everything named must outlive the bus.
void subscribe_delivery(EventBus& bus, MessageStore& messages, NoticeStore& notices, Delivery& delivery);

}  // namespace plumbline::serve
