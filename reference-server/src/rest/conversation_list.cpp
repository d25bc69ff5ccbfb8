// REST handler: the caller's conversations, newest first, in pages. Stage: gateway.
#include <algorithm>
#include <charconv>
#include <tuple>

#include "delivery/frames.h"
#include "gateway/shard_core.h"
#include "rest/answer.h"
#include "rest/rest.h"

namespace plumbline::serve {
namespace {

// Where a page ended: `<milliseconds>.<conversation id>`.
struct Position {
  UnixMillis active_at{0};
  ConversationKey key;
};

bool before(const ConversationSummary& a, const ConversationSummary& b) {
  return std::tuple{b.active_at(), a.conversation->key} < std::tuple{a.active_at(), b.conversation->key};
}

std::optional<Position> parse_position(std::string_view text) {
  const std::size_t dot = text.find('.');
  Position position;
  const auto [stop, ec] = std::from_chars(text.data(), text.data() + std::min(dot, text.size()), position.active_at);
  const auto key =
      dot == std::string_view::npos ? std::nullopt : ConversationKey::parse_any_order(text.substr(dot + 1));
  if (ec != std::errc{} || stop != text.data() + dot || !key) {
    return std::nullopt;
  }
  position.key = *key;
  return position;
}

bool after(const ConversationSummary& line, const Position& position) {
  return std::tuple{position.active_at, line.conversation->key} > std::tuple{line.active_at(), position.key};
}

std::string line_json(const ConversationSummary& line) {
  const Conversation& conversation = *line.conversation;
  std::string json = R"({"conversation_id":")" + conversation.key.text() + R"(","type":)";
  json += conversation.key.direct() ? R"("direct")" : R"("group")";
  json += R"(,"name":)" + (conversation.name.empty() ? "null" : quoted(conversation.name)) + R"(,"sender_id":)";
  json += line.last ? '"' + line.last->sender.text() + '"' : "null";
  json += R"(,"receiver_id":)";
  json += line.last && !line.last->receiver().is_nil() ? '"' + line.last->receiver().text() + '"' : "null";
  json += R"(,"last_message":)" + (line.last ? quoted(line.last->text) : "null") + R"(,"last_message_time":)";
  append_time_or_null(json, line.last ? line.last->timestamp : 0);
  json += R"(,"last_sequence_id":)" + std::to_string(line.last ? line.last->sequence : 0) + R"(,"read_at":)";
  append_time_or_null(json, line.read_at);
  return json += R"(,"unread_count":)" + std::to_string(line.unread) + "}";
}

void answer_page(const CallPtr& call, std::vector<ConversationSummary> lines, std::size_t limit,
                 const std::optional<Position>& from) {
  if (from) {
    std::erase_if(lines, [&from](const ConversationSummary& line) { return !after(line, *from); });
  }
  std::sort(lines.begin(), lines.end(), before);
  const bool has_more = lines.size() > limit;
  lines.resize(std::min(lines.size(), limit));
  std::string json = R"({"conversations":[)";
  for (const ConversationSummary& line : lines) {
    json += json.back() == '[' ? "" : ",";
    json += line_json(line);
  }
  json += R"(],"hasMore":)";
  json += has_more ? "true" : "false";
  json += R"(,"nextCursor":)";
  json += has_more ? '"' + std::to_string(lines.back().active_at()) + '.' + lines.back().conversation->key.text() + '"'
                   : "null";
  call->respond(json_answer(200, json += '}'));
}

}  // namespace

void get_conversations(const CallPtr& call) {
  QueryFields query(call->request.query);
  const std::size_t limit = query.number("limit", 50, 1, 100);
  const auto cursor = query.text("cursor");
  const std::optional<Position> from = cursor ? parse_position(*cursor) : std::nullopt;
  if (cursor && !from) {
    query.fault("cursor", "is not one that this server gave");
  }
  if (!query.good()) {
    call->respond(query.refusal());
    return;
  }
  call->core.conversations.of_user(call->who->user,
                                   [call, limit, from](Result<std::vector<ConversationSummary>> lines) {
                                     if (lines.has_error()) {
                                       answer_failure(call, lines.error());
                                     } else {
                                       answer_page(call, std::move(lines.value()), limit, from);
                                     }
                                   });
}

}  // namespace plumbline::serve
