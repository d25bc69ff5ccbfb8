#include "backplane/redis/kept_link.h"

#include <utility>

namespace plumbline::serve {
namespace {

constexpr std::chrono::milliseconds kFirstLinkPause{20};
constexpr std::chrono::milliseconds kLongestLinkPause{500};

}  // namespace

KeptLink::KeptLink(boost::asio::io_context& io, RedisAddress address, const RedisLimits& limits)
    : io_(io),
      address_(std::move(address)),
      limits_(limits),
      timer_(io),
      back_off_(kFirstLinkPause, kLongestLinkPause) {}

KeptLink::~KeptLink() {
  stop();
}

void KeptLink::start(Told opened, Told lost) {
  opened_ = std::move(opened);
  lost_ = std::move(lost);
  running_ = std::make_shared<bool>(true);
  open();
}

void KeptLink::stop() {
  running_.reset();
  timer_.cancel();
  if (const auto link = std::exchange(link_, nullptr)) {
    link->drop();
  }
}

void KeptLink::open() {
  link_ = std::make_shared<RedisLink>(io_, limits_);
  const std::weak_ptr<bool> alive{running_};
  link_->open(
      address_,
      [this, alive](const Result<void>& opened) {
        if (alive.expired()) {
          return;
        }
        if (opened.has_error()) {
          pause();
        } else {
          back_off_.reset();
          opened_();
        }
      },
      [this, alive](const Error&) {
        if (!alive.expired()) {
          ended();
        }
      });
}

void KeptLink::drop_connection() {
  if (usable() != nullptr) {
    const auto link = std::exchange(link_, nullptr);
    link->close();
    ended();
  }
}

void KeptLink::ended() {
  lost_();
  pause();
}

void KeptLink::pause() {
  timer_.expires_at(steady_now() + back_off_.next());
  timer_.async_wait([this, alive = std::weak_ptr<bool>(running_)](const boost::system::error_code& error) {
    if (!error && !alive.expired()) {
      open();
    }
  });
}

}  // namespace plumbline::serve
