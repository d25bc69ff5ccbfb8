#include "wire/live_medium.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <tuple>

namespace plumbline::conform {
namespace {

constexpr int kPerAddress = 5'000;
constexpr Duration kShortestWait = std::chrono::milliseconds{1};

// One address has some 28,000 ports to call from, and a port rests for a while after use: on this machine thousands of
// connections come from several addresses. Where that is refused, from the first.
void spread_sources(int fd, const sockaddr_storage& target, int connection) {
  const auto& address = reinterpret_cast<const sockaddr_in&>(target);
  const bool local = target.ss_family == AF_INET && ntohl(address.sin_addr.s_addr) >> 24U == IN_LOOPBACKNET;
  if (!local || connection <= kPerAddress) {
    return;
  }
  sockaddr_in source{};
  source.sin_family = AF_INET;
  source.sin_addr.s_addr = htonl(INADDR_LOOPBACK + static_cast<std::uint32_t>((connection - 1) / kPerAddress) % 200U);
  const int on = 1;
  ::setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  std::ignore = ::bind(fd, reinterpret_cast<const sockaddr*>(&source), sizeof source);  // refused: from the first
}

// The kernel goes back to waiting 40 ms for something to send along: a target that writes small segments one after the
// other (no TCP_NODELAY) would be called late for it. Each read asks anew.
void acknowledge_at_once(int fd) {
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
}

}  // namespace

LiveMedium::LiveMedium(const Clock& clock, std::vector<Entry>* record, LagTracks tracks)
    : clock_(clock), record_(record), start_(clock.now()), time_(start_) {
  suite_.track = tracks.suite;
  target_.track = tracks.target;
}

LiveMedium::~LiveMedium() {
  for (const auto& [connection, socket] : sockets_) {
    ::close(socket.fd);
  }
  if (listening_ >= 0) {
    ::close(listening_);
  }
}

void LiveMedium::lend(int connection, int fd) {
  sockets_[connection] = Socket{fd, false, false};
}

void LiveMedium::listen(int fd, int first_connection) {
  listening_ = fd;
  next_accepted_ = first_connection;
}

void LiveMedium::note(Step step, int connection, std::string_view bytes) {
  time_ = clock_.now();
  if (record_ != nullptr) {
    record_->push_back({step, (time_ - start_).count(), connection, std::string(bytes)});
  }
}

Time LiveMedium::read_clock() {
  note(Step::clock);
  return time_;
}

void LiveMedium::note(Step step, const Late& late) {
  note(step);
  if (record_ != nullptr) {
    record_->back().due = (late.due - start_).count();
    record_->back().seen = (late.seen - start_).count();
  }
}

// Marks are written down when they are asked for: nothing else of them reaches a verdict.
void LiveMedium::learn(Watch& watch, Step step) {
  if (watch.track == nullptr) {
    return;
  }
  for (const Late& late : watch.track->news(watch.cursor)) {
    if (late.seen >= start_ - std::chrono::milliseconds{100}) {
      watch.marks.push_back(late);
      note(step, late);
    }
  }
}

Duration LiveMedium::worst_lag(Who who, Time from, Time to) {
  Watch& watch = who == Who::suite ? suite_ : target_;
  learn(watch, who == Who::suite ? Step::suite_late : Step::target_late);
  return worst_of(watch.marks, from, to);
}

// The kernel counts a wait when it ends: it lies right before now, and what the client sent after it is not read yet.
void LiveMedium::look_at_client() {
  const Duration waited = client_waited_ ? client_waited_() : Duration::zero();
  if (waited >= kShortestWait) {
    const Time now = clock_.now();
    client_.push_back({now - waited, now});
  }
}

Duration LiveMedium::waited(Time from, Time to) {
  for (; client_written_ < client_.size(); ++client_written_) {
    note(Step::client_waited, client_[client_written_]);
  }
  return covered_by(client_, from, to);
}

bool LiveMedium::connect(int connection, const Endpoint& endpoint) {
  sockaddr_storage address = endpoint.address;
  Socket made;
  made.fd = ::socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (made.fd < 0) {
    note(Step::connect_refused, connection);
    return false;
  }
  const int on = 1;
  ::setsockopt(made.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  spread_sources(made.fd, address, connection);
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  // A connection made at once is told by the first wait, like any other.
  if (::connect(made.fd, generic, endpoint.address_length) != 0 && errno != EINPROGRESS) {
    ::close(made.fd);
    note(Step::connect_refused, connection);
    return false;
  }
  sockets_[connection] = made;
  note(Step::connect, connection);
  if (record_ != nullptr) {
    record_->back().node = endpoint.node;
  }
  return true;
}

Taken LiveMedium::send(int connection, std::string_view bytes) {
  const auto found = sockets_.find(connection);
  if (found == sockets_.end() || found->second.connecting) {
    return {};
  }
  ssize_t n = -1;
  do {
    n = ::send(found->second.fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  } while (n < 0 && errno == EINTR);
  if (n < 0 && errno != EAGAIN) {
    found->second.blocked = false;
    note(Step::send_failed, connection);
    return {0, true};
  }
  const std::size_t taken = n > 0 ? static_cast<std::size_t>(n) : 0;
  found->second.blocked = taken < bytes.size();
  if (taken > 0) {
    note(Step::send, connection, bytes.substr(0, taken));
  }
  return {taken, false};
}

void LiveMedium::close(int connection, bool with_reset) {
  const auto found = sockets_.find(connection);
  if (found == sockets_.end()) {
    return;
  }
  if (with_reset) {
    const linger hard{1, 0};
    ::setsockopt(found->second.fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  }
  ::close(found->second.fd);
  sockets_.erase(found);
  note(with_reset ? Step::abort : Step::close, connection);
}

void LiveMedium::freeze(int connection) {
  const auto found = sockets_.find(connection);
  if (found == sockets_.end()) {
    return;
  }
  const int small = 4096;  // what the kernel still takes for us is not the target's buffer
  ::setsockopt(found->second.fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  found->second.frozen = true;
}

std::optional<ProcessUse> LiveMedium::process() {
  const auto use = process_ != nullptr ? process_->use() : std::nullopt;
  note(Step::process, 0, use ? to_text(*use) : "unknown");
  return use;
}

bool LiveMedium::stop_target() {
  const bool done = process_ != nullptr && process_->stop();
  note(Step::stopped, 0, done ? "yes" : "no");
  return done;
}

bool LiveMedium::start_target() {
  const bool done = process_ != nullptr && process_->start();
  note(Step::started, 0, done ? "yes" : "no");
  return done;
}

bool LiveMedium::stop_backplane() {
  const bool done = process_ != nullptr && process_->stop_backplane();
  backplane_stopped_ = process_ != nullptr;  // or about to be
  note(Step::backplane_stopped, 0, done ? "yes" : "no");
  return done;
}

bool LiveMedium::start_backplane() {
  const bool done = process_ != nullptr && process_->start_backplane();
  backplane_stopped_ = backplane_stopped_ && !done;
  note(Step::backplane_started, 0, done ? "yes" : "no");
  return done;
}

bool LiveMedium::wait(Time deadline) {
  const Time now = clock_.now();
  const bool last = now >= deadline;  // what arrived while this thread was not running still counts
  poll_for(last ? Duration::zero() : deadline - now);
  look_at_client();
  note(last ? Step::deadline : Step::wake);
  return last;
}

void LiveMedium::poll_for(Duration at_most) {
  std::vector<pollfd> polled;
  for (const auto& [connection, socket] : sockets_) {
    const int in = socket.frozen ? 0 : POLLIN;
    const int events = socket.connecting || socket.blocked ? in | POLLOUT : in;
    polled.push_back({socket.frozen && events == 0 ? -1 : socket.fd, static_cast<short>(events), 0});
  }
  polled.push_back({listening_, POLLIN, 0});  // poll leaves -1 out
  const auto bounded = std::clamp<Duration>(at_most, Duration::zero(), std::chrono::milliseconds{100});
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(bounded);
  const timespec wait{seconds.count(), (bounded - seconds).count()};
  ::ppoll(polled.data(), polled.size(), &wait, nullptr);
  ready_.clear();
  std::size_t i = 0;
  for (const auto& [connection, socket] : sockets_) {
    const int events = polled[i++].revents;
    if (events != 0) {
      ready_.push_back(
          {connection, !socket.frozen && (events & (POLLIN | POLLHUP | POLLERR)) != 0, (events & POLLOUT) != 0});
    }
  }
  knocking_ = polled.back().revents != 0;
  std::reverse(ready_.begin(), ready_.end());
}

bool LiveMedium::next(Event& event) {
  while (!ready_.empty()) {
    Ready& ready = ready_.back();
    const auto found = sockets_.find(ready.connection);
    event = {};
    event.connection = ready.connection;
    if (found != sockets_.end()) {
      if (finish_connecting(ready, found->second, event)) {
        return true;
      }
      if (ready.writable) {
        ready.writable = false;
        event.kind = Event::Kind::writable;
        note(Step::writable, event.connection);
        return true;
      }
      if (ready.readable && read(ready, found->second, event)) {
        return true;
      }
    }
    ready_.pop_back();
  }
  return accept_one(event);
}

bool LiveMedium::accept_one(Event& event) {
  const int fd = knocking_ ? ::accept4(listening_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC) : -1;
  if (fd < 0) {
    knocking_ = false;
    return false;
  }
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  event = {Event::Kind::accepted, next_accepted_++, {}};
  sockets_[event.connection] = Socket{fd, false, false};
  note(Step::accepted, event.connection);
  return true;
}

bool LiveMedium::finish_connecting(Ready& ready, Socket& socket, Event& event) {
  if (!socket.connecting) {
    return false;
  }
  int error = 0;
  socklen_t length = sizeof error;
  ::getsockopt(socket.fd, SOL_SOCKET, SO_ERROR, &error, &length);
  ready.writable = false;  // being connected says so already
  socket.connecting = false;
  event.kind = error == 0 ? Event::Kind::connected : Event::Kind::refused;
  note(error == 0 ? Step::connected : Step::refused, event.connection);
  if (error != 0) {
    ::close(socket.fd);
    sockets_.erase(event.connection);
    ready_.pop_back();
  }
  return true;
}

bool LiveMedium::read(Ready& ready, Socket& socket, Event& event) {
  std::array<char, 65536> buffer{};
  ssize_t n = -1;
  do {
    n = ::recv(socket.fd, buffer.data(), buffer.size(), 0);
  } while (n < 0 && errno == EINTR);
  if (n < 0 && errno == EAGAIN) {
    ready.readable = false;
    return false;
  }
  if (n > 0) {
    event.kind = Event::Kind::bytes;
    event.bytes.assign(buffer.data(), static_cast<std::size_t>(n));
    acknowledge_at_once(socket.fd);
    note(Step::bytes, event.connection, event.bytes);
    return true;
  }
  event.kind = n == 0 ? Event::Kind::end_of_stream : Event::Kind::reset;
  note(n == 0 ? Step::end_of_stream : Step::reset, event.connection);
  ::close(socket.fd);
  sockets_.erase(event.connection);
  ready_.pop_back();
  return true;
}

}  // namespace plumbline::conform
