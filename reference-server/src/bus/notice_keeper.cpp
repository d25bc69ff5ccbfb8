#include "bus/notice_keeper.h"

#include <utility>

namespace plumbline::serve {

void NoticeKeeper::publish(BusBody body, Settled settled) {
  auto* notice = std::get_if<FriendNotice>(&body);
  if (notice == nullptr) {
    bus_.publish(std::move(body), std::move(settled));
    return;
  }
  const Uuid to = notice->to;
  std::string event = notice->event;
  std::string payload = notice->payload;
  notices_.keep(to, std::move(event), std::move(payload),
                [this, kept = std::move(*notice), settled = std::move(settled)](Result<std::uint64_t> id) mutable {
                  if (id.has_error()) {
                    settled(id.error().code);
                    return;
                  }
                  kept.id = id.value();
                  bus_.publish(std::move(kept), std::move(settled));
                });
}

}  // namespace plumbline::serve
