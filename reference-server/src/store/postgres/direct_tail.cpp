#include "store/postgres/direct_tail.h"

#include <algorithm>
#include <variant>

#include "bus/kafka/record.h"
#include "plumbline/base/log.h"

namespace plumbline::serve {
namespace {

// Rows at or above xmin may be followed by rows of lower transactions that are still running: they are handed over as
// soon as they are visible, and looked at again until everything below them has ended.
constexpr PgStatement kNewRows{
    "direct_tail",
    "SELECT s.xmin::text, o.id, o.xid::text, o.payload "
    "FROM (SELECT pg_snapshot_xmin(pg_current_snapshot()) AS xmin) s LEFT JOIN LATERAL "
    "(SELECT id, xid, payload FROM outbox WHERE xid >= $1::text::xid8 AND topic = 'chat-messages' AND "
    "id <> ALL ($2::bigint[]) ORDER BY xid, id LIMIT $3::bigint) o ON true"};

}  // namespace

void DirectTail::tick(Time now) {
  if (!asking_ && now >= next_) {
    ask(now);
  }
}

void DirectTail::run(boost::asio::io_context& shard, const Clock& clock) {
  timer_ = std::make_unique<Timer>(shard);
  arm(clock);
}

void DirectTail::arm(const Clock& clock) {
  timer_->expires_after(kTailBriskPause);
  timer_->async_wait([this, &clock](const boost::system::error_code& ended) {
    if (!ended) {
      tick(clock.now());
      arm(clock);
    }
  });
}

void DirectTail::ask(Time now) {
  asking_ = true;
  std::vector<std::int64_t> known;
  known.reserve(seen_.size());
  for (const auto& [id, transaction] : seen_) {
    known.push_back(id);
  }
  session_.query(kNewRows, {std::to_string(from_), pg_array(known), std::to_string(kTailPage)},
                 [this, now](const Result<PgRowsPtr>& rows) {
                   asking_ = false;
                   if (rows.has_error()) {
                     ++counters_.failures;
                     next_ = now + kTailPause;
                     return;
                   }
                   take(*rows.value(), now);
                 });
}

void DirectTail::take(const PgRows& rows, Time now) {
  const Found found = caught_up_ ? Found::live : Found::at_start;
  const bool any = rows.size() > 0 && !rows.is_null(0, 1);
  const bool full = any && rows.size() == kTailPage;
  const bool brisk = any || brisk_ || now - last_row_ < kTailBriskFor;
  for (std::size_t i = 0; any && i < rows.size(); ++i) {
    seen_.emplace(rows.number(i, 1), rows.number(i, 2));
    if (const MessagePtr message = message_of(rows.text(i, 3))) {
      ++counters_.messages;
      sink_(message, found);
    }
  }
  if (rows.size() > 0) {
    const std::int64_t xmin = rows.number(0, 0);
    move_on(full ? std::min(xmin, rows.number(rows.size() - 1, 2)) : xmin);
    caught_up_ = caught_up_ || !full;
  }
  last_row_ = any ? now : last_row_;
  next_ = full ? now : now + (brisk ? kTailBriskPause : kTailPause);
}

void DirectTail::move_on(std::int64_t from) {
  from_ = std::max(from_, from);
  std::erase_if(seen_, [this](const auto& row) { return row.second < from_; });
  if (seen_.size() > kTailMaxSeen) {
    seen_.clear();
  }
}

MessagePtr DirectTail::message_of(std::string_view payload) {
  const Result<BusBody> body = decode_record(Topic::chat_messages, payload);
  const MessagePtr* message = body.has_value() ? std::get_if<MessagePtr>(&body.value()) : nullptr;
  if (message == nullptr) {
    ++counters_.unreadable;
    log::error("outbox_row_unreadable");
    return nullptr;
  }
  return *message;
}

}  // namespace plumbline::serve
