#include "backplane/fenced/epoch_core.h"

#include <algorithm>
#include <cstdlib>

namespace plumbline::serve {

void EpochCore::saw_row(Time sent, Time now, const EpochRow& row) {
  if (row_known_ && (row.epoch < row_.epoch || sent < row_sent_)) {
    return;  // an answer that was overtaken
  }
  const bool another = !row_known_ || row.epoch != row_.epoch;
  if (row.intent != row_.intent || !row_known_) {
    intent_seen_ = now;
  }
  row_ = row;
  row_known_ = true;
  row_sent_ = sent;
  if (another) {
    view_ = EpochView{row.epoch, row.mode, row.run, row.settle ? now + times_.settle : now, {}};
    // Whoever brought this epoch saw its master; ours may need a moment to be found.
    redis_from_ = std::max(redis_from_, view_.usable_from);
  }
  // A take-over that this read did not see is committed after `sent`, and waits longer than our lease.
  view_.valid_until = std::max(view_.valid_until, sent + times_.lease);
  // Only a member counts: who leaves Redis asks all members first, and a member that registered later reads the intent.
  sentinels_suffice_ = row.intent <= 0 && beaten_at_ && sent >= *beaten_at_;
}

void EpochCore::saw_members(Time sent, Time now, const std::vector<FenceMember>& others) {
  std::vector<Known> known;
  for (const FenceMember& other : others) {
    const auto before = std::find_if(others_.begin(), others_.end(), [&other](const Known& one) {
      return one.member.name == other.name && one.member.beat == other.beat;
    });
    known.push_back({other, before == others_.end() ? now : before->first_seen});
  }
  others_ = std::move(known);
  members_sent_ = sent;
}

void EpochCore::beaten(Time sent, Time now) {
  if (!beaten_at_ || now > beat_sent_ + times_.alone) {
    // Others may have stopped counting us: only a row read after this makes a member of us again.
    beaten_at_ = now;
    sentinels_suffice_ = false;
  }
  beat_sent_ = sent;
}

void EpochCore::saw_redis(Time sent, Time now, const RedisSight& sight) {
  if (!sight_ || sight_->run != sight.run || now - answer_sent_ > times_.unusable) {
    steady_since_ = now;
  }
  sight_ = sight;
  answer_sent_ = std::max(answer_sent_, sent);
  if (sight.run == row_.run) {
    redis_from_ = std::max(redis_from_, sent);
  }
}

void EpochCore::saw_sentinels(Time sent, const std::string& address, std::int64_t config_epoch) {
  named_ = address;
  named_sent_ = sent;
  // Redis to Redis: a take-over saw a majority with a newer configuration, two majorities share a Sentinel, and its
  // configuration only rises. Redis to PostgreSQL: stopped by the intent, or by the end of `alone`.
  const bool same = config_epoch >= 0 && config_epoch == row_.config_epoch && address == row_.address;
  if (row_.mode == CountingMode::redis && same && sentinels_suffice_ && sent < beat_sent_ + times_.alone) {
    view_.valid_until = std::max(view_.valid_until, sent + times_.lease);
  }
}

void EpochCore::unregistered() {
  beaten_at_.reset();
  sentinels_suffice_ = false;
}

void EpochCore::stalled(Time now) {
  redis_from_ = std::max(redis_from_, now);
  steady_since_ = now;
}

bool EpochCore::wants_sentinels(Time now) const {
  return row_.mode == CountingMode::redis && sentinels_suffice_ && now - row_sent_ > times_.renew * 3 / 2;
}

const RedisSight* EpochCore::answering(Time now) const {
  return sight_ && now - answer_sent_ < times_.unusable ? &*sight_ : nullptr;
}

bool EpochCore::all_left_sentinels(Time now) const {
  if (row_.intent <= 0 || members_sent_ < intent_seen_) {
    return false;
  }
  return std::all_of(others_.begin(), others_.end(), [&](const Known& other) {
    return other.member.acked == row_.intent || now - other.first_seen >= times_.alone + times_.settle;
  });
}

bool EpochCore::may_follow(const RedisSight& sight) const {
  return sight.run != row_.run && (sight.config_epoch > row_.config_epoch ||
                                   (sight.config_epoch == row_.config_epoch && sight.address == row_.address));
}

// Only for the sake of progress: an old master that a cut hides from the Sentinels must not be chosen again and again.
bool EpochCore::contradicted(const RedisSight& sight, Time now) const {
  return !named_.empty() && now - named_sent_ < times_.healthy && named_ != sight.address;
}

std::optional<EpochChange> EpochCore::change(Time now) const {
  if (!row_known_) {
    return std::nullopt;
  }
  const RedisSight* const sight = answering(now);
  switch (row_.mode) {
    case CountingMode::redis:
      return change_from_redis(now);
    case CountingMode::postgres:
      if (sight != nullptr && now - steady_since_ >= times_.healthy && now >= view_.usable_from &&
          !contradicted(*sight, now)) {
        return to_redis(*sight, false);
      }
      return std::nullopt;
    case CountingMode::none:
      break;
  }
  if (sight != nullptr && !contradicted(*sight, now)) {
    return to_redis(*sight, true);
  }
  return now - redis_from_ >= times_.unusable ? std::optional{to_postgres()} : std::nullopt;
}

std::optional<EpochChange> EpochCore::change_from_redis(Time now) const {
  const RedisSight* const sight = answering(now);
  if (sight != nullptr && may_follow(*sight)) {
    return to_redis(*sight, true);
  }
  const Duration silent = now - redis_from_;
  if (silent >= times_.unusable && all_left_sentinels(now)) {
    return to_postgres();
  }
  if (silent >= times_.suspect && row_.intent <= 0) {
    return with_intent(1 - row_.intent);
  }
  const bool calm = sight != nullptr && sight->run == row_.run && now - steady_since_ >= times_.calm;
  if (row_.intent > 0 && calm && now - intent_seen_ >= times_.calm) {
    return with_intent(-row_.intent);
  }
  return std::nullopt;
}

EpochChange EpochCore::to_redis(const RedisSight& sight, bool settle) const {
  return {row_.epoch, row_.intent,
          EpochRow{row_.epoch + 1, CountingMode::redis, sight.run, sight.address, sight.config_epoch, settle,
                   -std::abs(row_.intent)}};
}

EpochChange EpochCore::to_postgres() const {
  return {row_.epoch, row_.intent,
          EpochRow{row_.epoch + 1, CountingMode::postgres, {}, {}, -1, true, -std::abs(row_.intent)}};
}

EpochChange EpochCore::with_intent(std::int64_t intent) const {
  EpochRow next = row_;
  next.intent = intent;
  return {row_.epoch, row_.intent, next};
}

}  // namespace plumbline::serve
