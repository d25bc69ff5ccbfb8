// What the chat application's events mean: deliveries, typing indicators, read receipts. Stage: workload.
#include <algorithm>

#include "workload/messenger.h"

namespace plumbline::load {
namespace {

constexpr std::uint32_t kUnknown = UINT32_MAX;  // the checker reports what it cannot place

}  // namespace

void Messenger::on_event(std::uint32_t device, std::string_view data, Time received) {
  const JsonText json{data};
  const boost::json::array* event = json.array();
  if (event == nullptr || event->size() < 2 || !(*event)[0].is_string() || !(*event)[1].is_object()) {
    return;
  }
  const std::string_view name = (*event)[0].get_string();
  const boost::json::object& fields = (*event)[1].get_object();
  if (name == "newMessage") {
    on_message(device, fields, received);
  } else if (name == "typingIndicator") {
    on_typing(device, fields, received);
  } else if (name == "readReceipt") {
    on_receipt(device, fields, received);
  }
}

void Messenger::on_message(std::uint32_t device, const boost::json::object& fields, Time received) {
  const std::uint32_t conversation = conversation_of(text_of(fields, {"conversationId", "conversation_id"}));
  const std::uint64_t sequence = number_of(fields, {"sequenceId", "sequence_id"});
  const checker::Sighting sighting{conversation, sequence, text_of(fields, {"messageId", "message_id"}),
                                   text_of(fields, {"message", "content"})};
  const auto token = checker_.on_delivery(device, sighting, received);
  if (tracks_reads_ && conversation != kUnknown) {
    std::uint64_t& seen = last_seen_[(std::uint64_t{conversation} << 32U) | plan_.population.device_user[device]];
    seen = std::max(seen, sequence);
  }
  if (setting_.resumes && conversation != kUnknown) {
    move_cursor(device, conversation, sequence);
  }
  if (!token) {
    return;
  }
  recorder_.on_delivery(received);
  const Time intended{Duration{token->intended_ns}};
  // What a device missed while it was away reaches it when it is back: that is catching up, not delivery latency.
  const bool away = devices_[device].up_since > intended;
  recorder_.on_latency(away ? Metric::catch_up : Metric::e2e, intended, received);
}

void Messenger::move_cursor(std::uint32_t device, std::uint32_t conversation, std::uint64_t sequence) {
  auto& cursors = devices_[device].cursors;  // a handful: a device is in few conversations
  for (auto& [known, highest] : cursors) {
    if (known == conversation) {
      highest = std::max(highest, sequence);
      return;
    }
  }
  cursors.emplace_back(conversation, sequence);
}

// What the device tells when it comes back: `,"cursors":{...}`, with 0 for conversations that it has nothing of. The
// first time there is nothing to tell.
std::string Messenger::cursors_of(std::uint32_t device) const {
  const DeviceState& state = devices_[device];
  if (!setting_.resumes || !state.been_up) {
    return {};
  }
  std::string text = R"(,"cursors":{)";
  for (const auto& [conversation, highest] : state.cursors) {
    text += text.back() == '{' ? "\"" : ",\"";
    text += conversations_[conversation].id + "\":" + std::to_string(highest);
  }
  return text + "}";
}

void Messenger::on_typing(std::uint32_t /*device*/, const boost::json::object& fields, Time received) {
  if (!flag_of(fields, "isTyping")) {
    return;
  }
  const auto match =
      typing_.effect(conversation_of(text_of(fields, {"conversationId"})), user_of(text_of(fields, {"userId"})), 0);
  if (!match) {
    return;
  }
  recorder_.on_latency(Metric::typing, match->cause.intended, received);
  if (match->first) {
    recorder_.on_outcome(OpKind::typing, Outcome::ok, match->cause.intended, match->cause.began, received);
  }
}

void Messenger::on_receipt(std::uint32_t /*device*/, const boost::json::object& fields, Time received) {
  const auto match = receipts_.effect(conversation_of(text_of(fields, {"conversationId"})),
                                      user_of(text_of(fields, {"readBy"})), number_of(fields, {"lastReadSequenceId"}));
  if (match) {
    recorder_.on_latency(Metric::receipt, match->cause.intended, received);
  }
}

// The newest page of a conversation must show what was acknowledged before it was asked for (STALE-1).
void Messenger::look_back(const Operation& op, Time intended, Time now) {
  const checker::ReadTicket ticket = checker_.begin_read(op.conversation, op.device, now);
  rest(op.user, "GET", "/messages/history/" + conversations_[op.conversation].id + "?limit=50", {},
       [this, ticket, intended, now](const HttpEnd& end) {
         record_rest(OpKind::history, intended, now, end);
         if (classify(end, setting_.contract) == Outcome::ok) {
           check_page(ticket, end.value().response.body, end.value().received);
         }
       });
}

void Messenger::check_page(const checker::ReadTicket& ticket, const std::string& body, Time at) {
  const JsonText json{body};
  const boost::json::value* messages = json.object() != nullptr ? json.object()->if_contains("messages") : nullptr;
  if (messages == nullptr || !messages->is_array()) {
    return;
  }
  std::uint64_t newest = 0;
  for (const boost::json::value& entry : messages->get_array()) {
    if (const boost::json::object* row = entry.if_object(); row != nullptr) {
      const std::uint64_t sequence = number_of(*row, {"sequence_id", "sequenceId"});
      newest = std::max(newest, sequence);
      checker_.on_read(ticket, {ticket.conversation, sequence, text_of(*row, {"message_id", "messageId"}),
                                text_of(*row, {"message", "content"})});
    }
  }
  checker_.end_read(ticket, newest, at);
}

std::uint32_t Messenger::conversation_of(std::string_view id) const {
  const auto found = conversation_index_.find(id);
  return found == conversation_index_.end() ? kUnknown : found->second;
}

std::uint32_t Messenger::user_of(std::string_view id) const {
  const auto found = user_index_.find(id);
  return found == user_index_.end() ? kUnknown : found->second;
}

// Typing and receipts go to the other members, never back to the actor.
std::uint32_t Messenger::other_devices_up(std::uint32_t conversation, std::uint32_t user) const {
  std::uint32_t count = 0;
  for (const std::uint32_t member : conversations_[conversation].members) {
    const User& other = plan_.population.users[member];
    for (std::uint32_t d = 0; member != user && d < other.devices; ++d) {
      count += devices_[other.first_device + d].link != nullptr ? 1U : 0U;
    }
  }
  return count;
}

}  // namespace plumbline::load
