// Ended log-in families from PostgreSQL, looked for twice a second. Stage: store.
#pragma once

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>
#include <unordered_set>

#include "plumbline/base/clock.h"
#include "store/family_watch.h"
#include "store/postgres/pg_session.h"

namespace plumbline::serve {

// The table that ends a family also tells of it, so that there is no message to lose. While PostgreSQL is away nobody
// can end one either.
class PgFamilyWatch final : public FamilyWatch {
 public:
  static constexpr std::chrono::milliseconds kEvery{500};

  PgFamilyWatch(boost::asio::io_context& io, PgSession& session) : session_(session), timer_(io) {}

  void start(Ended ended) override;
  [[nodiscard]] bool caught_up() const override { return caught_up_; }

 private:
  void look();
  void on_rows(const PgRows& rows);
  void look_later();

  PgSession& session_;
  boost::asio::basic_waitable_timer<std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>,
                                    boost::asio::io_context::executor_type>
      timer_;
  Ended ended_;
  bool caught_up_{false};
  Time last_look_{};  // when the last one that was answered began
  Time next_turn_{};
  std::unordered_set<Uuid> told_;         // since the last turn
  std::unordered_set<Uuid> told_before_;  // in the turn before that
  std::shared_ptr<bool> alive_{std::make_shared<bool>(true)};
};

}  // namespace plumbline::serve
