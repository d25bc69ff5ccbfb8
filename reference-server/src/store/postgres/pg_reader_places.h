// Asks PostgreSQL where a reader stands. Stage: store.
#pragma once

#include "store/postgres/pg_session.h"
#include "store/reader_places.h"

namespace plumbline::serve {

// One per shard.
class PgReaderPlaces final : public ReaderPlaces {
 public:
  explicit PgReaderPlaces(PgSession& session) : session_(session) {}
  void of(Uuid user, const std::vector<MessagePtr>& messages, Done<std::vector<ReaderPlace>> done) override;

 private:
  PgSession& session_;
};

}  // namespace plumbline::serve
