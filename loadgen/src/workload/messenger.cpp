#include "workload/messenger.h"

#include <algorithm>
#include <utility>

namespace plumbline::load {
namespace {

constexpr Duration kTypingLasts = std::chrono::seconds{1};  // then the device says that it stopped
constexpr std::uint64_t pair_key(std::uint32_t conversation, std::uint32_t user) {
  return (std::uint64_t{conversation} << 32U) | user;
}

checker::CheckerLimits limits_of(const Messenger::Setting& setting) {
  checker::CheckerLimits limits;
  limits.resumes = setting.resumes;
  return limits;
}

}  // namespace

Messenger::Messenger(const Plan& plan, Wire& wire, Recorder& recorder, const Clock& clock, Setting setting)
    : plan_(plan),
      wire_(wire),
      recorder_(recorder),
      clock_(clock),
      setting_(std::move(setting)),
      checker_(setting_.run, clock.now(), limits_of(setting_)),
      conversations_(plan.population.conversations),
      devices_(plan.population.devices()),
      tracks_reads_(plan.scenario.mix.shares.count(OpKind::read) != 0 || plan.scenario.mix.read_after > 0),
      reader_(
          checker_,
          [this](std::uint32_t conversation, std::string target, client::HttpDone done) {
            rest(conversations_[conversation].members.front(), "GET", std::move(target), {}, std::move(done));
          },
          setting_.confirm) {
  for (std::uint32_t i = 0; i < plan.population.users.size(); ++i) {
    user_index_.emplace(plan.population.users[i].id, i);
  }
  checker_.on_complete([this](const checker::Token& token, Time at) {
    recorder_.on_latency(Metric::e2e_last, Time{Duration{token.intended_ns}}, at);
  });
  checker_.on_waited([this](Time from, Time to) { recorder_.on_waited(from, to); });
}

Messenger::~Messenger() = default;

bool Messenger::connect_options(std::uint32_t device, client::ConnectOptions& into) {
  const std::string* token = setting_.token(plan_.population.device_user[device]);
  if (token == nullptr) {
    return false;
  }
  into.endpoint = setting_.socketio;
  into.nsp = setting_.nsp;
  into.query = "dialect=messenger";
  into.auth = R"({"token":")" + *token + R"(")" + cursors_of(device) + "}";
  return true;
}

void Messenger::on_up(std::uint32_t device, Link& link, Time now) {
  devices_[device].link = &link;
  devices_[device].up_since = now;
  devices_[device].been_up = true;
  checker_.on_connected(device, now);
}

void Messenger::on_down(std::uint32_t device, Departure /*why*/, Time now) {
  devices_[device].link = nullptr;
  checker_.on_disconnected(device, now);
}

void Messenger::start(const Operation& op, Time intended, Time now) {
  switch (op.kind) {
    case OpKind::send:
      if (op.typing_before) {
        type(op, true, intended, now);
        later_.push({intended + op.think, Later::What::send, op});
      } else {
        send(op, intended, now);
      }
      if (op.read_after) {
        later_.push({intended + op.think + op.read_delay, Later::What::read, op});
      }
      return;
    case OpKind::typing:
      type(op, true, intended, now);
      later_.push({intended + kTypingLasts, Later::What::stop_typing, op});
      return;
    case OpKind::read:
      read(op, intended, now);
      return;
    case OpKind::history:
      look_back(op, intended, now);
      return;
    case OpKind::presence:
      simple_get(op, "/friends/list", intended, now);
      return;
    case OpKind::reconnect:
    case OpKind::ack:
      return;  // the fleet's, and the echo application's
  }
}

Time Messenger::run_due(Time now) {
  while (!later_.empty() && later_.top().at <= now) {
    Later next = later_.top();
    later_.pop();
    switch (next.what) {
      case Later::What::send:
        type(next.op, false, next.at, now);
        send(next.op, next.at, now);
        break;
      case Later::What::read:
        recorder_.on_started(OpKind::read, next.at);
        next.op.user = next.op.reader;
        read(next.op, next.at, now);
        break;
      case Later::What::stop_typing:
        type(next.op, false, next.at, now);
        break;
    }
  }
  typing_.expire(now, [&](const PendingSignals::Cause& cause) {
    recorder_.on_outcome(OpKind::typing, Outcome::info, cause.intended, cause.began, now);
  });
  receipts_.expire(now, [](const PendingSignals::Cause&) {});
  const Time signals = std::min(typing_.next_due(), receipts_.next_due());
  return later_.empty() ? signals : std::min(later_.top().at, signals);
}

void Messenger::stop_offering() {
  for (; !later_.empty(); later_.pop()) {
    if (later_.top().what == Later::What::send) {
      recorder_.on_withdrawn(OpKind::send, later_.top().at - later_.top().op.think);
    }
  }
}

std::uint64_t Messenger::in_flight() const {
  return requests_ + typing_.unseen();
}

void Messenger::rest(std::uint32_t user, std::string_view method, std::string target, std::string body,
                     client::HttpDone done) {
  client::HttpCall call;
  call.method = method;
  call.target = std::move(target);
  if (const std::string* token = setting_.token(user); token != nullptr) {
    call.headers.emplace_back("authorization", "Bearer " + *token);
  }
  if (!body.empty()) {
    call.headers.emplace_back("content-type", "application/json");
    call.body = std::move(body);
  }
  ++requests_;
  wire_.http(std::move(call), [this, done = std::move(done)](const HttpEnd& end) {
    --requests_;
    done(end);
  });
}

void Messenger::send(const Operation& op, Time intended, Time now) {
  const Conversation& conversation = conversations_[op.conversation];
  const checker::Token token{setting_.run, op.conversation, op.device, ++devices_[op.device].counter,
                             intended.time_since_epoch().count()};
  const std::string text = checker::encode_token(token, std::max<std::size_t>(op.size, checker::min_token_size()));
  std::string body = conversation.group ? R"({"conversationId":")" + conversation.id
                                        : R"({"receiverId":")" + plan_.population.users[op.reader].id;
  body += R"(","message":")" + text + R"("})";  // tokens are plain ASCII without quotes or backslashes
  checker_.on_invoke(token, now);
  rest(op.user, "POST", "/messages/send", std::move(body),
       [this, token, intended, now](const HttpEnd& end) { on_send_end(token, intended, now, end); });
}

void Messenger::on_send_end(const checker::Token& token, Time intended, Time began, const HttpEnd& end) {
  const Time done = end ? end.value().received : clock_.now();
  recorder_.on_latency(Metric::slip, intended, end ? std::max(began, end.value().first_byte_sent) : began);
  Outcome outcome = classify(end, setting_.contract);
  SendReceipt receipt;
  if (outcome == Outcome::ok) {
    receipt = read_send_receipt(end.value().response.body);
    outcome = receipt.well_formed ? Outcome::ok : Outcome::info;
  }
  switch (outcome) {
    case Outcome::ok:
      checker_.on_acked(token, receipt.sequence_id, receipt.message_id, done);
      recorder_.on_latency(Metric::answer, intended, done);
      break;
    case Outcome::fail:
      checker_.on_failed(token, done);
      break;
    case Outcome::info:
      checker_.on_unknown(token, done);
      break;
  }
  recorder_.on_outcome(OpKind::send, outcome, intended, began, done);
  recorder_.on_send(outcome, token.conversation, intended, done,
                    outcome == Outcome::ok ? std::string{} : error_text(end));
}

// The end of typing is said but not measured: targets may let it expire instead.
void Messenger::type(const Operation& op, bool typing, Time intended, Time now) {
  Link* link = devices_[op.device].link;
  const std::string data = R"(["typing",{"conversationId":")" + conversations_[op.conversation].id +
                           (typing ? R"(","isTyping":true}])" : R"(","isTyping":false}])");
  const bool sent = link != nullptr && link->emit(data, std::nullopt);
  if (!typing) {
    return;
  }
  const bool counted = op.kind == OpKind::typing;
  if (!counted) {
    recorder_.on_started(OpKind::typing, intended);
  }
  if (!sent) {
    recorder_.on_outcome(OpKind::typing, Outcome::fail, intended, now, now);
    return;
  }
  recorder_.on_latency(Metric::slip, intended, clock_.now());
  const std::uint32_t receivers = other_devices_up(op.conversation, op.user);
  if (receivers == 0 || !typing_.open(op.conversation, op.user, {intended, now, receivers, 0})) {
    recorder_.on_outcome(OpKind::typing, Outcome::ok, intended, now, now);  // nobody to show it to, or shown already
  }
}

void Messenger::read(const Operation& op, Time intended, Time now) {
  const auto seen = last_seen_.find(pair_key(op.conversation, op.user));
  if (seen == last_seen_.end()) {
    Operation instead = op;
    instead.kind = OpKind::read;
    simple_get(instead, "/messages/unread-count", intended, now);
    return;
  }
  const std::uint32_t receivers = other_devices_up(op.conversation, op.user);
  if (receivers > 0) {
    static_cast<void>(receipts_.open(op.conversation, op.user, {intended, now, receivers, seen->second}));
  }
  rest(op.user, "POST", "/messages/mark-read",
       R"({"conversationId":")" + conversations_[op.conversation].id + R"(","lastReadSequenceId":)" +
           std::to_string(seen->second) + "}",
       [this, intended, now](const HttpEnd& end) { record_rest(OpKind::read, intended, now, end); });
}

void Messenger::simple_get(const Operation& op, std::string target, Time intended, Time now) {
  const OpKind kind = op.kind == OpKind::send ? OpKind::read : op.kind;
  rest(op.user, "GET", std::move(target), {},
       [this, kind, intended, now](const HttpEnd& end) { record_rest(kind, intended, now, end); });
}

void Messenger::record_rest(OpKind kind, Time intended, Time began, const HttpEnd& end) {
  recorder_.on_latency(Metric::slip, intended, end ? std::max(began, end.value().first_byte_sent) : began);
  recorder_.on_outcome(kind, classify(end, setting_.contract), intended, began,
                       end ? end.value().received : clock_.now());
}

bool Messenger::final_read(Time now, bool last) {
  if (!reader_.begun()) {
    std::vector<std::string> ids;
    ids.reserve(conversations_.size());
    for (const Conversation& conversation : conversations_) {
      ids.push_back(conversation.id);
    }
    reader_.begin(std::move(ids));
  }
  return reader_.step(now, last);
}

checker::CheckerReport Messenger::finish() {
  return checker_.finish(reader_.complete());
}

}  // namespace plumbline::load
