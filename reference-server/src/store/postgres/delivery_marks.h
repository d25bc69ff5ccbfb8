// Delivery marks on their way to PostgreSQL: merged per reader, repeated until they are kept. Stage: store.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "store/message_store.h"
#include "store/postgres/pg_session.h"

namespace plumbline::serve {

// One per shard. Marks are cumulative and monotone: merging and repeating them is harmless.
class DeliveryMarks {
 public:
  static constexpr std::size_t kLimit = 100'000;      // readers with marks that wait for PostgreSQL
  static constexpr std::size_t kPerStatement = 1000;  // well within the deadline
  explicit DeliveryMarks(PgSession& session) : session_(session) {}

  void add(const std::vector<ReadMark>& marks);
  // Sends all that wait, ahead of what is asked of the same session afterwards. An error leaves them waiting.
  void flush(Done<void> done);

  [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }
  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }  // beyond the limit: those messages come again

 private:
  struct Mark {
    std::uint64_t up_to{0};
    UnixMillis at{0};
  };
  using Marks = std::map<std::pair<ConversationKey, Uuid>, Mark>;

  void send(const std::shared_ptr<const Marks>& part, Done<void> done);
  void keep(const std::pair<ConversationKey, Uuid>& reader, const Mark& mark);

  PgSession& session_;
  Marks waiting_;
  std::uint64_t dropped_{0};
};

}  // namespace plumbline::serve
