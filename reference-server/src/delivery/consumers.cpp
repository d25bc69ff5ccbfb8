#include "delivery/consumers.h"

#include "delivery/frames.h"
#include "mutant/mutant.h"

namespace plumbline::serve {
namespace {

// A record that the store refuses is not delivered: what devices see must be in history (DUR-1).
void consume_message(const MessagePtr& message, MessageStore& store, Delivery& delivery, Settled settled) {
  store.append(message, [message, &delivery, settled = std::move(settled)](const Result<void>& stored) {
    if (stored.has_error() && !active(Mutant::reused_sequence)) {
      settled(stored.error().code);
      return;
    }
    delivery.deliver(message);
    settled(Errc::ok);
  });
}

void consume_notice(const FriendNotice& notice, NoticeStore& notices, Delivery& delivery, Settled settled) {
  notices.keep(notice.to, notice.event, notice.payload,
               [notice, &delivery, settled = std::move(settled)](Result<std::uint64_t> id) {
                 if (id.has_value()) {
                   delivery.deliver_notice(notice.to, id.value(), notice_frame(notice.event, notice.payload));
                 }
                 settled(id.has_value() ? Errc::ok : id.error().code);
               });
}

}  // namespace

void tell_devices(Delivery& delivery, const Typing& typing) {
  delivery.tell(typing.to, typing_frame(typing));
}

void tell_devices(Delivery& delivery, const ReadReceipt& receipt) {
  std::vector<Uuid> others = receipt.conversation->members;
  std::erase(others, receipt.reader);
  delivery.tell(others, read_receipt_frame(receipt));
}

void subscribe_delivery(EventBus& bus, MessageStore& messages, NoticeStore& notices, Delivery& delivery) {
  bus.subscribe(Topic::chat_messages, [&](const BusBody& body, Settled settled) {
    consume_message(std::get<MessagePtr>(body), messages, delivery, std::move(settled));
  });
  bus.subscribe(Topic::typing_indicators, [&](const BusBody& body, const Settled& settled) {
    tell_devices(delivery, std::get<Typing>(body));
    settled(Errc::ok);
  });
  bus.subscribe(Topic::read_receipts, [&](const BusBody& body, const Settled& settled) {
    tell_devices(delivery, std::get<ReadReceipt>(body));
    settled(Errc::ok);
  });
  bus.subscribe(Topic::friend_events, [&](const BusBody& body, Settled settled) {
    consume_notice(std::get<FriendNotice>(body), notices, delivery, std::move(settled));
  });
}

}  // namespace plumbline::serve
