#include "bus/kafka/record.h"

#include <algorithm>
#include <utility>

#include "bus/kafka/record_members.h"
#include "service/json_text.h"

namespace plumbline::serve {
namespace {

// What a reader needs of a group; a direct conversation is all in its id.
void append_group(JsonText& json, const Conversation& conversation) {
  if (conversation.key.direct()) {
    return;
  }
  json.field("participantIds").ids(conversation.members);
  json.field("conversationName").text(conversation.name);
  json.field("conversationCreatedAt").time(conversation.created_at);
}

struct Encode {
  // Metadata comes last: so it can be cut out of the text unchanged.
  std::string operator()(const MessagePtr& message) const {
    JsonText json;
    json.field("messageId").id(message->id);
    json.field("conversationId").key(message->conversation->key);
    json.field("senderId").id(message->sender);
    json.field("receiverId").id_or_null(message->receiver());
    json.field("message").text(message->text);
    json.field("messageType").text(message->type);
    json.field("sequenceId").number(message->sequence);
    json.field("prevSequenceId").number(message->previous);
    json.field("epoch").number(static_cast<std::uint64_t>(message->epoch));
    json.field("timestamp").time(message->timestamp);
    append_group(json, *message->conversation);
    json.field("metadata").raw(message->metadata);
    return json.done();
  }

  std::string operator()(const Typing& typing) const {
    JsonText json;
    json.field("conversationId").key(typing.conversation);
    json.field("userId").id(typing.user);
    json.field("isTyping").flag(typing.is_typing);
    json.field("timestamp").time(typing.timestamp);
    json.field("recipientIds").ids(typing.to);
    return json.done();
  }

  std::string operator()(const ReadReceipt& receipt) const {
    JsonText json;
    json.field("conversationId").key(receipt.conversation->key);
    json.field("userId").id(receipt.reader);
    json.field("lastReadSequenceId").number(receipt.up_to);
    json.field("readAt").time(receipt.read_at);
    append_group(json, *receipt.conversation);
    return json.done();
  }

  std::string operator()(const FriendNotice& notice) const {
    JsonText json;
    json.field("userId").id(notice.to);
    json.field("event").text(notice.event);
    json.field("noticeId").number(notice.id);
    json.field("payload").raw(notice.payload);
    return json.done();
  }
};

ConversationPtr conversation_of(RecordMembers& record) {
  auto conversation = std::make_shared<Conversation>();
  conversation->key = record.key("conversationId", "conversationId is no conversation's id");
  if (conversation->key.direct()) {
    conversation->members = {conversation->key.first, conversation->key.second};
  } else {
    conversation->members = record.ids("participantIds", "participantIds is no list of ids");
    conversation->name = record.text("conversationName", "conversationName is no text");
    conversation->created_at = record.time_or_null("conversationCreatedAt", "conversationCreatedAt is no time");
    std::sort(conversation->members.begin(), conversation->members.end());
  }
  auto& members = conversation->members;
  members.erase(std::unique(members.begin(), members.end()), members.end());
  return conversation;
}

BusBody message_of(RecordMembers& record) {
  auto message = std::make_shared<Message>();
  message->id = record.id("messageId", "messageId is no id");
  message->conversation = conversation_of(record);
  message->sender = record.id("senderId", "senderId is no id");
  record.require(message->conversation->has(message->sender), "senderId is not in the conversation");
  record.require(record.id_or_null("receiverId", "receiverId is no id") == message->receiver(),
                 "receiverId is not the other member");
  message->text = record.text("message", "message is no text");
  message->type = record.text("messageType", "messageType is no text");
  message->sequence = record.number("sequenceId", "sequenceId is no number");
  message->previous = record.number("prevSequenceId", "prevSequenceId is no number");
  record.require(message->previous < message->sequence, "prevSequenceId is not below sequenceId");
  message->epoch = static_cast<std::int64_t>(record.number("epoch", "epoch is no number"));
  message->timestamp = record.time("timestamp", "timestamp is no time");
  message->metadata = record.object("metadata", "metadata is no object");
  return MessagePtr{std::move(message)};
}

BusBody typing_of(RecordMembers& record) {
  Typing typing;
  typing.conversation = record.key("conversationId", "conversationId is no conversation's id");
  typing.user = record.id("userId", "userId is no id");
  typing.is_typing = record.flag("isTyping", "isTyping is neither true nor false");
  typing.timestamp = record.time("timestamp", "timestamp is no time");
  typing.to = record.ids("recipientIds", "recipientIds is no list of ids");
  return typing;
}

BusBody receipt_of(RecordMembers& record) {
  ReadReceipt receipt;
  receipt.conversation = conversation_of(record);
  receipt.reader = record.id("userId", "userId is no id");
  record.require(receipt.conversation->has(receipt.reader), "userId is not in the conversation");
  receipt.up_to = record.number("lastReadSequenceId", "lastReadSequenceId is no number");
  receipt.read_at = record.time("readAt", "readAt is no time");
  return receipt;
}

BusBody notice_of(RecordMembers& record) {
  FriendNotice notice;
  notice.to = record.id("userId", "userId is no id");
  notice.event = record.text("event", "event is no text");
  record.require(!notice.event.empty(), "event is empty");
  notice.id = record.number("noticeId", "noticeId is no number");
  notice.payload = record.object("payload", "payload is no object");
  return notice;
}

BusBody body_of(Topic topic, RecordMembers& record) {
  switch (topic) {
    case Topic::chat_messages:
      return message_of(record);
    case Topic::typing_indicators:
      return typing_of(record);
    case Topic::read_receipts:
      return receipt_of(record);
    case Topic::friend_events:
      return notice_of(record);
  }
  return Typing{};
}

}  // namespace

std::string encode_record(const BusBody& body) {
  return std::visit(Encode{}, body);
}

Result<BusBody> decode_record(Topic topic, std::string_view value) {
  if (value.size() > kMaxRecordBytes) {
    return Error{Errc::malformed, "the record is too large"};
  }
  RecordMembers record(value);
  BusBody body = body_of(topic, record);
  if (record.wrong() != nullptr) {
    return Error{Errc::malformed, record.wrong()};
  }
  return body;
}

}  // namespace plumbline::serve
