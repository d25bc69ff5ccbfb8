#include "faults/stack_control.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace plumbline::load {
namespace {

using std::chrono::seconds;

constexpr Duration kAnswerWithin = seconds{15};  // finding out who is the leader may take the brokers a while
constexpr Duration kHealWithin = seconds{75};    // the stack itself gives up after 60 s
constexpr std::size_t kMaxUnread = 1U << 20U;
constexpr std::size_t kMaxEvents = 100'000;

std::string text(const boost::json::object& object, std::string_view key) {
  const boost::json::value* value = object.if_contains(boost::json::string_view(key.data(), key.size()));
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::int64_t number(const boost::json::object& object, const char* key) {
  const boost::json::value* value = object.if_contains(key);
  boost::json::error_code error;
  const auto whole = value != nullptr && value->is_number() ? value->to_number<std::int64_t>(error) : 0;
  return error ? 0 : whole;
}

Time time_of(const boost::json::object& object) {
  return Time{Duration{number(object, "at_ns")}};
}

boost::json::string json_text(std::string_view word) {
  return boost::json::string(word.data(), word.size());
}

}  // namespace

void throw_exception_from_error(const ControlError& error, const boost::source_location& /*location*/) {
  throw std::logic_error("unchecked: " + error.sentence);
}

StackControl::StackControl(int descriptor) : descriptor_(descriptor) {}

StackControl::~StackControl() {
  ::close(descriptor_);
}

boost::system::result<std::unique_ptr<StackControl>, ControlError> StackControl::open(const std::string& dir) {
  const int folder = ::open(dir.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) {
    return ControlError{dir + " cannot be opened: " + std::strerror(errno)};
  }
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = "/proc/self/fd/" + std::to_string(folder) + "/control.sock";
  std::copy(path.begin(), path.end(), &address.sun_path[0]);
  const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) {
    const int reason = errno;
    ::close(folder);
    return ControlError{std::string("no socket to the stack: ") + std::strerror(reason)};
  }
  sockaddr generic{};
  static_assert(sizeof address >= sizeof generic);
  const void* raw = &address;
  const int failed = ::connect(descriptor, static_cast<const sockaddr*>(raw), sizeof address);
  const int reason = errno;
  ::close(folder);
  if (failed != 0) {
    ::close(descriptor);
    return ControlError{dir + "/control.sock does not answer: " + std::strerror(reason)};
  }
  return std::make_unique<StackControl>(descriptor);
}

bool StackControl::read_more(Time deadline) {
  pollfd waiting{descriptor_, POLLIN, 0};
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_now()).count();
  const int ready = ::poll(&waiting, 1, static_cast<int>(std::clamp<long long>(left, 0, 60'000)));
  if (ready <= 0) {
    return false;
  }
  std::array<char, 16384> buffer{};
  const ssize_t got = ::recv(descriptor_, buffer.data(), buffer.size(), 0);
  if (got <= 0 || unread_.size() > kMaxUnread) {
    ended_ = true;
    return false;
  }
  unread_.append(buffer.data(), static_cast<std::size_t>(got));
  return true;
}

std::optional<boost::json::object> StackControl::next_line() {
  for (std::size_t end = unread_.find('\n'); end != std::string::npos; end = unread_.find('\n')) {
    boost::json::error_code error;
    boost::json::value line = boost::json::parse(boost::json::string_view(unread_.data(), end), error);
    unread_.erase(0, end + 1);
    if (!error && line.is_object()) {
      return std::move(line.get_object());
    }
  }
  return std::nullopt;
}

void StackControl::keep_event(const boost::json::object& line) {
  if (events_.size() < kMaxEvents && line.contains("event")) {
    events_.push_back({text(line, "event"), text(line, "process"), text(line, "role"), time_of(line)});
  }
}

boost::system::result<boost::json::object, ControlError> StackControl::ask(boost::json::object request,
                                                                           Duration within) {
  const std::string what(request["do"].as_string());
  request["id"] = ++last_id_;
  request["guard"] = true;
  const std::string line = boost::json::serialize(request) + "\n";
  // A line of some 150 bytes always fits into an empty socket buffer, and the stack reads at once.
  const ssize_t sent = ::send(descriptor_, line.data(), line.size(), MSG_NOSIGNAL);
  if (sent != static_cast<ssize_t>(line.size())) {
    return ControlError{"the stack's control socket is gone"};
  }
  const Time deadline = steady_now() + within;
  for (;;) {
    while (auto answer = next_line()) {
      if (!answer->contains("id")) {
        keep_event(*answer);
        continue;
      }
      if (number(*answer, "id") != static_cast<std::int64_t>(last_id_)) {
        continue;  // of a request that was given up
      }
      const boost::json::value* ok = answer->if_contains("ok");
      if (ok != nullptr && ok->is_bool() && ok->get_bool()) {
        return std::move(*answer);
      }
      const std::string why = text(*answer, "error");
      return ControlError{why.empty() ? "the stack refused to " + what : why};
    }
    if (!read_more(deadline) && (ended_ || steady_now() >= deadline)) {
      return ControlError{ended_ ? "the stack ended" : "the stack did not answer to '" + what + "' in time"};
    }
  }
}

boost::system::result<Injection, ControlError> StackControl::inject(const PlannedFault& fault) {
  boost::json::object request{
      {"do", json_text(to_string(fault.action))}, {"role", json_text(to_string(fault.role))}, {"seed", fault.seed}};
  if (!fault.of.empty()) {
    request["of"] = json_text(fault.of);
  }
  auto answer = ask(std::move(request), kAnswerWithin);
  if (!answer) {
    return answer.error();
  }
  return Injection{time_of(*answer), text(*answer, "process"), static_cast<int>(number(*answer, "pid"))};
}

boost::system::result<void, ControlError> StackControl::undo(const PlannedFault& fault, const std::string& process) {
  const bool frozen = fault.action == FaultAction::freeze;
  // Of a leader `of` would name a partition, and another broker leads it by now.
  const FaultRole role = fault.role == FaultRole::kafka_leader ? FaultRole::kafka_broker : fault.role;
  auto answer =
      ask({{"do", frozen ? "thaw" : "start"}, {"role", json_text(to_string(role))}, {"of", json_text(process)}},
          kHealWithin);
  if (!answer) {
    return answer.error();
  }
  return {};
}

boost::system::result<void, ControlError> StackControl::heal() {
  auto answer = ask({{"do", "heal"}}, kHealWithin);
  if (!answer) {
    return answer.error();
  }
  return {};
}

std::vector<ControlEvent> StackControl::events(Time deadline) {
  if (ended_) {
    return std::exchange(events_, {});
  }
  while (auto line = next_line()) {
    keep_event(*line);
  }
  if (events_.empty() && read_more(deadline)) {
    while (auto line = next_line()) {
      keep_event(*line);
    }
  }
  return std::exchange(events_, {});
}

void StackControl::release() {
  static_cast<void>(ask({{"do", "release"}}, kAnswerWithin));
}

}  // namespace plumbline::load
