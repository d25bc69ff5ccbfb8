#include "delivery/frames.h"

#include <boost/json/serialize.hpp>
#include <chrono>

#include "plumbline/base/clock.h"

namespace plumbline::serve {
namespace {

constexpr std::string_view kNamespace = "/";

// Joins what a payload is made of; every text value goes through quoted().
class Payload {
 public:
  Payload() { json_.reserve(512); }
  Payload& field(std::string_view name) {
    json_ += json_.empty() ? "{\"" : ",\"";
    json_ += name;
    json_ += "\":";
    return *this;
  }
  Payload& text(std::string_view value) {
    json_ += quoted(value);
    return *this;
  }
  Payload& raw(std::string_view json) {
    json_ += json;
    return *this;
  }
  Payload& id(Uuid value) {
    json_ += '"';
    value.append_to(json_);
    json_ += '"';
    return *this;
  }
  Payload& id_or_null(Uuid value) { return value.is_nil() ? raw("null") : id(value); }
  Payload& key(const ConversationKey& value) {
    json_ += '"';
    value.append_to(json_);
    json_ += '"';
    return *this;
  }
  Payload& number(std::uint64_t value) { return raw(std::to_string(value)); }
  Payload& time(UnixMillis at) {
    append_time_or_null(json_, at);
    return *this;
  }
  [[nodiscard]] std::string done() { return std::move(json_ += '}'); }

 private:
  std::string json_;
};

socketio::FramePtr counted_frame(std::string_view event, std::string_view what, std::size_t count) {
  return socketio::make_event(kNamespace, event,
                              Payload{}.field("success").raw("true").field(what).number(count).done());
}

}  // namespace

std::string quoted(std::string_view text) {
  return boost::json::serialize(boost::json::string_view{text.data(), text.size()});
}

std::string iso_time(UnixMillis at) {
  return iso8601(WallTime{std::chrono::milliseconds{at}});
}

void append_time_or_null(std::string& json, UnixMillis at) {
  if (at == 0) {
    json += "null";
    return;
  }
  json += '"';
  json += iso_time(at);
  json += '"';
}

socketio::FramePtr new_message_frame(const Message& message) {
  Payload payload;
  payload.field("messageId").id(message.id);
  payload.field("conversationId").key(message.conversation->key);
  payload.field("senderId").id(message.sender);
  payload.field("receiverId").id_or_null(message.receiver());
  payload.field("message").text(message.text);
  payload.field("messageType").text(message.type);
  payload.field("sequenceId").number(message.sequence);
  payload.field("prevSequenceId").number(message.previous);
  payload.field("timestamp").time(message.timestamp);
  payload.field("metadata").raw(message.metadata);
  return socketio::make_event(kNamespace, "newMessage", payload.done());
}

socketio::FramePtr typing_frame(const Typing& typing) {
  Payload payload;
  payload.field("conversationId").key(typing.conversation);
  payload.field("userId").id(typing.user);
  payload.field("isTyping").raw(typing.is_typing ? "true" : "false");
  payload.field("timestamp").time(typing.timestamp);
  return socketio::make_event(kNamespace, "typingIndicator", payload.done());
}

socketio::FramePtr read_receipt_frame(const ReadReceipt& receipt) {
  Payload payload;
  payload.field("conversationId").key(receipt.conversation->key);
  payload.field("readBy").id(receipt.reader);
  payload.field("lastReadSequenceId").number(receipt.up_to);
  payload.field("readAt").time(receipt.read_at);
  return socketio::make_event(kNamespace, "readReceipt", payload.done());
}

socketio::FramePtr notice_frame(std::string_view event, std::string_view payload) {
  return socketio::make_event(kNamespace, event, payload);
}

socketio::FramePtr registered_frame(std::size_t queued_notifications) {
  return counted_frame("registered", "queuedNotifications", queued_notifications);
}

socketio::FramePtr chat_registered_frame(std::size_t queued_messages) {
  return counted_frame("chatRegistered", "queuedMessages", queued_messages);
}

socketio::FramePtr error_frame(std::string_view message) {
  return socketio::make_event(kNamespace, "error", Payload{}.field("message").text(message).done());
}

socketio::FramePtr session_expired_frame() {
  return socketio::make_event(kNamespace, "auth:session_expired",
                              R"({"code":"TOKEN_EXPIRED","message":"The access token has expired"})");
}

}  // namespace plumbline::serve
