#include "store/postgres/blocking_session.h"

#include <poll.h>

#include <algorithm>
#include <charconv>

#include "store/postgres/conninfo.h"

namespace plumbline::serve {
namespace {

constexpr std::chrono::milliseconds kSlice{100};  // how soon a wait notices that the server stops

std::string one_line(const char* text) {
  const std::string all = text == nullptr ? "" : text;
  return all.substr(0, all.find('\n'));
}

std::int64_t integer(std::string_view text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

std::int64_t BlockingRows::number(int row, int column) const {
  return integer(text(row, column));
}

std::int64_t BlockingRows::affected() const {
  return integer(PQcmdTuples(result_.get()));
}

BlockingSession::BlockingSession(const std::string& uri, const std::atomic<bool>& stopping,
                                 const BlockingLimits& limits)
    : conninfo_(pg_conninfo(uri, {{"application_name", "plumbline store consumer"},
                                  {"tcp_user_timeout", "3000"},
                                  {"options",
                                   "-c synchronous_commit=on -c statement_timeout=2000 "
                                   "-c idle_in_transaction_session_timeout=5000"}})),
      stopping_(stopping),
      limits_(limits) {}

bool BlockingSession::wait(short events, Time deadline) {
  while (!stopping_.load(std::memory_order_relaxed)) {
    const Duration left = deadline - steady_now();
    if (left <= Duration::zero()) {
      return false;
    }
    pollfd socket{PQsocket(connection_.get()), events, 0};
    const auto slice = std::min<Duration>(left, kSlice);
    const auto millis = std::chrono::ceil<std::chrono::milliseconds>(slice).count();
    if (::poll(&socket, 1, static_cast<int>(millis)) > 0) {
      return true;
    }
  }
  return false;
}

bool BlockingSession::connect() {
  connection_.reset(PQconnectStart(conninfo_.c_str()));
  const Time deadline = steady_now() + limits_.connect;
  PostgresPollingStatusType next = PGRES_POLLING_WRITING;
  while (PQstatus(connection_.get()) != CONNECTION_BAD && next != PGRES_POLLING_OK && next != PGRES_POLLING_FAILED) {
    if (!wait(next == PGRES_POLLING_READING ? POLLIN : POLLOUT, deadline)) {
      break;
    }
    next = PQconnectPoll(connection_.get());
  }
  if (next != PGRES_POLLING_OK) {
    sentence_ = one_line(PQerrorMessage(connection_.get()));
    connection_.reset();
    return false;
  }
  PQsetnonblocking(connection_.get(), 1);
  PQsetNoticeProcessor(
      connection_.get(), [](void*, const char*) {}, nullptr);
  return true;
}

Result<BlockingRows> BlockingSession::run(const char* sql, const std::vector<PgValue>& params) {
  sqlstate_.clear();
  if (!connection_ && !connect()) {
    return Error{Errc::unavailable, "PostgreSQL cannot be reached"};
  }
  std::vector<const char*> values;
  values.reserve(params.size());
  for (const PgValue& param : params) {
    values.push_back(param ? param->c_str() : nullptr);
  }
  if (PQsendQueryParams(connection_.get(), sql, static_cast<int>(values.size()), nullptr, values.data(), nullptr,
                        nullptr, 0) != 1) {
    return lost("the connection to PostgreSQL broke");
  }
  return await_answer(steady_now() + limits_.answer);
}

Result<BlockingRows> BlockingSession::await_answer(Time deadline) {
  for (int unsent = 1; unsent != 0;) {
    unsent = PQflush(connection_.get());
    if (unsent < 0 || (unsent > 0 && !wait(POLLIN | POLLOUT, deadline))) {
      return lost("PostgreSQL did not take a statement");
    }
    if (unsent > 0 && PQconsumeInput(connection_.get()) != 1) {
      return lost("the connection to PostgreSQL broke");
    }
  }
  std::unique_ptr<PGresult, void (*)(PGresult*)> last{nullptr, &PQclear};
  for (;;) {
    while (PQisBusy(connection_.get()) == 1) {
      if (!wait(POLLIN, deadline) || PQconsumeInput(connection_.get()) != 1) {
        return lost("PostgreSQL did not answer");
      }
    }
    PGresult* result = PQgetResult(connection_.get());
    if (result == nullptr) {
      break;
    }
    last.reset(result);
  }
  if (!last || PQstatus(connection_.get()) == CONNECTION_BAD) {
    return lost("the connection to PostgreSQL broke");
  }
  const ExecStatusType status = PQresultStatus(last.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
    return refusal(last.get());
  }
  return BlockingRows{last.release()};
}

Error BlockingSession::refusal(const PGresult* result) {
  const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  sqlstate_ = state == nullptr ? "" : state;
  sentence_ = one_line(PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY));
  const std::string group = sqlstate_.substr(0, 2);
  if (group == "57" || group == "08" || group.empty()) {  // the server ends this connection or cancelled the statement
    return lost("PostgreSQL ended a statement");
  }
  return group == "23" || group == "40" ? Error{Errc::conflict, "PostgreSQL refused a row"}
                                        : Error{Errc::malformed, "PostgreSQL refused a statement"};
}

Error BlockingSession::lost(std::string_view where) {
  if (sqlstate_.empty() && connection_) {
    sentence_ = one_line(PQerrorMessage(connection_.get()));
  }
  connection_.reset();
  return Error{Errc::timeout, where};
}

}  // namespace plumbline::serve
