#include "store/postgres/pg_link.h"

#include <algorithm>
#include <utility>

#include "plumbline/base/log.h"
#include "store/postgres/conninfo.h"

namespace plumbline::serve {
namespace {

constexpr auto kSweepEvery = std::chrono::milliseconds{50};
constexpr auto kPingAfter = std::chrono::seconds{1};  // quiet: a frozen server must be noticed before it is needed
constexpr PgStatement kPing{"ping", "SELECT 1"};
constexpr Error kNotReachable{Errc::unavailable, "PostgreSQL cannot be reached"};
constexpr Error kQueueFull{Errc::unavailable, "the queue to PostgreSQL is full"};
constexpr Error kBroke{Errc::timeout, "PostgreSQL did not answer in time"};

// Plans are made once and must not flip while tables grow from nothing: every statement here is served by an index.
std::string session_settings(const PgLinkOptions& options) {
  const auto deadline = std::chrono::duration_cast<std::chrono::milliseconds>(options.deadline).count();
  return "-c statement_timeout=" + std::to_string(deadline) +
         " -c synchronous_commit=on -c idle_in_transaction_session_timeout=5000 -c plan_cache_mode=force_generic_plan"
         " -c enable_seqscan=off -c random_page_cost=1.1 -c jit=off";
}

}  // namespace

PgLink::PgLink(boost::asio::io_context& context, PgLinkOptions options)
    : context_(context),
      options_(std::move(options)),
      conninfo_(pg_conninfo(options_.conninfo, {{"tcp_user_timeout", "3000"},
                                                {"application_name", "plumbline " + options_.purpose},
                                                {"options", session_settings(options_)}})),
      sweep_timer_(context),
      rest_timer_(context) {}

PgLink::~PgLink() {
  if (wire_) {
    wire_->close();
  }
}

std::string PgLink::trouble() const {
  const std::lock_guard hold(trouble_lock_);
  return trouble_;
}

void PgLink::say(bool usable, const std::string& why) {
  if (usable_ == usable && (usable || trouble_ == why)) {
    return;  // only this thread writes
  }
  if (usable_.exchange(usable) != usable) {
    log::write(usable ? log::Level::info : log::Level::warn, usable ? "postgres_usable" : "postgres_unusable",
               {{"purpose", options_.purpose}, {"reason", why}});
  }
  const std::lock_guard hold(trouble_lock_);
  trouble_ = why;
}

void PgLink::open() {
  if (state_ == State::idle) {
    since_ = steady_now();
    connect();
    arm_sweep();
  }
}

void PgLink::connect() {
  state_ = State::connecting;
  attempt_ = steady_now();
  wire_ = PgWire::open(context_, conninfo_,
                       {[this] { connected(); }, [this](PgReply reply) { replied(std::move(reply)); },
                        [this](const std::string& reason) {
                          lost(reason);
                        }});
}

void PgLink::connected() {
  state_ = State::connected;
  since_ = last_used_ = steady_now();
  back_off_ = Duration::zero();
  away_ = false;
  ++counters_.connects;
  say(true, "");
  send_waiting();
}

void PgLink::lost(const std::string& reason) {
  wire_.reset();
  const bool was_connected = state_ == State::connected;
  if (was_connected) {
    since_ = steady_now();
  }
  away_ = true;
  say(false, "PostgreSQL cannot be used (" + reason + ")");
  back_off_ =
      was_connected ? Duration::zero() : std::clamp(back_off_ * 2, options_.back_off_min, options_.back_off_max);
  rest();
  for (Work& work : std::exchange(under_way_, {})) {
    counters_.unknown += work.statements;
    answer(work, kBroke);
  }
}

void PgLink::rest() {
  state_ = State::resting;
  rest_timer_.expires_after(back_off_);
  rest_timer_.async_wait([this, alive = std::weak_ptr<bool>(alive_)](const boost::system::error_code& error) {
    if (!error && !alive.expired()) {
      connect();
    }
  });
}

void PgLink::query(const PgStatement& statement, std::vector<PgValue> params, Done<PgRowsPtr> done) {
  std::vector<PgCall> calls;
  calls.push_back({&statement, std::move(params)});
  transaction(std::move(calls), [done = std::move(done)](Result<std::vector<PgRowsPtr>> rows) {
    if (rows.has_error()) {
      done(rows.error());
    } else {
      done(std::move(rows.value().front()));
    }
  });
}

void PgLink::transaction(std::vector<PgCall> calls, Done<std::vector<PgRowsPtr>> done) {
  if (calls.empty()) {
    done(std::vector<PgRowsPtr>{});
    return;
  }
  open();
  const Time now = steady_now();
  const bool down = known_away(now);
  if (down || statements_ + calls.size() > options_.queue_limit) {
    counters_.unavailable += calls.size();
    counters_.refused += down ? 0 : calls.size();
    done(down ? kNotReachable : kQueueFull);
    return;
  }
  const std::size_t statements = calls.size();
  statements_ += statements;
  waiting_.push_back({std::move(calls), statements, std::move(done), now});
  send_waiting();
}

void PgLink::send_waiting() {
  while (state_ == State::connected && !waiting_.empty() && under_way_.size() < options_.depth) {
    Work work = std::move(waiting_.front());
    waiting_.pop_front();
    wire_->send(work.calls);
    work.calls.clear();
    work.since = last_used_ = steady_now();
    under_way_.push_back(std::move(work));
  }
}

void PgLink::replied(PgReply reply) {
  const Work work = std::move(under_way_.front());
  under_way_.pop_front();
  counters_.answered += work.statements;
  if (reply.has_value()) {
    say(true, "");
  }
  send_waiting();
  answer(work, std::move(reply));
}

void PgLink::answer(const Work& work, PgReply reply) {
  statements_ -= work.statements;
  if (work.done) {
    work.done(std::move(reply));
  }
}

void PgLink::arm_sweep() {
  sweep_timer_.expires_after(kSweepEvery);
  sweep_timer_.async_wait([this, alive = std::weak_ptr<bool>(alive_)](const boost::system::error_code& error) {
    if (!error && !alive.expired()) {
      sweep();
      arm_sweep();
    }
  });
}

void PgLink::sweep() {
  const Time now = steady_now();
  if (state_ == State::connecting && now - attempt_ >= options_.connect_timeout) {
    wire_->close();
    lost("no answer to the connection attempt");
  } else if (!under_way_.empty() && now - under_way_.front().since >= options_.deadline) {
    ++counters_.deadlines;
    wire_->close();
    lost("a statement was not answered in time");
  } else if (state_ == State::connected && under_way_.empty() && now - last_used_ >= kPingAfter) {
    ping();
  }
  refuse_overdue(now);
}

bool PgLink::known_away(Time now) const {
  return away_ && now - since_ >= options_.wait_down;
}

void PgLink::ping() {
  ++statements_;
  waiting_.push_back({{{&kPing, {}}}, 1, nullptr, steady_now()});
  send_waiting();
}

void PgLink::refuse_overdue(Time now) {
  const bool away = known_away(now);
  const auto overdue = [&](const Work& work) {
    return away || (state_ == State::connected && now - work.since >= options_.wait_busy);
  };
  while (!waiting_.empty() && overdue(waiting_.front())) {
    Work work = std::move(waiting_.front());
    waiting_.pop_front();
    counters_.unavailable += work.statements;
    answer(work, kNotReachable);
  }
}

}  // namespace plumbline::serve
