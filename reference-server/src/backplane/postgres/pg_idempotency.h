// What repeated writes are answered, in PostgreSQL: one claim per client id over all instances. Stage: backplane.
#pragma once

#include <atomic>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "backplane/idempotency.h"
#include "gateway/application.h"
#include "plumbline/base/clock.h"
#include "plumbline/base/random.h"
#include "store/postgres/pg_session.h"

namespace plumbline::serve {

// What the shards of one instance share: how many claims were given without PostgreSQL's word and are not written down
// yet. While there are any, every claim asks the local ledger first.
struct UnfencedClaims {
  std::atomic<std::size_t> open{0};
};

// One per shard, on its thread. Claims of an instance that died are taken over after kTakeOver; who finds a claim taken
// looks again every 25 to 100 ms and gives up with Errc::timeout after kWaitForOther.
//
// While PostgreSQL is away a claim is given by `local`, the ledger of this instance, and written down when PostgreSQL
// is back: sends go on (failover.md d.7), and the same instance still does them once. A retry that meets another
// instance in that time, like one that takes over a claim, does the write again. A write with a client id therefore
// makes the same entity id each time (Uuid::named), looks whether it is there already, and is told its Standing.
//
// A claim is committed without waiting for the disk: to lose the last of them with PostgreSQL costs no more than the
// same. Answers do wait, many in one commit, after the client has got them.
class PgIdempotency final : public Idempotency {
 public:
  static constexpr std::chrono::seconds kTakeOver{10};
  static constexpr std::chrono::seconds kOwnFor{9};  // less than kTakeOver: nobody has taken the claim over until then
  static constexpr std::chrono::seconds kWaitForOther{5};
  static constexpr std::size_t kMaxUnsaved = 100'000;  // answers waiting for PostgreSQL; further ones are lost

  struct Counters {
    std::uint64_t claimed{0};
    std::uint64_t replayed{0};
    std::uint64_t waits{0};         // looks at a claim that somebody else has
    std::uint64_t waited_out{0};    // Errc::timeout
    std::uint64_t taken_over{0};    // of claims that were given: somebody tried before
    std::uint64_t too_late{0};      // answers that came after kOwnFor and were not given
    std::uint64_t unfenced{0};      // given without PostgreSQL
    std::uint64_t unsaved_lost{0};  // answers that found the queue full
  };

  // `patience`: how long a claim waits for PostgreSQL before it goes on without.
  PgIdempotency(boost::asio::io_context& io, PgSession& session, Idempotency& local, UnfencedClaims& unfenced,
                Duration patience = std::chrono::milliseconds{500});
  ~PgIdempotency() override;

  void claim(const WriteKey& key, Done<WriteClaim> done) override;
  bool settle(const WriteKey& key, std::optional<WriteAnswer> answer) override;
  void doubt(const WriteKey& key) override;

  [[nodiscard]] const Counters& counters() const { return counters_; }
  [[nodiscard]] std::size_t unsaved() const { return unsaved_.size(); }
  [[nodiscard]] std::vector<Metric> metrics() const;

 private:
  using Timer =
      boost::asio::basic_waitable_timer<std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>,
                                        boost::asio::io_context::executor_type>;
  struct Claimant {
    explicit Claimant(boost::asio::io_context& io) : timer(io) {}
    WriteKey key;
    Done<WriteClaim> done;
    Uuid token;
    Time asked;  // before the question that was answered left
    Time deadline;
    Duration pause{std::chrono::milliseconds{25}};
    Timer timer;
    unsigned round{0};    // of questions; an answer to an earlier one is ignored
    bool local{false};    // the local ledger gave its claim, too
    bool doubted{false};  // and knows of an attempt that nobody can say the end of
  };
  using ClaimantPtr = std::shared_ptr<Claimant>;
  struct Held {
    Uuid token;
    bool local{false};
    bool unfenced{false};
    Time since{};
  };
  struct Unsaved {
    WriteKey key;
    Uuid token;
    WriteAnswer answer;
    bool unfenced{false};
  };

  void ask_local(const ClaimantPtr& claimant);
  void ask(const ClaimantPtr& claimant);
  void on_answer(const ClaimantPtr& claimant, const Result<PgRowsPtr>& rows);
  void ask_again(const ClaimantPtr& claimant);
  void give(const ClaimantPtr& claimant, Standing standing);
  void finish(const ClaimantPtr& claimant, Result<WriteClaim> answer);
  [[nodiscard]] std::optional<Held> let_go(const WriteKey& key);
  // By the statement that frees or doubts it.
  void free_claim(const PgStatement& statement, const WriteKey& key, const Held& held, bool doubted);
  void save();
  void saved(std::size_t count, const Result<PgRowsPtr>& rows);
  void forget_old();

  boost::asio::io_context& io_;
  PgSession& session_;
  Idempotency& local_;
  UnfencedClaims& unfenced_;
  const Duration patience_;
  Timer save_timer_;
  bool saving_{false};
  Time next_sweep_{};
  Rng rng_;
  std::unordered_map<WriteKey, Held, WriteKeyHash> held_;
  std::deque<Unsaved> unsaved_;
  Counters counters_;
  std::shared_ptr<bool> alive_{std::make_shared<bool>(true)};
};

}  // namespace plumbline::serve
