// The routes of messages and conversations, each with what OpenAPI says about it (messenger.md A1.1). Stage: gateway.
#include <array>

#include "rest/route.h"

namespace plumbline::serve {
namespace {

constexpr std::array kMessageRoutes{
    Route{"POST",
          "/messages/send",
          Access::token,
          Body::fields,
          Repeat::once,
          RateBucket::send,
          post_send,
          {"sendMessage",
           "Send a message to a user, or into a conversation that the caller is a member of",
           "",
           "Send",
           {{{202, "Accepted: stored, and on its way to all devices of all members", "Sent"},
             {403, "The receiver blocks the caller"},
             {404, "Nobody has this receiver id, or the caller is no member of such a conversation"}}}}},
    Route{"GET",
          "/messages/history/{conversationId}",
          Access::token,
          Body::none,
          Repeat::any,
          RateBucket::history,
          get_history,
          {"getHistory",
           "One page of a conversation, oldest message first; the newest page without a cursor",
           R"([{"name":"conversationId","in":"path","required":true,
                "schema":{"$ref":"#/components/schemas/ConversationId"}},
               {"$ref":"#/components/parameters/limit"},
               {"name":"beforeSequence","in":"query","description":"only messages with a smaller sequence id",
                "schema":{"$ref":"#/components/schemas/Sequence"}},
               {"name":"cursor","in":"query","description":"`nextCursor` of a page; wins over beforeSequence",
                "schema":{"$ref":"#/components/schemas/Sequence"}}])",
           "",
           {{{200, "The page", "History"}, {404, "The caller is no member of such a conversation"}}}}},
    Route{"POST",
          "/messages/mark-read",
          Access::token,
          Body::fields,
          Repeat::once,
          std::nullopt,
          post_mark_read,
          {"markRead",
           "Say that everything up to a sequence id was read; never takes anything back",
           "",
           "MarkRead",
           {{{200, "Taken", "Queued"}, {404, "The caller is no member of such a conversation"}}}}},
    Route{"GET",
          "/messages/unread-count",
          Access::token,
          Body::none,
          Repeat::any,
          std::nullopt,
          get_unread_count,
          {"getUnreadCount",
           "How many messages of others the caller has not read",
           "",
           "",
           {{{200, "The count over all conversations", "UnreadCount"}}}}},
    Route{"GET",
          "/messages/conversations",
          Access::token,
          Body::none,
          Repeat::any,
          std::nullopt,
          get_conversations,
          {"getConversations",
           "The caller's conversations, the one with the newest message first",
           R"([{"$ref":"#/components/parameters/limit"},
               {"name":"cursor","in":"query","description":"`nextCursor` of a page",
                "schema":{"$ref":"#/components/schemas/ConversationCursor"}}])",
           "",
           {{{200, "The page", "Conversations"}}}}},
    Route{"POST",
          "/api/conversations",
          Access::token,
          Body::fields,
          Repeat::once,
          std::nullopt,
          post_conversation,
          {"createGroup",
           "Open a group; the caller becomes its first member",
           "",
           "NewGroup",
           {{{201, "The new group", "Group"}, {404, "A participant is nobody's id"}}},
           R"({"history":{"operationId":"getHistory","parameters":{"conversationId":"$response.body#/conversationId"}},
               "read":{"operationId":"markRead","requestBody":{"conversationId":"$response.body#/conversationId"}},
               "send":{"operationId":"sendMessage",
                 "requestBody":{"receiverId":null,"conversationId":"$response.body#/conversationId"}}})"}},
};
static_assert(complete(kMessageRoutes));

constexpr std::string_view kMessageSchemas = R"json(
{
"ConversationId": {
  "type": "string",
  "description": "a group's id, or the ids of two users, the smaller one first, joined by `_`",
  "pattern": "^(?!0{8}-(0{4}-){3}0{12})[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(_(?!0{8}-(0{4}-){3}0{12})[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})?$"},
"ConversationCursor": {
  "type": "string",
  "pattern": "^(0|[1-9][0-9]{0,14})\\.(?!0{8}-(0{4}-){3}0{12})[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(_(?!0{8}-(0{4}-){3}0{12})[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})?$"},
"MessageType": {
  "type": ["string", "null"], "minLength": 1, "maxLength": 255, "pattern": "^[^\\x00]*$",
  "not": {"const": "system"},
  "description": "kept as it is; `system` is reserved for the server; `text` when absent"},
"Metadata": {
  "type": ["object", "null"], "propertyNames": {"pattern": "^[^\\x00]*$"},
  "additionalProperties": {"$ref": "#/components/schemas/PlainJson"},
  "description": "kept as it is; nested at most 30 deep"},
"PlainJson": {
  "description": "any JSON without U+0000",
  "anyOf": [
    {"type": ["null", "boolean", "number"]},
    {"type": "string", "pattern": "^[^\\x00]*$"},
    {"type": "array", "items": {"$ref": "#/components/schemas/PlainJson"}},
    {"type": "object", "propertyNames": {"pattern": "^[^\\x00]*$"},
     "additionalProperties": {"$ref": "#/components/schemas/PlainJson"}}]},
"MessageText": {
  "type": "string", "minLength": 1, "maxLength": 10000,
  "pattern": "^[^\\x00]*[^\\x00\\t-\\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff][^\\x00]*$",
  "description": "white space around the text is kept, but does not count"},
"Send": {"oneOf": [{"$ref": "#/components/schemas/SendToUser"}, {"$ref": "#/components/schemas/SendToConversation"}]},
"SendToUser": {
  "type": "object", "required": ["receiverId", "message"],
  "properties": {
    "receiverId": {"$ref": "#/components/schemas/Uuid"},
    "conversationId": {"type": "null"},
    "message": {"$ref": "#/components/schemas/MessageText"},
    "messageType": {"$ref": "#/components/schemas/MessageType"},
    "metadata": {"$ref": "#/components/schemas/Metadata"},
    "clientMessageId": {"$ref": "#/components/schemas/ClientMessageId"}}},
"SendToConversation": {
  "type": "object", "required": ["conversationId", "message"],
  "properties": {
    "receiverId": {"type": "null"},
    "conversationId": {"$ref": "#/components/schemas/ConversationId"},
    "message": {"$ref": "#/components/schemas/MessageText"},
    "messageType": {"$ref": "#/components/schemas/MessageType"},
    "metadata": {"$ref": "#/components/schemas/Metadata"},
    "clientMessageId": {"$ref": "#/components/schemas/ClientMessageId"}}},
"Sent": {
  "type": "object", "required": ["messageId", "sequenceId", "status"],
  "properties": {
    "messageId": {"$ref": "#/components/schemas/Uuid"},
    "sequenceId": {"$ref": "#/components/schemas/Sequence"},
    "status": {"const": "queued"}}},
"Queued": {"type": "object", "required": ["status"], "properties": {"status": {"const": "queued"}}},
"MarkRead": {
  "type": "object", "required": ["conversationId", "lastReadSequenceId"],
  "properties": {
    "conversationId": {"$ref": "#/components/schemas/ConversationId"},
    "lastReadSequenceId": {"$ref": "#/components/schemas/Sequence"},
    "clientMessageId": {"$ref": "#/components/schemas/ClientMessageId"}}},
"HistoryRow": {
  "type": "object",
  "required": ["message_id", "conversation_id", "sender_id", "receiver_id", "message", "sequence_id",
    "prev_sequence_id", "timestamp", "message_type", "metadata", "delivered_at", "read_at"],
  "properties": {
    "message_id": {"$ref": "#/components/schemas/Uuid"},
    "conversation_id": {"$ref": "#/components/schemas/ConversationId"},
    "sender_id": {"$ref": "#/components/schemas/Uuid"},
    "receiver_id": {"$ref": "#/components/schemas/UuidOrNull"},
    "message": {"type": "string"},
    "sequence_id": {"$ref": "#/components/schemas/Sequence"},
    "prev_sequence_id": {"type": "integer", "minimum": 0, "description": "of the message before, 0 for the first"},
    "timestamp": {"$ref": "#/components/schemas/Time"},
    "message_type": {"type": "string"},
    "metadata": {"type": "object"},
    "delivered_at": {"$ref": "#/components/schemas/TimeOrNull"},
    "read_at": {"$ref": "#/components/schemas/TimeOrNull"}}},
"History": {
  "type": "object", "required": ["messages", "hasMore", "nextCursor"],
  "properties": {
    "messages": {"type": "array", "maxItems": 100, "items": {"$ref": "#/components/schemas/HistoryRow"}},
    "hasMore": {"type": "boolean"},
    "nextCursor": {"type": ["string", "null"], "pattern": "^[1-9][0-9]*$"}}},
"UnreadCount": {
  "type": "object", "required": ["unreadCount"], "properties": {"unreadCount": {"type": "integer", "minimum": 0}}},
"ConversationLine": {
  "type": "object",
  "required": ["conversation_id", "type", "name", "sender_id", "receiver_id", "last_message", "last_message_time",
    "last_sequence_id", "read_at", "unread_count"],
  "properties": {
    "conversation_id": {"$ref": "#/components/schemas/ConversationId"},
    "type": {"enum": ["direct", "group"]},
    "name": {"type": ["string", "null"]},
    "sender_id": {"$ref": "#/components/schemas/UuidOrNull"},
    "receiver_id": {"$ref": "#/components/schemas/UuidOrNull"},
    "last_message": {"type": ["string", "null"]},
    "last_message_time": {"$ref": "#/components/schemas/TimeOrNull"},
    "last_sequence_id": {"type": "integer", "minimum": 0},
    "read_at": {"$ref": "#/components/schemas/TimeOrNull"},
    "unread_count": {"type": "integer", "minimum": 0}}},
"Conversations": {
  "type": "object", "required": ["conversations", "hasMore", "nextCursor"],
  "properties": {
    "conversations": {"type": "array", "maxItems": 100, "items": {"$ref": "#/components/schemas/ConversationLine"}},
    "hasMore": {"type": "boolean"},
    "nextCursor": {"anyOf": [{"$ref": "#/components/schemas/ConversationCursor"}, {"type": "null"}]}}},
"NewGroup": {
  "type": "object", "required": ["type", "participantIds"],
  "properties": {
    "type": {"const": "group"},
    "name": {
      "type": ["string", "null"], "minLength": 1, "maxLength": 100,
      "pattern": "^[^\\x00]*[^\\x00\\t-\\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff][^\\x00]*$"},
    "participantIds": {
      "type": "array", "minItems": 1, "maxItems": 1000, "items": {"$ref": "#/components/schemas/Uuid"}},
    "clientMessageId": {"$ref": "#/components/schemas/ClientMessageId"}}},
"Group": {
  "type": "object", "required": ["id", "conversationId", "type", "name", "participantIds", "createdAt"],
  "properties": {
    "id": {"$ref": "#/components/schemas/Uuid"},
    "conversationId": {"$ref": "#/components/schemas/Uuid"},
    "type": {"const": "group"},
    "name": {"type": ["string", "null"]},
    "participantIds": {
      "type": "array", "minItems": 1, "uniqueItems": true, "items": {"$ref": "#/components/schemas/Uuid"}},
    "createdAt": {"$ref": "#/components/schemas/Time"}}}
}
)json";

}  // namespace

Area message_area() {
  return {"messages", kMessageRoutes, kMessageSchemas};
}

}  // namespace plumbline::serve
