// Decides for one instance which epoch it may count in and when the epoch has to change. No I/O, no clock: facts go in,
// decisions come out, so that the server and the model checker run the same code. Stage: backplane.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "backplane/fenced/epoch_row.h"
#include "backplane/fenced/fence_times.h"

namespace plumbline::serve {

// Which Redis master answered, by its connection and the Sentinels that named it.
struct RedisSight {
  std::string run;
  std::string address;
  std::int64_t config_epoch{-1};
  bool operator==(const RedisSight&) const = default;
};

// Another instance as its row of seq_member says.
struct FenceMember {
  std::string name;
  std::int64_t beat{0};
  std::int64_t acked{0};  // the intent it knows of; from then on it relies on PostgreSQL only
  bool operator==(const FenceMember&) const = default;
};

// `sent` is always the moment before the question left, `now` the moment after its answer came. Statements of one
// keeper to PostgreSQL are asked one after another.
class EpochCore {
 public:
  EpochCore(const FenceTimes& times, Time now) : times_(times), redis_from_(now) {}

  void saw_row(Time sent, Time now, const EpochRow& row);  // of a read, or of a change that succeeded
  void saw_members(Time sent, Time now, const std::vector<FenceMember>& others);
  void beaten(Time sent, Time now);  // our row of seq_member is stored
  void saw_redis(Time sent, Time now, const RedisSight& sight);
  // A majority of Sentinels agreed on this master.
  void saw_sentinels(Time sent, const std::string& address, std::int64_t config_epoch);
  void unregistered();  // somebody else has our name: we are no member any more
  // This process stood still: silence of others in that time says nothing about them.
  void stalled(Time now);

  [[nodiscard]] std::optional<EpochChange> change(Time now) const;
  [[nodiscard]] bool wants_sentinels(Time now) const;
  // The epoch's master does not answer, or another one does: what do the Sentinels say?
  [[nodiscard]] bool doubts_master(Time now) const {
    return row_.mode != CountingMode::redis || now - redis_from_ >= times_.suspect;
  }
  [[nodiscard]] bool wants_members() const { return row_.intent > 0; }
  [[nodiscard]] std::int64_t acknowledges() const { return row_.intent > 0 ? row_.intent : 0; }
  [[nodiscard]] const EpochView& view() const { return view_; }
  [[nodiscard]] const EpochRow& row() const { return row_; }

  // Every member in a fixed order, for the model's table of visited states.
  template <class Fold>
  void fold(Fold&& fold) const;

 private:
  struct Known {
    FenceMember member;
    Time first_seen{};
  };

  [[nodiscard]] const RedisSight* answering(Time now) const;  // null while Redis does not answer
  [[nodiscard]] bool all_left_sentinels(Time now) const;
  [[nodiscard]] bool may_follow(const RedisSight& sight) const;
  [[nodiscard]] bool contradicted(const RedisSight& sight, Time now) const;
  [[nodiscard]] std::optional<EpochChange> change_from_redis(Time now) const;
  [[nodiscard]] EpochChange to_redis(const RedisSight& sight, bool settle) const;
  [[nodiscard]] EpochChange to_postgres() const;
  [[nodiscard]] EpochChange with_intent(std::int64_t intent) const;

  FenceTimes times_;
  bool row_known_{false};
  EpochRow row_;
  EpochView view_;
  Time row_sent_{};
  Time intent_seen_{};
  std::optional<Time> beaten_at_;  // when our membership was known to be stored
  Time beat_sent_{};
  bool sentinels_suffice_{false};  // the last row read while a member had no intent
  std::vector<Known> others_;
  Time members_sent_{};
  std::optional<RedisSight> sight_;
  std::string named_;  // master that a majority of Sentinels named last
  Time named_sent_{};
  Time answer_sent_{};   // of the last answer of any master
  Time steady_since_{};  // the same master answers since then
  Time redis_from_{};    // silence of the epoch's master counts from here
};

template <class Fold>
void EpochCore::fold(Fold&& fold) const {
  fold(row_known_);
  fold(row_.epoch), fold(static_cast<int>(row_.mode)), fold(row_.run), fold(row_.address), fold(row_.config_epoch);
  fold(row_.settle), fold(row_.intent), fold(view_.epoch);
  fold(view_.usable_from), fold(view_.valid_until), fold(row_sent_), fold(intent_seen_), fold(beat_sent_);
  fold(beaten_at_.has_value()), fold(beaten_at_.value_or(Time{})), fold(sentinels_suffice_);
  for (const Known& other : others_) {
    fold(other.member.name), fold(other.member.beat), fold(other.member.acked), fold(other.first_seen);
  }
  fold(members_sent_);
  fold(sight_.has_value());
  if (sight_) {
    fold(sight_->run), fold(sight_->address), fold(sight_->config_epoch);
  }
  fold(named_), fold(named_ == row_.address ? Time{} : named_sent_), fold(answer_sent_), fold(steady_since_),
      fold(redis_from_);
}

}  // namespace plumbline::serve
