// The states of the model as text for a person and as a number for the table of visited states.
#include "fence_world.h"

#include <algorithm>
#include <functional>
#include <sstream>

#include "plumbline/base/random.h"

namespace plumbline::serve::model {
namespace {

constexpr const char* kAsks[]{"read row", "change row", "beat",    "read members", "ping",      "sentinels",
                              "reserve",  "seed",       "confirm", "extend",       "increment", "take"};

class Fingerprint {
 public:
  explicit Fingerprint(Time now) : now_(now) {}

  template <class Value>
  void operator()(const Value& value) {
    if constexpr (std::is_same_v<Value, Time>) {
      // What happened longer ago than the longest of the short times makes no difference any more.
      number(static_cast<std::uint64_t>(std::max(value, now_ - 8 * kTick).time_since_epoch().count()));
    } else if constexpr (requires { value.size(); }) {
      number(std::hash<std::string>{}(value));
    } else {
      number(static_cast<std::uint64_t>(value));
    }
  }
  void operator()(const EpochRow& row) {
    auto& fold = *this;
    fold(row.epoch), fold(static_cast<int>(row.mode)), fold(row.run), fold(row.config_epoch), fold(row.intent);
    fold(row.settle);
  }
  void operator()(const LeaseRow& row) {
    auto& fold = *this;
    fold(row.epoch), fold(row.gen), fold(row.lo), fold(row.hi);
  }
  void operator()(const Life& life) {
    auto& fold = *this;
    fold(life.run), fold(life.alive), fold(life.has_counter), fold(life.counter), fold(life.seed_epoch);
    fold(life.seed_gen), fold(life.seed_counter);
  }
  void operator()(const Message& message) {
    auto& fold = *this;
    fold(static_cast<int>(message.ask)), fold(message.from), fold(message.life), fold(message.sent);
    fold(message.executed), fold(message.abandoned), fold(message.change.epoch), fold(message.change.intent);
    fold(message.change.next), fold(message.lease), fold(message.epoch), fold(message.number), fold(message.yes);
    fold(message.row), fold(message.lease_now), fold(message.answer);
    for (const FenceMember& member : message.members) {
      fold(member.beat), fold(member.acked);
    }
  }
  [[nodiscard]] std::uint64_t value() const { return hash_; }

 private:
  void number(std::uint64_t value) { hash_ = mix64(hash_ ^ value) + 0x9E3779B97F4A7C15ULL; }

  Time now_;
  std::uint64_t hash_{7};
};

}  // namespace

std::string World::summary() const {
  std::ostringstream out;
  out << "\n  t=" << now_.time_since_epoch().count() << " row epoch " << row_.epoch << " mode "
      << static_cast<int>(row_.mode) << " run '" << row_.run << "' config " << row_.config_epoch << " intent "
      << row_.intent << ", master " << lives_[static_cast<std::size_t>(master_)].run;
  if (lease_) {
    out << ", lease " << lease_->epoch << ":" << lease_->gen << " " << lease_->lo << ".." << lease_->hi;
  }
  for (std::size_t i = 0; i < instances_.size(); ++i) {
    const Instance& one = instances_[i];
    out << "\n  " << (i == 0 ? "a" : "b") << (one.waiting ? " waits" : " is idle") << ", connected to "
        << lives_[static_cast<std::size_t>(one.life)].run << ", epoch " << one.core.view().epoch << ", step "
        << static_cast<int>(one.fence.step(one.core.view(), now_)) << ", lease " << one.fence.lease().epoch << ":"
        << one.fence.lease().gen;
  }
  for (const Message& message : messages_) {
    out << "\n  under way: " << (message.from == 0 ? "a " : "b ") << kAsks[static_cast<std::size_t>(message.ask)]
        << (message.executed ? ", executed" : "") << (message.abandoned ? ", abandoned" : "");
  }
  return out.str();
}

std::string World::tell(const Action& action) const {
  static constexpr const char* kActs[]{"one tick passes",
                                       "a request begins",
                                       "asks",
                                       "asks late, and in vain,",
                                       "its keeper asks",
                                       "its keeper asks late, and in vain,",
                                       "its keeper pings",
                                       "its keeper asks the Sentinels",
                                       "reconnects to the master",
                                       "",
                                       "",
                                       "",
                                       "FLUSHALL on the master",
                                       "a stranger sets the counter to 0",
                                       "the replica catches up",
                                       "the replica is promoted, the old master lives on",
                                       "the master restarts with the replica's data",
                                       "loses Redis",
                                       "loses PostgreSQL",
                                       "leaves",
                                       "everything reaches it again"};
  std::ostringstream out;
  out << "t=" << now_.time_since_epoch().count() << "  ";
  const auto who = static_cast<std::size_t>(action.who);
  if (action.act == Act::execute || action.act == Act::deliver || action.act == Act::lose) {
    const Message& message = messages_[who];
    out << (message.from == 0 ? "a: " : "b: ") << kAsks[static_cast<std::size_t>(message.ask)]
        << (action.act == Act::execute   ? " is executed"
            : action.act == Act::deliver ? " is answered"
                                         : " goes unanswered");
    if (action.act == Act::deliver && message.ask >= Ask::reserve) {
      out << ": "
          << (message.ask == Ask::increment || message.ask == Ask::take ? message.answer : message.lease_now.gen);
    }
    return out.str();
  }
  const bool global = action.act == Act::tick || (action.act >= Act::flush && action.act <= Act::restart);
  out << (global ? "" : who == 0 ? "a: " : "b: ") << kActs[static_cast<std::size_t>(action.act)];
  if (action.act >= Act::ask && action.act <= Act::look_late) {
    const Message message = action.act <= Act::ask_late ? *next_question(action.who) : *next_look(action.who);
    out << " to " << kAsks[static_cast<std::size_t>(message.ask)] << " in epoch " << instances_[who].core.view().epoch;
  }
  return out.str();
}

std::uint64_t World::fingerprint() const {
  Fingerprint fold{now_};
  fold(now_), fold(scope_.ticks), fold(scope_.lost), fold(scope_.flushes), fold(scope_.overwrites);
  fold(scope_.failovers), fold(scope_.restarts), fold(scope_.redis_cuts), fold(scope_.postgres_cuts);
  fold(scope_.heals), fold(scope_.leaves), fold(master_), fold(row_), fold(lease_.value_or(LeaseRow{})), fold(replica_);
  for (const auto& member : members_) {
    fold(member ? member->beat : 0), fold(member ? member->acked : 0);
  }
  for (const Life& life : lives_) {
    fold(life);
  }
  for (const Instance& one : instances_) {
    one.core.fold(fold), one.fence.fold(fold);
    fold(one.life), fold(one.redis_cut), fold(one.postgres_cut), fold(one.waiting), fold(one.floor);
    fold(one.sends_left), fold(one.acked_intent), fold(one.members_read), fold(one.must_read), fold(one.gone);
  }
  // The order of messages means nothing: a sum of their hashes does not depend on it.
  std::uint64_t sum = 0;
  for (const Message& message : messages_) {
    Fingerprint alone{now_};
    alone(message);
    sum += alone.value();
  }
  fold(sum);
  for (const auto& [value, epoch] : used_) {
    fold(value), fold(epoch);
  }
  return fold.value();
}

}  // namespace plumbline::serve::model
