#include "delivery/frames.h"

namespace plumbline::serve {
namespace {

constexpr std::string_view kNamespace = "/";

socketio::FramePtr counted_frame(std::string_view event, std::string_view what, std::size_t count) {
  return socketio::make_event(kNamespace, event,
                              JsonText{}.field("success").raw("true").field(what).number(count).done());
}

}  // namespace

socketio::FramePtr new_message_frame(const Message& message) {
  JsonText payload;
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
  JsonText payload;
  payload.field("conversationId").key(typing.conversation);
  payload.field("userId").id(typing.user);
  payload.field("isTyping").flag(typing.is_typing);
  payload.field("timestamp").time(typing.timestamp);
  return socketio::make_event(kNamespace, "typingIndicator", payload.done());
}

socketio::FramePtr read_receipt_frame(const ReadReceipt& receipt) {
  JsonText payload;
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
  return socketio::make_event(kNamespace, "error", JsonText{}.field("message").text(message).done());
}

socketio::FramePtr session_expired_frame() {
  return socketio::make_event(kNamespace, "auth:session_expired",
                              R"({"code":"TOKEN_EXPIRED","message":"The access token has expired"})");
}

}  // namespace plumbline::serve
