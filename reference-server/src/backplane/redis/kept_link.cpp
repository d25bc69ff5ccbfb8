#include "backplane/redis/kept_link.h"

#include <algorithm>
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
      back_off_(kFirstLinkPause),
      rng_(entropy_seed()) {}

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
          back_off_ = kFirstLinkPause;
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

// Half of it is chance, so that the nodes do not come back in step.
void KeptLink::pause() {
  const auto half = static_cast<std::uint64_t>(back_off_.count()) / 2;
  timer_.expires_at(steady_now() + Duration{static_cast<std::int64_t>(half + rng_.below(half + 1))});
  back_off_ = std::min<Duration>(2 * back_off_, kLongestLinkPause);
  timer_.async_wait([this, alive = std::weak_ptr<bool>(running_)](const boost::system::error_code& error) {
    if (!error && !alive.expired()) {
      open();
    }
  });
}

}  // namespace plumbline::serve
