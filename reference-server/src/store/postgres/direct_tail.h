// Follows the messages that were committed directly, by whatever instance, until the log has them. Stage: store.
#pragma once

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string_view>

#include "plumbline/base/clock.h"
#include "service/message.h"
#include "store/postgres/pg_session.h"

namespace plumbline::serve {

inline constexpr std::chrono::milliseconds kTailPause{250};
inline constexpr std::chrono::milliseconds kTailBriskPause{25};  // while the log does not take messages, or rows come
inline constexpr std::chrono::seconds kTailBriskFor{2};          // after the last row
inline constexpr std::size_t kTailPage = 500;
inline constexpr std::size_t kTailMaxSeen = 20'000;  // beyond it rows may come twice

struct DirectTailCounters {
  std::uint64_t messages{0};
  std::uint64_t unreadable{0};  // rows that are no message: skipped here, in the log they become dead letters
  std::uint64_t failures{0};    // polls without an answer; the next one asks the same again
};

// One per instance, used on its shard. A row stays in the outbox until the log has its message, and the log is read as
// well: nothing is missed. The same message may come again; the sink drops copies (Reorder).
class DirectTail {
 public:
  enum class Found { at_start, live };  // at_start: committed before the first look, whoever needs it asks the store
  using Sink = std::function<void(const MessagePtr&, Found)>;

  DirectTail(PgSession& session, Sink sink) : session_(session), sink_(std::move(sink)) {}
  DirectTail(const DirectTail&) = delete;
  DirectTail& operator=(const DirectTail&) = delete;

  // Asks for new rows when it is time to. Call at least as often as kTailBriskPause, or let run() do it.
  void tick(Time now);
  // On the shard, or before its thread starts: ticks by itself from now on, as long as this object lives.
  void run(boost::asio::io_context& shard, const Clock& clock);
  // While true it asks every kTailBriskPause.
  void brisk(bool on) { brisk_ = on; }
  // All rows of before the start were handed over.
  [[nodiscard]] bool caught_up() const { return caught_up_; }
  [[nodiscard]] const DirectTailCounters& counters() const { return counters_; }

 private:
  using Timer =
      boost::asio::basic_waitable_timer<std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>,
                                        boost::asio::io_context::executor_type>;

  void arm(const Clock& clock);
  void ask(Time now);
  void move_on(std::int64_t from);
  void take(const PgRows& rows, Time now);
  [[nodiscard]] MessagePtr message_of(std::string_view payload);

  PgSession& session_;
  Sink sink_;
  std::int64_t from_{0};                       // transactions below it are all seen
  std::map<std::int64_t, std::int64_t> seen_;  // rows at or above it: id, transaction
  bool asking_{false};
  bool brisk_{false};
  bool caught_up_{false};
  Time next_{};
  Time last_row_{};
  DirectTailCounters counters_;
  std::unique_ptr<Timer> timer_;  // once it runs
};

}  // namespace plumbline::serve
