// A world small enough to visit every state of: two instances with the server's own decision code (EpochCore,
// ConversationFence), one conversation, PostgreSQL, lives of Redis masters, Sentinels, messages that may be late or
// lost. One tick of the clock is the shortest time that the fence knows.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "backplane/fenced/conversation_fence.h"
#include "backplane/fenced/epoch_core.h"

namespace plumbline::serve::model {

// The fence with one part broken, to show that the checker finds it.
enum class Broken : std::uint8_t {
  nothing,
  plain_incr,        // INCR, and whatever comes back is handed out
  no_settle,         // a new epoch does not wait for the old one
  no_companion,      // the script does not look at the companion key
  no_epoch_recheck,  // PostgreSQL mode does not look at the epoch of the row
  no_reread,         // the lease is renewed without reading the row
  no_lease,          // a number is accepted whenever it comes back
  everybody_seeds,   // who reads a block of somebody else seeds the counter too
  no_confirm,        // the row is not read again after the seed
  no_intent,         // PostgreSQL mode without asking who relies on Sentinels
  leaves_early,      // an instance that stops is no member any more, but still takes numbers
};

// What may happen, and how often.
struct Scope {
  const char* name;
  int ticks{0};
  int sends{2};  // of each instance
  bool keepers{true};
  bool sentinels_renew{false};
  int lost{0};        // answers that never come; the question may still be executed later
  int flushes{0};     // FLUSHALL
  int overwrites{0};  // SET counter 0 by a stranger
  int failovers{0};   // another master is promoted, the old one lives on
  int restarts{0};    // the master comes back at once, with what a replica knew last
  int redis_cuts{0};  // an instance loses Redis for good
  int postgres_cuts{0};
  int heals{0};
  int leaves{0};  // an instance stops: it takes no number any more, then it is no member any more
  std::int64_t gens{
      4};  // blocks of the conversation: two instances that take each other's block away could go on for ever
  std::int64_t numbers{8};  // that the counter may reach
  std::int64_t epochs{3};   // and the row
  int alone{3};             // FenceTimes::alone in ticks
  bool warm{false};         // both instances have had a number before anything is counted
  bool in_postgres{false};  // starts in PostgreSQL mode
  // Questions are executed when asked, and answers delivered at once unless they are numbers: lateness of the others is
  // the lateness of the next question, or makes leases end sooner. Lost questions are still late. For visiting all.
  bool coarse{true};
  Broken broken{Broken::nothing};
};

struct Life {  // of a Redis master
  std::string run;
  std::string address;
  std::int64_t config_epoch{0};
  bool alive{true};
  bool has_counter{false};
  std::int64_t counter{0};
  std::int64_t seed_epoch{0};  // companion key: epoch, gen and the number the counter must have
  std::int64_t seed_gen{0};
  std::int64_t seed_counter{0};
};

enum class Ask : std::uint8_t {
  read_row,
  change,
  beat,
  members,
  ping,
  sentinels,  // the keeper's
  reserve,
  seed,
  confirm,
  extend,
  increment,
  take  // the conversation's
};

struct Message {
  Ask ask{};
  int from{0};
  int life{-1};
  Time sent{};
  bool executed{false};
  bool abandoned{false};
  EpochChange change{};
  LeaseRow lease{};  // asked under it
  std::int64_t epoch{0};
  std::int64_t number{0};  // bad gen, may seed, new end, acknowledged intent
  // the answer
  bool yes{false};
  EpochRow row{};
  LeaseRow lease_now{};
  std::int64_t answer{0};
  std::vector<FenceMember> members{};
};

struct Instance {
  explicit Instance(const FenceTimes& times) : core(times, Time{}) {}
  EpochCore core;
  ConversationFence fence;
  int life{0};  // that its connection talks to
  bool redis_cut{false};
  bool postgres_cut{false};
  bool waiting{false};  // somebody asked for a number
  std::uint64_t floor{0};
  int sends_left{0};
  std::int64_t acked_intent{0};
  Time members_read{};
  bool must_read{false};  // its last change of the row did not succeed
  bool gone{false};       // left
};

enum class Act : std::uint8_t {
  tick,
  send,
  ask,
  ask_late,
  look,
  look_late,
  ping,
  sentinels,
  reconnect,
  execute,
  deliver,
  lose,
  flush,
  overwrite,
  replicate,
  failover,
  restart,
  cut_redis,
  cut_postgres,
  leave,
  heal
};

struct Action {
  Act act{};
  int who{0};  // instance or message
};

constexpr Duration kTick{1};
constexpr std::uint64_t kBlock = 3;

class World {
 public:
  explicit World(const Scope& scope);

  [[nodiscard]] std::vector<Action> enabled() const;
  void apply(const Action& action);
  [[nodiscard]] std::string tell(const Action& action) const;  // before it is applied
  [[nodiscard]] const std::string& violation() const { return violation_; }
  [[nodiscard]] std::uint64_t fingerprint() const;
  [[nodiscard]] int given() const { return given_; }
  [[nodiscard]] bool all_answered() const;
  [[nodiscard]] std::string summary() const;
  void calm_down();  // everything works again, nothing more fails; requests stay

 private:
  void add_steps_of(int instance, std::vector<Action>& all) const;
  void add_cuts_of(int instance, std::vector<Action>& all) const;
  void add_deliveries(std::vector<Action>& all) const;
  void add_faults(std::vector<Action>& all) const;
  void apply_fault(const Action& action);
  void forget_the_dead();
  [[nodiscard]] bool may_execute(const Message& message) const;
  [[nodiscard]] bool busy(int instance, bool keeper) const;
  [[nodiscard]] std::optional<Message> next_question(int instance) const;
  [[nodiscard]] std::optional<Message> next_look(int instance) const;
  void warm_up();
  void ping_all();
  void begin(Message message, bool late);
  void execute(Message& message);
  void execute_in_postgres(Message& message);
  void execute_in_redis(Message& message);
  void deliver(Message message);
  void deliver_to_fence(Instance& instance, const Message& message);
  void lose(Message& message);
  void hand_out(Instance& instance, std::uint64_t number, std::int64_t epoch);
  void promote(bool same_place);
  [[nodiscard]] Life& master() { return lives_[static_cast<std::size_t>(master_)]; }

  Scope scope_;
  FenceTimes times_;
  Time now_{};
  EpochRow row_;
  std::optional<LeaseRow> lease_;
  std::array<std::optional<FenceMember>, 2> members_;
  std::vector<Life> lives_;
  Life replica_;
  int master_{0};  // as the Sentinels say
  std::vector<Instance> instances_;
  std::vector<Message> messages_;
  // What everybody was told.
  std::vector<std::pair<std::uint64_t, std::int64_t>> used_;  // number, epoch
  std::uint64_t acked_{0};
  int given_{0};
  std::string violation_;
};

}  // namespace plumbline::serve::model
