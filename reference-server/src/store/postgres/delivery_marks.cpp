#include "store/postgres/delivery_marks.h"

#include <memory>

#include "store/postgres/pg_message_rows.h"

namespace plumbline::serve {
namespace {

// Locks members in key order, as the counters of messages do. Only direct conversations show when it was delivered.
constexpr PgStatement kMarkDelivered{
    "mark_delivered",
    "WITH held AS MATERIALIZED (SELECT m.conv_first, m.conv_second, m.user_id, a.up_to, a.at "
    "FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[], $5::bigint[]) "
    "AS a(conv_first, conv_second, user_id, up_to, at) "
    "JOIN conversation_members m USING (conv_first, conv_second, user_id) WHERE a.up_to > m.delivered_to "
    "ORDER BY m.conv_first, m.conv_second, m.user_id FOR NO KEY UPDATE OF m), "
    "moved AS (UPDATE conversation_members m SET delivered_to = h.up_to FROM held h "
    "WHERE m.conv_first = h.conv_first AND m.conv_second = h.conv_second AND m.user_id = h.user_id "
    "AND m.delivered_to < h.up_to RETURNING m.conv_first, m.conv_second, m.user_id, h.up_to, h.at) "
    "INSERT INTO member_marks (conv_first, conv_second, user_id, kind, up_to, at) "
    "SELECT conv_first, conv_second, user_id, 0, up_to, at FROM moved "
    "WHERE conv_second <> '00000000-0000-0000-0000-000000000000' ON CONFLICT DO NOTHING"};

}  // namespace

void DeliveryMarks::keep(const std::pair<ConversationKey, Uuid>& reader, const Mark& mark) {
  const auto found = waiting_.find(reader);
  if (found != waiting_.end()) {
    if (mark.up_to > found->second.up_to) {
      found->second = mark;
    }
  } else if (waiting_.size() < kLimit) {
    waiting_.emplace(reader, mark);
  } else {
    ++dropped_;
  }
}

void DeliveryMarks::add(const std::vector<ReadMark>& marks) {
  for (const ReadMark& mark : marks) {
    keep({mark.conversation, mark.user}, {mark.up_to, mark.at});
  }
}

void DeliveryMarks::flush(Done<void> done) {
  if (waiting_.empty()) {
    done({});
    return;
  }
  struct Gather {
    std::size_t missing{0};
    Result<void> outcome{};
    Done<void> done;
  };
  auto gather = std::make_shared<Gather>();
  gather->done = std::move(done);
  std::vector<std::shared_ptr<const Marks>> parts;
  while (!waiting_.empty()) {
    auto part = std::make_shared<Marks>();
    while (!waiting_.empty() && part->size() < kPerStatement) {
      part->insert(waiting_.extract(waiting_.begin()));
    }
    parts.push_back(std::move(part));
  }
  gather->missing = parts.size();
  for (const auto& part : parts) {
    send(part, [gather](const Result<void>& outcome) {
      if (outcome.has_error()) {
        gather->outcome = outcome;
      }
      if (--gather->missing == 0) {
        gather->done(gather->outcome);
      }
    });
  }
}

void DeliveryMarks::send(const std::shared_ptr<const Marks>& part, Done<void> done) {
  KeyArrays keys;
  std::vector<std::string> users;
  std::vector<std::int64_t> up_to;
  std::vector<std::int64_t> at;
  for (const auto& [reader, mark] : *part) {
    keys.add(reader.first);
    users.push_back(reader.second.text());
    up_to.push_back(static_cast<std::int64_t>(mark.up_to));
    at.push_back(mark.at);
  }
  session_.query(kMarkDelivered,
                 {pg_array(keys.first), pg_array(keys.second), pg_array(users), pg_array(up_to), pg_array(at)},
                 [this, part, done = std::move(done)](const Result<PgRowsPtr>& rows) {
                   if (!rows.has_error()) {
                     done({});
                     return;
                   }
                   if (rows.error().code != Errc::malformed) {  // that would never be accepted
                     for (const auto& [reader, mark] : *part) {
                       keep(reader, mark);
                     }
                   }
                   done(rows.error());
                 });
}

}  // namespace plumbline::serve
