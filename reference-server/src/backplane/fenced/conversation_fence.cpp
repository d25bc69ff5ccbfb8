#include "backplane/fenced/conversation_fence.h"

#include <algorithm>

namespace plumbline::serve {
namespace {

constexpr std::uint8_t kLooks = 3;  // for somebody else's seed, before the block is given up

}  // namespace

FenceStep ConversationFence::step(const EpochView& view, Time now) const {
  if (view.mode == CountingMode::postgres) {
    return view.postgres_open(now) && lease_.epoch <= view.epoch ? FenceStep::take : FenceStep::wait;
  }
  if (view.mode != CountingMode::redis || lease_.epoch > view.epoch) {
    return FenceStep::wait;
  }
  if (lease_.epoch < view.epoch) {
    return FenceStep::reserve;  // also while the epoch settles: only handing out has to wait
  }
  switch (stage_) {
    case Stage::cold:
    case Stage::lost:
      return FenceStep::reserve;
    case Stage::reserved:
      return now >= look_from_ ? FenceStep::seed : FenceStep::wait;
    case Stage::seeded:
      return FenceStep::confirm;
    case Stage::full:
      return FenceStep::extend;
    case Stage::open:
      break;
  }
  return view.redis_open(now) ? FenceStep::increment : FenceStep::wait;
}

std::int64_t ConversationFence::bad_gen(const EpochView& view) const {
  return stage_ == Stage::lost && lease_.epoch == view.epoch ? lease_.gen : 0;
}

void ConversationFence::reserved(const LeaseRow& row, bool winner) {
  lease_ = row;
  stage_ = Stage::reserved;
  winner_ = winner;
  seed_spent_ = false;
  misses_ = 0;
  look_from_ = {};
}

void ConversationFence::seeded(SeedResult result, Time now, const FenceTimes& times) {
  if (stage_ != Stage::reserved) {
    return;
  }
  if (result == SeedResult::present) {
    stage_ = Stage::seeded;
  } else if (result == SeedResult::newer || winner_ || ++misses_ >= kLooks) {
    stage_ = Stage::lost;
  } else {
    look_from_ = now + times.look_again;
  }
}

void ConversationFence::seed_lost() {
  if (stage_ == Stage::reserved && winner_) {
    // It may still happen, and after it numbers may be handed out: never twice under one gen.
    stage_ = Stage::lost;
  }
}

void ConversationFence::confirmed(const LeaseRow& row) {
  if (stage_ != Stage::seeded) {
    return;
  }
  if (row.epoch == lease_.epoch && row.gen == lease_.gen) {
    lease_.hi = std::max(lease_.hi, row.hi);
    stage_ = Stage::open;
  } else {
    reserved(row, false);
  }
}

void ConversationFence::extended(const LeaseRow& row) {
  if (row.epoch == lease_.epoch && row.gen == lease_.gen) {
    lease_.hi = std::max(lease_.hi, row.hi);
    if (stage_ == Stage::full) {
      stage_ = Stage::open;
    }
  } else if (stage_ == Stage::full || stage_ == Stage::open) {
    reserved(row, false);
  }
}

Judgement ConversationFence::judge(std::int64_t number, const LeaseRow& asked, const EpochView& view, Time now) {
  if (stage_ != Stage::open || asked.epoch != lease_.epoch || asked.gen != lease_.gen) {
    return Judgement::burn;
  }
  const auto value = static_cast<std::uint64_t>(std::max<std::int64_t>(number, 0));
  if (number < 0 || value < lease_.lo || value <= last_) {
    stage_ = Stage::lost;
    return Judgement::burn;
  }
  if (value > lease_.hi) {
    stage_ = Stage::full;
    beyond_ = value;
    return Judgement::burn;
  }
  if (view.epoch != lease_.epoch || !view.redis_open(now)) {
    return Judgement::burn;
  }
  last_ = value;
  return Judgement::accept;
}

void ConversationFence::took(std::int64_t epoch, std::uint64_t last) {
  stage_ = Stage::cold;
  lease_ = LeaseRow{epoch, 0, last, last};
  last_ = std::max(last_, last);
}

}  // namespace plumbline::serve
