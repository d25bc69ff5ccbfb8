// The shared event loop of all client connections on one io_context.
#include "reactor.h"

#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>
#include <stdexcept>

namespace plumbline::client {
namespace {

constexpr std::size_t kScratch = 64U << 10U;
constexpr std::size_t kEvents = 256;
constexpr std::size_t kSpareBuffers = 64;
constexpr std::size_t kSpareCapacity = 64U << 10U;
constexpr int kPasses = 8;  // of woken owners per turn, so that one busy pair cannot starve the loop

int make_epoll() {
  const int descriptor = epoll_create1(EPOLL_CLOEXEC);
  if (descriptor < 0) {
    throw std::runtime_error("epoll_create1 failed");
  }
  return descriptor;
}

}  // namespace

boost::asio::execution_context::id Reactor::id;

Reactor& Reactor::of(boost::asio::io_context& context) {
  return boost::asio::use_service<Reactor>(context);
}

Reactor::Reactor(boost::asio::execution_context& context)
    : service(context),
      context_(static_cast<boost::asio::io_context&>(context)),
      epoll_(context_.get_executor(), make_epoll()),
      timer_(context_.get_executor()),
      wheel_(steady_now()),
      rng_(entropy_seed()),
      scratch_(kScratch) {}

Reactor::~Reactor() = default;

void Reactor::shutdown() {
  graveyard_.clear();
  boost::system::error_code ignored;
  epoll_.close(ignored);
  timer_.cancel();
}

bool Reactor::add(int descriptor, Pollable& owner) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = &owner;
  if (epoll_ctl(epoll_.native_handle(), EPOLL_CTL_ADD, descriptor, &event) != 0) {
    return false;
  }
  ++registered_;
  watch();
  return true;
}

void Reactor::remove(int descriptor, Pollable& owner) {
  epoll_ctl(epoll_.native_handle(), EPOLL_CTL_DEL, descriptor, nullptr);
  std::replace(batch_.begin(), batch_.end(), &owner, static_cast<Pollable*>(nullptr));
  if (--registered_ == 0 && watching_) {
    boost::system::error_code ignored;
    epoll_.cancel(ignored);  // nothing left to wait for: run() may return
  }
}

void Reactor::watch() {
  if (watching_ || registered_ == 0) {
    return;
  }
  watching_ = true;
  epoll_.async_wait(boost::asio::posix::descriptor_base::wait_read, [this](const boost::system::error_code& failure) {
    watching_ = false;
    if (!failure) {
      turn();
    }
    watch();
  });
}

void Reactor::turn() {
  std::array<epoll_event, kEvents> events;
  const int count = epoll_wait(epoll_.native_handle(), events.data(), static_cast<int>(events.size()), 0);
  in_turn_ = true;
  batch_.clear();
  for (int i = 0; i < count; ++i) {
    batch_.push_back(static_cast<Pollable*>(events[static_cast<std::size_t>(i)].data.ptr));
  }
  for (std::size_t i = 0; i < batch_.size(); ++i) {
    if (batch_[i] != nullptr) {
      batch_[i]->on_ready(events[i].events);
    }
  }
  batch_.clear();
  end_turn();
}

void Reactor::end_turn() {
  in_turn_ = true;
  for (int pass = 0; pass < kPasses && !awake_.empty(); ++pass) {
    ending_.swap(awake_);
    for (std::size_t i = 0; i < ending_.size(); ++i) {
      if (ending_[i] != nullptr) {
        ending_[i]->awake_ = false;
        ending_[i]->on_turn_end();
      }
    }
    ending_.clear();
  }
  const auto remains = std::exchange(graveyard_, {});
  in_turn_ = false;
  if (!awake_.empty()) {
    post_turn();
  }
}

void Reactor::post_turn() {
  if (!posted_ && !in_turn_) {
    posted_ = true;
    boost::asio::post(context_, [this] {
      posted_ = false;
      end_turn();
    });
  }
}

void Reactor::wake(Pollable& owner) {
  if (!owner.awake_) {
    owner.awake_ = true;
    awake_.push_back(&owner);
    post_turn();
  }
}

void Reactor::forget(Pollable& owner) {
  if (owner.awake_) {
    std::erase(awake_, &owner);
    std::replace(ending_.begin(), ending_.end(), &owner, static_cast<Pollable*>(nullptr));
    owner.awake_ = false;
  }
}

void Reactor::bury(std::unique_ptr<Burial> remains) {
  graveyard_.push_back(std::move(remains));
  post_turn();
}

void Reactor::schedule(Deadline& entry, Time due) {
  wheel_.schedule(entry, due);
  arm_timer();
}

void Reactor::arm_timer() {
  if (timing_ || wheel_.size() == 0) {
    return;
  }
  timing_ = true;
  timer_.expires_after(DeadlineWheel::kTick);
  timer_.async_wait([this](const boost::system::error_code& failure) {
    timing_ = false;
    if (failure) {
      return;
    }
    in_turn_ = true;
    wheel_.advance(steady_now());
    end_turn();
    arm_timer();
  });
}

std::string Reactor::take_buffer() {
  if (spare_.empty()) {
    return {};
  }
  std::string buffer = std::move(spare_.back());
  spare_.pop_back();
  return buffer;
}

void Reactor::give_buffer(std::string&& buffer) {
  if (spare_.size() < kSpareBuffers && buffer.capacity() <= kSpareCapacity) {
    buffer.clear();
    spare_.push_back(std::move(buffer));
  }
}

}  // namespace plumbline::client
