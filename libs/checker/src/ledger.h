// The checker's state: who is connected, which sends are unsettled, which device saw which sequence id.
#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <optional>
#include <utility>

#include "findings.h"
#include "flat_map.h"
#include "plumbline/checker/streaming_checker.h"
#include "seen_set.h"
#include "sequence_table.h"

namespace plumbline::checker {

enum class SendState : std::uint8_t { invoked, acked, failed, unknown };

// A send that is not settled. Settled means acknowledged, its sequence id bound and every owed device served: from then
// on the sequence table alone remembers it.
struct Record {
  Token token;
  Time invoked{};
  Time acked{};
  Time last_delivery{};
  std::uint64_t sequence_id{0};
  std::uint64_t known_at_invoke{0};  // highest sequence id of the conversation that anybody knew when the send began
  MessageKey id;
  SendState state{SendState::invoked};
  bool visible{false};      // somebody saw it: said once for failed and unknown sends
  bool conflicted{false};   // its sequence id belongs to another send: said once, not followed further
  bool mismatched{false};   // shown under another sequence id: said once
  bool undelivered{false};  // a device left without it after the grace: said once
  bool in_use{false};
  std::uint16_t acked_pass{0};
  std::uint16_t found_pass{0};
  std::uint32_t outstanding{0};
  std::uint32_t open_position{0};  // in Conversation::open while outstanding > 0
};
static_assert(sizeof(Record) <= 120, "a million unsettled sends must stay affordable");

// An acknowledged message that a device has to get when it comes back.
struct Missed {
  std::uint64_t sequence_id{0};
  Time acked{};
  std::optional<Time> left{};  // set: the device had time enough to get it before it left, so it must come back for it
};

struct Member {
  DeviceIndex device{0};
  std::uint32_t connection{0};             // of the last delivery
  SeenSet seen;                            // over all connections
  std::unique_ptr<SeenSet> on_connection;  // absent while `seen` is of one connection only
  std::uint64_t connection_max{0};
  std::uint64_t own_acked{0};  // highest acknowledged sequence id that this device sent
  std::unique_ptr<std::vector<Missed>> missed;
};

// A message that the final read shows under a sequence id which is not its own.
struct Stray {
  Token token;
  std::uint64_t sequence_id{0};
  MessageKey id;
};

struct Conversation {
  std::vector<Member> members;  // ascending by device
  SequenceTable table;
  std::vector<std::uint32_t> open;  // records with deliveries outstanding
  std::uint64_t max_acked{0};
  std::uint64_t max_known{0};  // acknowledged, or shown to anybody
  // Lower bound of what was acknowledged a read lag ago, in constant space: `settled` once `candidate` is old enough.
  std::uint64_t settled_acked{0};
  std::uint64_t candidate_acked{0};
  Time candidate_at{};
  std::uint16_t pass{0};           // final reads begun
  std::uint16_t complete_pass{0};  // the last one that ended
  std::uint64_t read_cursor{0};
  std::vector<Stray> strays;

  [[nodiscard]] Member* member(DeviceIndex device);
};

inline Member* Conversation::member(DeviceIndex device) {
  const auto found = std::lower_bound(members.begin(), members.end(), device,
                                      [](const Member& member, DeviceIndex index) { return member.device < index; });
  return found == members.end() || found->device != device ? nullptr : &*found;
}

struct Device {
  bool connected{false};
  Time since{};
  std::uint32_t connection{0};
  std::uint32_t issued{0};                                               // highest counter it sent
  std::vector<std::pair<ConversationIndex, std::uint32_t>> memberships;  // conversation, position in members
};

enum class Source : std::uint8_t { ack, delivery, read, final_read };
enum class Bound : std::uint8_t { own, conflict, stray };

struct StreamingChecker::Impl {
  Impl(std::uint32_t run_id, Time run_start, const CheckerLimits& checker_limits)
      : run(run_id), limits(checker_limits), findings(run_start, checker_limits.examples) {}

  // topology.cpp
  void add_conversation(ConversationIndex index, std::vector<DeviceIndex> member_devices);
  [[nodiscard]] Conversation* conversation(ConversationIndex index) const;
  Device& device(DeviceIndex index);
  void connected(DeviceIndex index, Time at);
  void disconnected(DeviceIndex index, Time at);
  [[nodiscard]] bool owed(const Member& member, const Record& record);
  void leave_without(Member& member, Record& record, Time at);
  [[nodiscard]] bool skipped(const Member& member, const Record& record) const;

  // missed.cpp
  void miss(Member& member, const Record& record);
  void miss_overdue(Member& member, const Record& record, Time left);
  [[nodiscard]] bool can_be_made_up(const Member& member, const Record& record) const;
  void owe(Member& member, const Missed& missed);
  void make_up(Member& member, std::uint64_t sequence_id, Time at);
  void judge_missed();
  void judge_missed(ConversationIndex index, const Member& member);

  // at_risk.cpp
  void fault(Time at);
  void note_recent(const Token& token, std::uint64_t sequence_id, Time at);
  void judge_at_risk();

  // neighbours.cpp
  void show_neighbours();

  // sends.cpp
  void invoke(const Token& token, Time at);
  void acknowledge(const Token& token, std::uint64_t sequence_id, std::string_view message_id, Time at);
  void acknowledge_again(const Token& token, std::uint64_t sequence_id, const MessageKey& id, Time at);
  void check_real_time(const Record& record, std::uint64_t sequence_id);
  void open_deliveries(Conversation& where, Record& record, Time at);
  void note_acked(Conversation& where, const Record& record, std::uint64_t sequence_id, Time at);
  void fail(const Token& token, Time at);
  void lose(const Token& token, Time at);  // outcome unknown
  Record* find(const Token& token);
  void complete(Record& record);
  void close(Record& record);
  void stop_following(Record& record);
  void give_up(Record* record);
  void release(Record& record);

  // sightings.cpp
  std::optional<Token> read_token(const Sighting& sighting, std::string_view where);
  Bound bind(Conversation& where, const Token& token, Record* record, const Sighting& sighting, Source source);
  Bound claim(Conversation& where, Binding& binding, const Token& token, Record* record, const Sighting& sighting,
              Source source);
  void say_reuse(Binding& binding, const Token& token, Record* record, std::uint64_t sequence_id, const MessageKey& id);
  void say_other_id(Binding& binding, const Token& token, std::uint64_t sequence_id, const MessageKey& id);
  void became_visible(Record& record, std::string_view where);
  std::optional<Token> deliver(DeviceIndex index, const Sighting& sighting, Time at);
  bool first_sight(Member& member, const Device& receiver, const Token& token, const Sighting& sighting, Time at);

  // reads.cpp
  ReadTicket begin_read(ConversationIndex index, DeviceIndex reader, Time at) const;
  void read(const ReadTicket& ticket, const Sighting& sighting);
  void end_read(const ReadTicket& ticket, std::uint64_t newest, Time at);
  void begin_final_read(ConversationIndex index);
  void final_read(const Sighting& sighting);
  bool end_final_read(ConversationIndex index);
  void place_strays(Conversation& where);

  // verdict.cpp
  CheckerReport finish(bool final_reads_complete);
  void judge_records();
  void judge_undelivered(const Record& record);
  void judge_history(ConversationIndex index, Conversation& where);

  std::uint32_t run;
  CheckerLimits limits;
  Findings findings;
  FlatMap unsettled;  // (sender, counter) -> index in records
  std::vector<Record> records;
  std::vector<std::uint32_t> free_records;
  std::vector<Device> devices;
  std::vector<std::unique_ptr<Conversation>> conversations;  // by index
  struct Recent {
    Time acked{};
    Place place;
  };
  std::deque<Recent> recent;   // acknowledged in the last seconds
  std::vector<Place> at_risk;  // acknowledged right before a fault
  std::uint64_t open_count{0};
  std::uint64_t missed_count{0};
  std::uint64_t places{0};
  std::function<void(const Token&, Time)> on_complete;
  std::function<void(Time, Time)> on_waited;
};

[[nodiscard]] inline Place place_of(const Sighting& sighting) {
  return {sighting.conversation, sighting.sequence_id};
}
[[nodiscard]] inline Place place_of(const Record& record) {
  return {record.token.conversation, record.sequence_id};
}

// Sequence ids are JSON numbers: 1 to 2^53.
[[nodiscard]] constexpr bool is_sequence_id(std::uint64_t id) {
  return id >= 1 && id <= (std::uint64_t{1} << 53U);
}
[[nodiscard]] constexpr std::uint64_t key_of(const Token& token) {
  return (std::uint64_t{token.sender} << 32U) | token.counter;
}

// Bits of Binding::reported.
inline constexpr std::uint8_t kSaidReuse = 1;
inline constexpr std::uint8_t kSaidOtherId = 2;
inline constexpr std::uint8_t kSaidMismatch = 4;

}  // namespace plumbline::checker
