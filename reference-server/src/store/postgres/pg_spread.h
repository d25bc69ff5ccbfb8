// Several connections as one session: each statement goes where the least waits, so that one commit does not wait for
// the disk behind another. Stage: store.
#pragma once

#include <memory>
#include <vector>

#include "store/postgres/pg_link.h"

namespace plumbline::serve {

// Keeps no order between statements: who needs one waits for the answer.
class PgSpread final : public PgSession {
 public:
  explicit PgSpread(std::vector<std::unique_ptr<PgLink>> links) : links_(std::move(links)) {}

  void query(const PgStatement& statement, std::vector<PgValue> params, Done<PgRowsPtr> done) override {
    least_busy().query(statement, std::move(params), std::move(done));
  }
  void transaction(std::vector<PgCall> calls, Done<std::vector<PgRowsPtr>> done) override {
    least_busy().transaction(std::move(calls), std::move(done));
  }
  [[nodiscard]] bool usable() const override { return least_busy().usable(); }
  [[nodiscard]] const std::vector<std::unique_ptr<PgLink>>& links() const { return links_; }

 private:
  // Among those that work; any when none does. The first of equals: a quiet server keeps one connection warm.
  [[nodiscard]] PgLink& least_busy() const;

  std::vector<std::unique_ptr<PgLink>> links_;
};

}  // namespace plumbline::serve
