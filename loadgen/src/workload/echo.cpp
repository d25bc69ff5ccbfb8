#include "workload/echo.h"

#include <fmt/format.h>

#include <algorithm>

namespace plumbline::load {
namespace {

constexpr Duration kPatience = std::chrono::seconds{10};
constexpr std::string_view kHead = R"(["message-with-ack",)";
constexpr std::size_t kIdDigits = 16;

}  // namespace

Echo::Echo(const Plan& plan, Recorder& recorder, const Clock& clock, Setting setting)
    : recorder_(recorder), clock_(clock), setting_(std::move(setting)), links_(plan.population.devices(), nullptr) {}

bool Echo::connect_options(std::uint32_t /*device*/, client::ConnectOptions& into) {
  into.endpoint = setting_.socketio;
  into.nsp = setting_.nsp;
  return true;
}

void Echo::on_up(std::uint32_t device, Link& link, Time /*now*/) {
  links_[device] = &link;
}

void Echo::on_down(std::uint32_t device, Departure /*why*/, Time now) {
  links_[device] = nullptr;
  for (Pending& pending : pending_) {
    if (pending.open && pending.device == device) {
      give_up(pending, now);
    }
  }
}

// expected_ becomes `["<16 hex digits><filler>"]`, the array that the acknowledgement must bring.
void Echo::make_text(std::uint64_t id, std::size_t size) {
  constexpr std::string_view kHex = "0123456789abcdef";
  const std::size_t text = std::max(size, kIdDigits);
  expected_.resize(text + 4, 'x');
  expected_[0] = '[';
  expected_[1] = '"';
  for (std::size_t i = 0; i < kIdDigits; ++i) {
    expected_[2 + i] = kHex[(id >> (60 - 4 * i)) & 0xFU];
  }
  std::fill(expected_.begin() + 2 + static_cast<std::ptrdiff_t>(kIdDigits), expected_.end() - 2, 'x');
  expected_[text + 2] = '"';
  expected_[text + 3] = ']';
}

void Echo::start(const Operation& op, Time intended, Time now) {
  Link* link = links_[op.device];
  ++report_.sent;
  const std::uint64_t id = first_ + pending_.size();
  make_text(id, op.size);
  data_.assign(kHead);
  data_.append(expected_, 1);
  const bool sent = link != nullptr && link->emit(data_, id);
  pending_.push_back({intended, now, op.device, op.size, sent});
  if (!sent) {
    ++report_.failed;
    recorder_.on_outcome(OpKind::ack, Outcome::fail, intended, now, now);
    return;
  }
  ++in_flight_;
  recorder_.on_latency(Metric::slip, intended, clock_.now());
}

void Echo::on_ack(std::uint32_t device, std::uint64_t id, std::string_view array, Time received) {
  if (id >= first_ + pending_.size()) {
    note(checker::Anomaly::phantom, device, id, "an acknowledgement of an emit that was never made");
    return;
  }
  if (id < first_ || !pending_[id - first_].open) {
    note(checker::Anomaly::visible_duplicate, device, id, "a second acknowledgement of one emit");
    return;
  }
  Pending& pending = pending_[id - first_];
  make_text(id, pending.size);
  if (pending.device != device) {
    note(checker::Anomaly::misdelivery, device, id, "an acknowledgement on another connection than the emit's");
  } else if (array != expected_) {
    note(checker::Anomaly::ack_mismatch, device, id, "an acknowledgement with other arguments than the emit's");
  }
  pending.open = false;
  --in_flight_;
  ++report_.acked;
  recorder_.on_latency(Metric::ack, pending.intended, received);
  recorder_.on_outcome(OpKind::ack, Outcome::ok, pending.intended, pending.began, received);
  drop_settled();
}

// Settled entries stay a while: a second acknowledgement must be told from one of something never sent.
void Echo::drop_settled() {
  constexpr std::size_t kKept = 4096;
  while (pending_.size() > kKept && !pending_.front().open) {
    pending_.pop_front();
    ++first_;
  }
}

void Echo::give_up(Pending& pending, Time now) {
  pending.open = false;
  --in_flight_;
  ++report_.unknown;
  recorder_.on_outcome(OpKind::ack, Outcome::info, pending.intended, pending.began, now);
}

Time Echo::run_due(Time now) {
  for (Pending& pending : pending_) {  // in order of time: stops at the first that may still be answered
    if (pending.intended + kPatience > now) {
      break;
    }
    if (pending.open) {
      give_up(pending, now);
    }
  }
  drop_settled();
  return in_flight_ == 0 ? Time::max() : now + std::chrono::seconds{1};
}

void Echo::note(checker::Anomaly anomaly, std::uint32_t device, std::uint64_t id, const char* what) {
  constexpr std::size_t kExamples = 16;
  const std::uint64_t seen = ++report_.counts[static_cast<std::size_t>(anomaly)];
  if (seen <= kExamples) {
    report_.examples.push_back(
        {anomaly, std::to_string(id), fmt::format("device {}: {} (ack id {})", device, what, id), 0, 0, {}});
  }
}

std::uint64_t Echo::anomalies() const {
  std::uint64_t sum = 0;
  for (const std::uint64_t count : report_.counts) {
    sum += count;
  }
  return sum;
}

checker::CheckerReport Echo::finish() {
  for (Pending& pending : pending_) {
    if (pending.open) {
      give_up(pending, clock_.now());
    }
  }
  return report_;
}

}  // namespace plumbline::load
