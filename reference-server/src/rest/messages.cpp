// REST handlers: send, history, mark-read, unread count, conversations, groups (messenger.md A1.1). Stage: gateway.
#include <algorithm>
#include <boost/json/serialize.hpp>
#include <charconv>

#include "delivery/frames.h"
#include "gateway/shard_core.h"
#include "rest/answer.h"
#include "rest/rest.h"
#include "service/failures.h"
#include "service/text_rules.h"
#include "service/wall_millis.h"

namespace plumbline::serve {
namespace {

constexpr std::size_t kMaxGroup = 1'000;
constexpr std::uint64_t kMaxSequence = (std::uint64_t{1} << 53U) - 1;

bool nul_within(const boost::json::value& value) {
  if (const auto* text = value.if_string()) {
    return has_nul({text->data(), text->size()});
  }
  if (const auto* array = value.if_array()) {
    return std::any_of(array->begin(), array->end(), nul_within);
  }
  if (const auto* object = value.if_object()) {
    return std::any_of(object->begin(), object->end(), [](const auto& member) {
      return has_nul({member.key().data(), member.key().size()}) || nul_within(member.value());
    });
  }
  return false;
}

std::string metadata_of(Fields& fields) {
  const boost::json::value* metadata = fields.raw("metadata");
  if (metadata == nullptr) {
    return "{}";
  }
  if (!metadata->is_object()) {
    fields.fault("metadata", "must be an object");
  } else if (nul_within(*metadata)) {
    fields.fault("metadata", "must not contain U+0000");
  } else {
    return boost::json::serialize(*metadata);
  }
  return {};
}

std::string type_of(Fields& fields) {
  const std::string_view type = fields.text("messageType", Need::optional, {1, 255, Length::whole}).value_or("text");
  if (type == "system") {
    fields.fault("messageType", "is reserved for the server");
  }
  return std::string{type};
}

// Either `receiverId`, or `conversationId` of a conversation that may be a group. Nothing without a fault: well-shaped,
// but not there.
std::optional<ConversationKey> destination_of(Fields& fields, Uuid sender) {
  if (fields.raw("conversationId") != nullptr && fields.raw("receiverId") != nullptr) {
    fields.fault("conversationId", "must not stand beside receiverId");
    return std::nullopt;
  }
  if (fields.raw("conversationId") == nullptr) {
    const auto receiver = fields.uuid("receiverId", Need::required);
    return receiver ? std::optional{ConversationKey::pair(sender, *receiver)} : std::nullopt;
  }
  const auto text = fields.text("conversationId", Need::required, {1, 255, Length::whole});
  const auto key = text ? ConversationKey::parse(text.value_or("")) : std::nullopt;
  if (text && !ConversationKey::parse_any_order(*text)) {
    fields.fault("conversationId", "is no conversation id");
  }
  return key;
}

std::string_view refusal_text(const Fields& fields) {
  return fields.raw("message") == nullptr ||
                 (fields.raw("receiverId") == nullptr && fields.raw("conversationId") == nullptr)
             ? "Receiver ID and message are required"
             : "";
}

void submit(const CallPtr& call, SendCommand command) {
  ShardCore& core = call->core;
  const std::size_t owner = core.owner(command.conversation);
  core.on_owner<SendReceipt>(
      owner,
      [command = std::move(command)](ShardCore& there, Done<SendReceipt> reply) mutable {
        there.sends.send(std::move(command), std::move(reply));
      },
      [call](const Result<SendReceipt>& receipt) {
        if (receipt.has_error()) {
          answer_failure(call, receipt.error());
          return;
        }
        std::string body = R"({"messageId":")";
        receipt.value().message.append_to(body);
        body += R"(","sequenceId":)";
        body += std::to_string(receipt.value().sequence);
        body += R"(,"status":"queued"})";
        call->respond(json_answer(202, std::move(body)));
      });
}

std::string row_json(const HistoryRow& row) {
  const Message& message = *row.message;
  std::string json = R"({"message_id":")" + message.id.text() + R"(","conversation_id":")" +
                     message.conversation->key.text() + R"(","sender_id":")" + message.sender.text() +
                     R"(","receiver_id":)";
  json += message.receiver().is_nil() ? "null" : '"' + message.receiver().text() + '"';
  json += R"(,"message":)" + quoted(message.text) + R"(,"sequence_id":)" + std::to_string(message.sequence) +
          R"(,"prev_sequence_id":)" + std::to_string(message.previous) + R"(,"timestamp":)";
  append_time_or_null(json, message.timestamp);
  json += R"(,"message_type":)" + quoted(message.type) + R"(,"metadata":)" + message.metadata + R"(,"delivered_at":)";
  append_time_or_null(json, row.delivered_at);
  json += R"(,"read_at":)";
  append_time_or_null(json, row.read_at);
  return json += '}';
}

void answer_history(const CallPtr& call, const HistoryPage& page) {
  std::string json = R"({"messages":[)";
  for (const HistoryRow& row : page.rows) {
    json += json.back() == '[' ? "" : ",";
    json += row_json(row);
  }
  json += R"(],"hasMore":)";
  json += page.has_more ? "true" : "false";
  json += R"(,"nextCursor":)";
  json += page.has_more ? '"' + std::to_string(page.rows.front().message->sequence) + '"' : "null";
  json += page.stale ? R"(,"stale":true)" : "";
  call->respond(json_answer(200, json += '}'));
}

void read_history(const CallPtr& call, const HistoryQuery& query) {
  call->core.conversations.find(query.conversation, [call, query](const Result<ConversationPtr>& found) {
    const Uuid me = call->who->user;
    // Two users who have not written yet have an empty conversation; any other unknown or foreign one is not there.
    const bool pair = found.has_error() && query.conversation.names(me);
    if (!pair && (found.has_error() || !found.value()->has(me))) {
      answer_failure(call, kNoConversation);
      return;
    }
    call->core.messages.history(query, [call](const Result<HistoryPage>& page) {
      if (page.has_error()) {
        answer_failure(call, page.error());
      } else {
        answer_history(call, page.value());
      }
    });
  });
}

std::string new_group_json(const Conversation& group) {
  std::string json = R"({"id":")" + group.key.text() + R"(","conversationId":")" + group.key.text() +
                     R"(","type":"group","name":)" + (group.name.empty() ? "null" : quoted(group.name)) +
                     R"(,"participantIds":[)";
  for (const Uuid member : group.members) {
    json += json.back() == '[' ? "\"" : ",\"";
    member.append_to(json);
    json += '"';
  }
  json += R"(],"createdAt":)";
  append_time_or_null(json, group.created_at);
  return json += '}';
}

// The members named in the body, the caller always among them.
std::vector<Uuid> participants_of(Fields& fields, Uuid me) {
  std::vector<Uuid> members{me};
  const boost::json::value* named = fields.raw("participantIds");
  if (named == nullptr || !named->is_array() || named->get_array().empty() || named->get_array().size() > kMaxGroup) {
    fields.fault("participantIds", "must be an array of 1 to " + std::to_string(kMaxGroup) + " user ids");
    return members;
  }
  for (const boost::json::value& value : named->get_array()) {
    const auto id =
        value.is_string() ? Uuid::parse({value.get_string().data(), value.get_string().size()}) : std::nullopt;
    if (!id) {
      fields.fault("participantIds[" + std::to_string(members.size() - 1) + "]", "must be a UUID");
      break;
    }
    members.push_back(*id);
  }
  std::sort(members.begin(), members.end());
  members.erase(std::unique(members.begin(), members.end()), members.end());
  return members;
}

void open_group(const CallPtr& call, const Conversation& group) {
  call->core.users.missing(group.members, [call, group](const Result<std::vector<Uuid>>& missing) {
    if (missing.has_error()) {
      answer_failure(call, missing.error());
    } else if (!missing.value().empty()) {
      call->respond(error_answer(404, "NOT_FOUND", "participant not found",
                                 {{"participantIds", missing.value().front().text() + " is nobody's id"}}));
    } else {
      call->core.conversations.open(group, [call](const Result<ConversationPtr>& opened) {
        if (opened.has_error()) {
          answer_failure(call, opened.error());
        } else {
          call->respond(json_answer(201, new_group_json(*opened.value())));
        }
      });
    }
  });
}

}  // namespace

void post_send(const CallPtr& call) {
  Fields& fields = call->fields;
  const auto destination = destination_of(fields, call->who->user);
  const auto text = fields.text("message", Need::required, {1, kMaxContentCharacters});
  SendCommand command;
  command.type = type_of(fields);
  command.metadata = metadata_of(fields);
  if (!fields.good() || !text) {
    call->respond(fields.refusal(refusal_text(fields)));
    return;
  }
  if (!destination) {
    answer_failure(call, kNoConversation);
    return;
  }
  command.sender = call->who->user;
  command.conversation = *destination;
  command.text = *text;
  once(call, [call, command = std::move(command)](const WriteAttempt& attempt) {
    SendCommand named = command;
    named.standing = attempt.standing;
    named.claimed = attempt.claimed;
    if (!attempt.name.empty()) {
      named.id = Uuid::named(named.sender, attempt.name + '\n' + named.conversation.text());
    }
    submit(call, std::move(named));
  });
}

void get_history(const CallPtr& call) {
  QueryFields query(call->request.query);
  HistoryQuery wanted;
  wanted.limit = query.number("limit", 50, 1, 100);
  wanted.before = query.number("beforeSequence", 0, 1, kMaxSequence);
  wanted.before = query.number("cursor", wanted.before, 1, kMaxSequence);
  if (!query.good()) {
    call->respond(query.refusal());
    return;
  }
  const auto key = ConversationKey::parse(last_segment(call->request.path));
  if (!key) {
    answer_failure(call, kNoConversation);
    return;
  }
  wanted.conversation = *key;
  read_history(call, wanted);
}

void post_mark_read(const CallPtr& call) {
  Fields& fields = call->fields;
  const auto text = fields.text("conversationId", Need::required, {1, 255});
  const auto up_to = fields.integer("lastReadSequenceId", Need::required, 1);
  if (!fields.good()) {
    call->respond(fields.refusal("Conversation ID and last read sequence ID are required"));
    return;
  }
  const auto key = ConversationKey::parse(text.value_or(""));
  if (!key) {
    answer_failure(call, kNoConversation);
    return;
  }
  once(call, [call, key = *key, up_to = static_cast<std::uint64_t>(up_to.value_or(0))](const WriteAttempt&) {
    call->core.on_owner<ReadOutcome>(
        call->core.owner(key),
        [key, me = call->who->user, up_to](ShardCore& there, Done<ReadOutcome> reply) {
          there.reads.mark_read(key, me, up_to, std::move(reply));
        },
        [call](const Result<ReadOutcome>& outcome) {
          if (outcome.has_error()) {
            answer_failure(call, outcome.error());
          } else {
            call->respond(json_answer(200, R"({"status":"queued"})"));
          }
        });
  });
}

void get_unread_count(const CallPtr& call) {
  call->core.messages.unread(call->who->user, [call](const Result<std::uint64_t>& count) {
    if (count.has_error()) {
      answer_failure(call, count.error());
    } else {
      call->respond(json_answer(200, R"({"unreadCount":)" + std::to_string(count.value()) + "}"));
    }
  });
}

void post_conversation(const CallPtr& call) {
  Fields& fields = call->fields;
  const auto type = fields.text("type", Need::required, {1, 20});
  if (type && *type != "group") {
    fields.fault("type", "must be \"group\"");
  }
  Conversation group;
  group.name = fields.text("name", Need::optional, {1, 100}).value_or("");
  group.members = participants_of(fields, call->who->user);
  if (!fields.good()) {
    call->respond(fields.refusal());
    return;
  }
  group.key = {Uuid::random(call->core.rng), Uuid{}};
  group.created_at = wall_millis(call->core.shared.clock);
  once(call, [call, group = std::move(group)](const WriteAttempt& attempt) {
    Conversation named = group;
    if (!attempt.name.empty()) {
      named.key.first = Uuid::named(call->who->user, attempt.name);
    }
    open_group(call, named);
  });
}

}  // namespace plumbline::serve
