// A connection to PostgreSQL for a thread of its own: each call waits for its answer, with a bound. Stage: store.
#pragma once

#include <libpq-fe.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "plumbline/base/clock.h"
#include "store/postgres/pg_session.h"

namespace plumbline::serve {

struct BlockingLimits {
  std::chrono::milliseconds connect{2000};
  std::chrono::milliseconds answer{3000};  // then the connection is given up: a frozen server keeps nobody waiting
};

// What the server answered; values are text.
class BlockingRows {
 public:
  explicit BlockingRows(PGresult* result) : result_(result, &PQclear) {}
  [[nodiscard]] int size() const { return PQntuples(result_.get()); }
  [[nodiscard]] std::string_view text(int row, int column) const {
    return {PQgetvalue(result_.get(), row, column), static_cast<std::size_t>(PQgetlength(result_.get(), row, column))};
  }
  [[nodiscard]] std::int64_t number(int row, int column) const;
  [[nodiscard]] std::int64_t affected() const;

 private:
  std::unique_ptr<PGresult, void (*)(PGresult*)> result_;
};

// Used on one thread. Errors: Errc::unavailable when the server cannot be reached; Errc::timeout when it did not answer
// or the connection broke (what was under way is unknown); Errc::conflict and Errc::malformed when it refused the
// statement (sqlstate() says why). After a timeout the next run() connects anew. `stopping` ends every wait.
class BlockingSession {
 public:
  BlockingSession(const std::string& uri, const std::atomic<bool>& stopping, const BlockingLimits& limits = {});

  [[nodiscard]] Result<BlockingRows> run(const char* sql, const std::vector<PgValue>& params = {});
  // Of the last refusal: five characters; and the server's sentence.
  [[nodiscard]] const std::string& sqlstate() const { return sqlstate_; }
  [[nodiscard]] const std::string& sentence() const { return sentence_; }
  [[nodiscard]] bool connected() const { return connection_ != nullptr; }

 private:
  using Connection = std::unique_ptr<PGconn, void (*)(PGconn*)>;

  [[nodiscard]] bool connect();
  [[nodiscard]] bool wait(short events, Time deadline);
  [[nodiscard]] Result<BlockingRows> await_answer(Time deadline);
  [[nodiscard]] Error refusal(const PGresult* result);
  [[nodiscard]] Error lost(std::string_view where);

  std::string conninfo_;
  const std::atomic<bool>& stopping_;
  BlockingLimits limits_;
  Connection connection_{nullptr, &PQfinish};
  std::string sqlstate_;
  std::string sentence_;
};

}  // namespace plumbline::serve
