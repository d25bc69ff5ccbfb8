#include "store/postgres/pg_wire.h"

#include <boost/asio/post.hpp>
#include <utility>

#include "plumbline/base/log.h"
#include "store/postgres/pg_rows.h"

namespace plumbline::serve {
namespace {

// Of libpq's texts, which end lines as they like and may have several, the first one.
std::string short_reason(const char* text) {
  std::string reason = text == nullptr ? "" : text;
  reason = reason.substr(0, reason.find('\n'));
  return reason.empty() ? "the connection ended" : reason;
}

}  // namespace

std::shared_ptr<PgWire> PgWire::open(boost::asio::io_context& context, const std::string& conninfo, Events events) {
  auto wire = std::make_shared<PgWire>(context, std::move(events));
  wire->begin(conninfo);
  return wire;
}

void PgWire::begin(const std::string& conninfo) {
  connection_ = PQconnectStart(conninfo.c_str());
  if (connection_ == nullptr || PQstatus(connection_) == CONNECTION_BAD) {
    fail();
    return;
  }
  socket_.assign(PQsocket(connection_));
  wait(Socket::wait_write, [](PgWire& self) { self.poll_connect(); });
}

// A handler of a closed wire does nothing; the weak pointer lets the owner's drop be the end of it.
template <class Handler>
void PgWire::wait(Socket::wait_type what, Handler handler) {
  socket_.async_wait(what, [weak = weak_from_this(), handler](const boost::system::error_code& error) {
    const std::shared_ptr<PgWire> self = weak.lock();
    if (self && !error && self->connection_ != nullptr && !self->failed_) {
      handler(*self);
    }
  });
}

void PgWire::poll_connect() {
  detach();  // libpq may go on with another socket: next address, or without encryption
  const PostgresPollingStatusType next = PQconnectPoll(connection_);
  if (next == PGRES_POLLING_FAILED) {
    fail();
    return;
  }
  socket_.assign(PQsocket(connection_));
  if (next == PGRES_POLLING_OK) {
    become_ready();
  } else {
    const auto what = next == PGRES_POLLING_READING ? Socket::wait_read : Socket::wait_write;
    wait(what, [](PgWire& self) { self.poll_connect(); });
  }
}

void PgWire::become_ready() {
  if (PQsetnonblocking(connection_, 1) != 0 || PQenterPipelineMode(connection_) != 1) {
    fail();
    return;
  }
  watch_read();
  const auto events = events_;
  events->ready();
}

void PgWire::watch_read() {
  wait(Socket::wait_read, [](PgWire& self) {
    const auto keep = self.shared_from_this();
    if (PQconsumeInput(self.connection_) != 1) {
      self.drain();  // what came before the end still counts
      self.fail();
      return;
    }
    self.drain();
    if (self.connection_ == nullptr || self.failed_) {
      return;
    }
    if (PQstatus(self.connection_) == CONNECTION_BAD) {
      self.fail();
      return;
    }
    self.flush();
    self.watch_read();
  });
}

void PgWire::drain() {
  std::vector<PgReply> replies;
  bool ended = false;
  while (!under_way_.empty() && PQisBusy(connection_) == 0) {
    PGresult* result = PQgetResult(connection_);
    if (result == nullptr) {
      if (ended) {
        break;  // two in a row: libpq has nothing more to give
      }
      ended = true;
      continue;
    }
    ended = false;
    if (take(result)) {
      Segment& done = under_way_.front();
      replies.push_back(done.refusal.code == Errc::ok ? PgReply{std::move(done.rows)} : PgReply{done.refusal});
      under_way_.pop_front();
    }
  }
  for (PgReply& reply : replies) {
    if (const auto events = events_) {  // a caller may close us in between
      events->replied(std::move(reply));
    }
  }
}

bool PgWire::take(PGresult* result) {
  Segment& segment = under_way_.front();
  switch (PQresultStatus(result)) {
    case PGRES_PIPELINE_SYNC: {
      PQclear(result);
      if (segment.prepares == nullptr) {
        return true;
      }
      if (segment.refusal.code != Errc::ok) {
        prepared_.erase(segment.prepares);
      }
      under_way_.pop_front();
      return false;
    }
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
      segment.rows.push_back(std::make_shared<LibpqRows>(result));
      return false;
    default:
      note_refusal(segment, result);
      PQclear(result);
      return false;
  }
}

void PgWire::note_refusal(Segment& segment, const PGresult* result) {
  if (segment.refusal.code != Errc::ok) {
    return;  // the calls after the refused one, which the server skips
  }
  const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const Errc code = state == nullptr ? Errc::unavailable : pg_errc(state);
  segment.refusal = Error{code, "refused by PostgreSQL"};
  if (code == Errc::malformed) {
    log::error("postgres_refused", {{"sqlstate", state},
                                    {"statement", segment.prepares == nullptr ? "" : segment.prepares},
                                    {"reason", short_reason(PQresultErrorMessage(result))}});
  }
}

bool PgWire::prepare(const PgStatement& statement) {
  if (!prepared_.insert(statement.name).second) {
    return true;
  }
  under_way_.push_back(Segment{statement.name, {}, {}});
  return PQsendPrepare(connection_, statement.name, statement.sql, 0, nullptr) == 1 && PQpipelineSync(connection_) == 1;
}

void PgWire::send(const std::vector<PgCall>& calls) {
  if (connection_ == nullptr || failed_) {
    return;  // `lost` is on its way
  }
  bool sent = true;
  for (const PgCall& call : calls) {
    sent = sent && prepare(*call.statement);
  }
  under_way_.emplace_back();
  std::vector<const char*> values;
  for (const PgCall& call : calls) {
    values.clear();
    for (const PgValue& value : call.params) {
      values.push_back(value ? value->c_str() : nullptr);
    }
    sent = sent && PQsendQueryPrepared(connection_, call.statement->name, static_cast<int>(values.size()),
                                       values.data(), nullptr, nullptr, 0) == 1;
  }
  if (!sent || PQpipelineSync(connection_) != 1) {
    fail();
    return;
  }
  flush();
}

void PgWire::flush() {
  const int state = PQflush(connection_);
  if (state < 0) {
    fail();
  } else if (state == 1) {
    watch_write();
  }
}

void PgWire::watch_write() {
  if (std::exchange(writing_, true)) {
    return;
  }
  wait(Socket::wait_write, [](PgWire& self) {
    self.writing_ = false;
    self.flush();
  });
}

void PgWire::fail() {
  if (std::exchange(failed_, true)) {
    return;
  }
  std::string reason = short_reason(connection_ == nullptr ? nullptr : PQerrorMessage(connection_));
  boost::asio::post(socket_.get_executor(), [weak = weak_from_this(), reason = std::move(reason)] {
    if (const std::shared_ptr<PgWire> self = weak.lock()) {
      const auto events = self->events_;
      self->close();
      if (events) {
        events->lost(reason);
      }
    }
  });
}

void PgWire::detach() {
  if (socket_.is_open()) {
    socket_.release();
  }
}

void PgWire::close() {
  events_.reset();
  detach();
  if (connection_ != nullptr) {
    PQfinish(std::exchange(connection_, nullptr));
  }
}

}  // namespace plumbline::serve
