// One connection to PostgreSQL, from its first packet to its last: libpq in pipeline mode on a shard's io_context.
// Stage: store.
#pragma once

#include <libpq-fe.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "plumbline/base/result.h"
#include "store/postgres/pg_session.h"

namespace plumbline::serve {

// Rows of each call of a segment, or why the server refused all of them.
using PgReply = Result<std::vector<PgRowsPtr>>;

// A segment is what lies between two syncs: one implicit transaction. Everything happens on the thread of the context.
class PgWire : public std::enable_shared_from_this<PgWire> {
 public:
  struct Events {
    std::function<void()> ready;            // connected, segments may be sent
    std::function<void(PgReply)> replied;   // for each segment in the order sent, after it was committed
    std::function<void(std::string)> lost;  // once, then nothing more; never from inside send()
  };

  // Name resolution may block: give addresses where that matters. Events come later, never from inside open().
  [[nodiscard]] static std::shared_ptr<PgWire> open(boost::asio::io_context& context, const std::string& conninfo,
                                                    Events events);
  PgWire(boost::asio::io_context& context, Events events)
      : events_(std::make_shared<const Events>(std::move(events))), socket_(context) {}
  PgWire(const PgWire&) = delete;
  PgWire& operator=(const PgWire&) = delete;
  ~PgWire() { close(); }

  // Only after `ready`. Prepares what this connection has not prepared yet.
  void send(const std::vector<PgCall>& calls);
  void close();  // no event any more, also none that is under way

 private:
  // The executor named: the type-erased one costs an allocation per wait.
  using Socket = boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type>;

  struct Segment {
    const char* prepares{nullptr};  // the statement of a segment of its own that prepares it
    std::vector<PgRowsPtr> rows;
    Error refusal{};
  };

  void begin(const std::string& conninfo);
  void poll_connect();
  void become_ready();
  void watch_read();
  void watch_write();
  void drain();
  [[nodiscard]] bool take(PGresult* result);  // true when it ended a segment of the caller
  void note_refusal(Segment& segment, const PGresult* result);
  bool prepare(const PgStatement& statement);
  void flush();
  void fail();
  void detach();
  template <class Handler>
  void wait(Socket::wait_type what, Handler handler);

  std::shared_ptr<const Events> events_;  // null once closed; shared, because an event may close us
  Socket socket_;                         // borrowed from libpq: released before PQfinish
  PGconn* connection_{nullptr};
  std::deque<Segment> under_way_;
  std::unordered_set<std::string> prepared_;
  bool writing_{false};
  bool failed_{false};
};

}  // namespace plumbline::serve
