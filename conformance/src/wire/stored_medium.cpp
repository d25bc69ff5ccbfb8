#include "wire/stored_medium.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace plumbline::conform {
namespace {

constexpr Duration kDeadStep = std::chrono::milliseconds{1};

std::optional<Event::Kind> event_of(Step step) {
  switch (step) {
    case Step::connected:
      return Event::Kind::connected;
    case Step::accepted:
      return Event::Kind::accepted;
    case Step::refused:
      return Event::Kind::refused;
    case Step::writable:
      return Event::Kind::writable;
    case Step::bytes:
      return Event::Kind::bytes;
    case Step::end_of_stream:
      return Event::Kind::end_of_stream;
    case Step::reset:
      return Event::Kind::reset;
    default:
      return std::nullopt;
  }
}

}  // namespace

StoredMedium::StoredMedium(const Take& take) : take_(take), start_(Duration(take.monotonic_ns)), time_(start_) {}

const Entry* StoredMedium::head() const {
  return departure_.empty() && at_ < take_.entries.size() ? &take_.entries[at_] : nullptr;
}

void StoredMedium::advance() {
  time_ = std::max<Time>(time_, start_ + Duration(take_.entries[at_].at));
  ++at_;
}

void StoredMedium::depart(std::string_view did) {
  if (departure_.empty()) {
    departure_ = fmt::format("at step {} of {} the case {}", at_ + 1, take_.entries.size(), did);
  }
}

Time StoredMedium::read_clock() {
  if (const Entry* entry = head(); entry != nullptr && entry->step == Step::clock) {
    advance();
  } else {
    depart("asked for the time, which it did not then");
    time_ += kDeadStep;
  }
  return time_;
}

void StoredMedium::learn(Step step, std::vector<Late>& marks) {
  for (const Entry* entry = head(); entry != nullptr && entry->step == step; entry = head()) {
    marks.push_back({start_ + Duration(entry->due), start_ + Duration(entry->seen)});
    advance();
  }
}

Duration StoredMedium::worst_lag(Who who, Time from, Time to) {
  std::vector<Late>& marks = who == Who::suite ? suite_late_ : target_late_;
  learn(who == Who::suite ? Step::suite_late : Step::target_late, marks);
  return worst_of(marks, from, to);
}

Duration StoredMedium::waited(Time from, Time to) {
  learn(Step::client_waited, client_waited_);
  return covered_by(client_waited_, from, to);
}

bool StoredMedium::connect(int connection, const Endpoint& endpoint) {
  const Entry* entry = head();
  const bool same =
      entry != nullptr && entry->connection == connection &&
      (entry->step == Step::connect_refused || (entry->step == Step::connect && entry->node == endpoint.node));
  if (!same) {
    depart("opened a connection, which it did not then");
    return false;
  }
  advance();
  return entry->step == Step::connect;
}

Taken StoredMedium::send(int connection, std::string_view bytes) {
  const Entry* entry = head();
  if (entry == nullptr || entry->connection != connection) {
    return {};
  }
  if (entry->step == Step::send_failed) {
    advance();
    return {0, true};
  }
  if (entry->step != Step::send || entry->bytes.empty()) {
    return {};
  }
  const std::size_t common = std::min(entry->bytes.size(), bytes.size());
  if (entry->bytes.compare(0, common, bytes.substr(0, common)) != 0) {
    depart("sent other bytes than then");
    return {};
  }
  if (entry->bytes.size() > bytes.size()) {
    return {};  // the kernel took these together with what the case is about to add
  }
  advance();
  return {entry->bytes.size(), false};
}

void StoredMedium::close(int connection, bool with_reset) {
  const Entry* entry = head();
  if (entry != nullptr && entry->connection == connection && entry->step == (with_reset ? Step::abort : Step::close)) {
    advance();
  } else {
    depart("closed a connection, which it did not then");
  }
}

bool StoredMedium::wait(Time deadline) {
  const Entry* entry = head();
  if (entry != nullptr && (entry->step == Step::wake || entry->step == Step::deadline)) {
    advance();
    return entry->step == Step::deadline;
  }
  depart("waited, which it did not then");
  time_ = std::max<Time>(deadline, time_ + kDeadStep);
  return true;
}

bool StoredMedium::next(Event& event) {
  const Entry* entry = head();
  const auto kind = entry != nullptr ? event_of(entry->step) : std::nullopt;
  if (!kind) {
    return false;
  }
  event.kind = *kind;
  event.connection = entry->connection;
  event.bytes = entry->bytes;
  advance();
  return true;
}

std::optional<ProcessUse> StoredMedium::process() {
  const Entry* entry = head();
  if (entry == nullptr || entry->step != Step::process) {
    depart("looked at the process, which it did not then");
    return std::nullopt;
  }
  advance();
  return process_use_from(entry->bytes);
}

bool StoredMedium::told(Step step) {
  const Entry* entry = head();
  if (entry == nullptr || entry->step != step) {
    depart("stopped or started the target, which it did not then");
    return false;
  }
  advance();
  return entry->bytes == "yes";
}

std::string StoredMedium::departure_at_end() {
  if (departure_.empty() && at_ < take_.entries.size()) {
    departure_ = fmt::format("the case ended at step {} of {}", at_ + 1, take_.entries.size());
  }
  return departure_;
}

}  // namespace plumbline::conform
