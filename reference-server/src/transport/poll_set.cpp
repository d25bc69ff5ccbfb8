#include "transport/poll_set.h"

#include <sys/epoll.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

namespace plumbline::serve {
namespace {

constexpr int kEventsPerTurn = 256;

int make_epoll() {
  const int fd = ::epoll_create1(EPOLL_CLOEXEC);
  if (fd < 0) {
    throw std::system_error(errno, std::generic_category(), "epoll_create1");
  }
  return fd;
}

}  // namespace

PollSet::PollSet(boost::asio::io_context& context, Turn turn)
    : epoll_(context.get_executor(), make_epoll()), turn_(std::move(turn)) {}

void PollSet::start() {
  arm();
}

void PollSet::arm() {
  epoll_.async_wait(Descriptor::wait_read, [this](const boost::system::error_code& failure) {
    if (!failure) {
      run_turn();
      arm();
    }
  });
}

void PollSet::run_turn() {
  std::array<epoll_event, kEventsPerTurn> events;  // NOLINT: filled by the kernel
  const int ready = ::epoll_wait(epoll_.native_handle(), events.data(), kEventsPerTurn, 0);
  if (ready <= 0) {
    return;
  }
  turn_.begin();
  for (int i = 0; i < ready; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    static_cast<Pollable*>(event.data.ptr)->on_ready(event.events);
  }
  turn_.end();
}

bool PollSet::add(int fd, Pollable& target, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &target;
  return ::epoll_ctl(epoll_.native_handle(), EPOLL_CTL_ADD, fd, &event) == 0;
}

void PollSet::modify(int fd, Pollable& target, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &target;
  ::epoll_ctl(epoll_.native_handle(), EPOLL_CTL_MOD, fd, &event);
}

void PollSet::remove(int fd) {
  ::epoll_ctl(epoll_.native_handle(), EPOLL_CTL_DEL, fd, nullptr);
}

}  // namespace plumbline::serve
