// Kept friend events in PostgreSQL. Stage: store.
#pragma once

#include "store/notice_store.h"
#include "store/postgres/pg_session.h"

namespace plumbline::serve {

// A removal that PostgreSQL does not get is forgotten: the notice comes once more, with the same id.
class PgNoticeStore final : public NoticeStore {
 public:
  explicit PgNoticeStore(PgSession& session) : session_(session) {}

  void keep(Uuid user, std::string event, std::string payload, Done<std::uint64_t> done) override;
  void pending(Uuid user, Done<std::vector<KeptNotice>> done) override;
  void remove(Uuid user, std::uint64_t id) override;

 private:
  PgSession& session_;
};

}  // namespace plumbline::serve
