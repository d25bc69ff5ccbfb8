// PgSession on one connection at a time: bounded queue, deadlines, reconnecting with back-off. Stage: store.
#pragma once

#include <atomic>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "plumbline/base/clock.h"
#include "store/postgres/pg_session.h"
#include "store/postgres/pg_wire.h"

namespace plumbline::serve {

struct PgLinkOptions {
  std::string conninfo;  // URI or libpq string, as the operator gave it
  std::string purpose;   // hot, reads: for the log and pg_stat_activity
  Duration connect_timeout{std::chrono::seconds{2}};
  Duration deadline{std::chrono::seconds{2}};          // of what was sent; also statement_timeout on the server
  Duration wait_busy{std::chrono::seconds{1}};         // unsent behind others
  Duration wait_down{std::chrono::milliseconds{500}};  // unsent for want of a connection, counted from its loss;
                                                       // the first attempt ever has connect_timeout
  Duration back_off_min{std::chrono::milliseconds{50}};
  Duration back_off_max{std::chrono::seconds{1}};
  std::size_t queue_limit{4096};  // statements, waiting and under way
  std::size_t depth{64};          // transactions under way: the rest waits here, where it can still be refused
};

struct PgLinkCounters {
  std::uint64_t answered{0};     // by the server, refusals included
  std::uint64_t unavailable{0};  // never sent
  std::uint64_t refused{0};      // the part of those that the full queue refused
  std::uint64_t unknown{0};      // sent, then deadline or loss
  std::uint64_t deadlines{0};    // connections closed for a missed deadline
  std::uint64_t connects{0};
};

// Destroyed on its thread or while the context does not run; what waits then is never answered.
class PgLink final : public PgSession {
 public:
  PgLink(boost::asio::io_context& context, PgLinkOptions options);
  PgLink(const PgLink&) = delete;
  PgLink& operator=(const PgLink&) = delete;
  ~PgLink() override;

  void open();  // connects now and stays connected; without it the first statement does
  void query(const PgStatement& statement, std::vector<PgValue> params, Done<PgRowsPtr> done) override;
  void transaction(std::vector<PgCall> calls, Done<std::vector<PgRowsPtr>> done) override;
  [[nodiscard]] bool usable() const override { return usable_; }  // any thread
  [[nodiscard]] std::string trouble() const;                      // any thread; one sentence when not usable
  [[nodiscard]] const PgLinkCounters& counters() const { return counters_; }
  [[nodiscard]] std::size_t waiting() const { return statements_; }

 private:
  struct Work {
    std::vector<PgCall> calls;  // empty once sent
    std::size_t statements{0};
    Done<std::vector<PgRowsPtr>> done;
    Time since;  // asked, later: sent
  };
  using Timer =
      boost::asio::basic_waitable_timer<std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>,
                                        boost::asio::io_context::executor_type>;
  enum class State { idle, connecting, connected, resting };

  void connect();
  void connected();
  void replied(PgReply reply);
  void lost(const std::string& reason);
  void rest();
  void send_waiting();
  void sweep();
  void arm_sweep();
  [[nodiscard]] bool known_away(Time now) const;
  void ping();
  void refuse_overdue(Time now);
  void answer(const Work& work, PgReply reply);
  void say(bool usable, const std::string& why);

  boost::asio::io_context& context_;
  PgLinkOptions options_;
  std::string conninfo_;
  Timer sweep_timer_;
  Timer rest_timer_;
  std::shared_ptr<PgWire> wire_;
  std::shared_ptr<bool> alive_{std::make_shared<bool>(true)};
  State state_{State::idle};
  bool away_{false};  // a connection was lost or could not be made, and none was made since
  Time since_{};      // of the state; of the loss while without a connection
  Time attempt_{};    // when this connection attempt began
  Time last_used_{};  // for the ping of a quiet connection
  Duration back_off_{};
  std::deque<Work> waiting_;
  std::deque<Work> under_way_;
  std::size_t statements_{0};
  PgLinkCounters counters_;
  std::atomic<bool> usable_{true};
  mutable std::mutex trouble_lock_;
  std::string trouble_;
};

}  // namespace plumbline::serve
