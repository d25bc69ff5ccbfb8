// What PostgreSQL, Redis and the Sentinels of the model do with a question: the statements and scripts of the server,
// written as plain code.
#include <algorithm>

#include "fence_world.h"

namespace plumbline::serve::model {
bool World::may_execute(const Message& message) const {
  const Instance& from = instances_[static_cast<std::size_t>(message.from)];
  if (message.executed) {
    return false;
  }
  if (message.life >= 0) {
    return lives_[static_cast<std::size_t>(message.life)].alive && (message.abandoned || !from.redis_cut);
  }
  return message.ask == Ask::sentinels || message.abandoned || !from.postgres_cut;
}

void World::execute(Message& message) {
  message.executed = true;
  if (message.life >= 0) {
    execute_in_redis(message);
  } else if (message.ask == Ask::sentinels) {
    message.row.address = master().address;
    message.row.config_epoch = master().config_epoch;
  } else {
    execute_in_postgres(message);
  }
}

void World::execute_in_postgres(Message& message) {
  const auto self = static_cast<std::size_t>(message.from);
  LeaseRow row = lease_.value_or(LeaseRow{});
  switch (message.ask) {
    case Ask::read_row:
      message.row = scope_.broken == Broken::no_reread ? instances_[self].core.row() : row_;
      if (message.row.epoch == 0) {
        message.row = row_;
      }
      return;
    case Ask::change:
      message.yes = row_.epoch == message.change.epoch && row_.intent == message.change.intent;
      row_ = message.yes ? message.change.next : row_;
      message.row = row_;
      return;
    case Ask::beat:
      members_[self] =
          FenceMember{self == 0 ? "a" : "b", members_[self] ? members_[self]->beat + 1 : 1, message.number};
      return;
    case Ask::members:
      if (members_[1 - self]) {
        message.members.push_back(*members_[1 - self]);
      }
      return;
    case Ask::reserve:
      message.yes = !lease_ || row.epoch < message.epoch || (row.epoch == message.epoch && row.gen == message.number);
      if (message.yes) {
        row = LeaseRow{message.epoch, row.gen + 1, row.hi + 1, row.hi + kBlock};
      }
      break;
    case Ask::extend:
      if (row.epoch == message.lease.epoch && row.gen == message.lease.gen) {
        row.hi = std::max(row.hi, static_cast<std::uint64_t>(message.number));
      }
      break;
    case Ask::take:
      message.yes = scope_.broken == Broken::no_epoch_recheck || row.epoch <= message.epoch;
      if (message.yes) {
        row = LeaseRow{std::max(row.epoch, message.epoch), row.gen + 1, row.hi + 1, row.hi + 1};
        if (scope_.broken == Broken::no_epoch_recheck && lease_ && lease_->epoch > message.epoch) {
          row.lo = lease_->lo, row.gen = lease_->gen;  // a statement without the condition moves only the end
        }
        message.answer = static_cast<std::int64_t>(row.hi);
      }
      break;
    default:
      break;
  }
  if (row.epoch != 0) {
    lease_ = row;
  }
  message.lease_now = row;
}

void World::execute_in_redis(Message& message) {
  Life& life = lives_[static_cast<std::size_t>(message.life)];
  if (message.ask == Ask::ping) {
    message.row.run = life.run;
    message.row.address = life.address;
    message.row.config_epoch = life.config_epoch;
    return;
  }
  const std::pair asked{message.lease.epoch, message.lease.gen};
  const std::pair there{life.seed_epoch, life.seed_gen};
  const bool whole = life.has_counter && life.counter == life.seed_counter;
  if (message.ask == Ask::seed) {
    const bool may = message.number != 0 || scope_.broken == Broken::everybody_seeds;
    if (there > asked) {
      message.answer = static_cast<std::int64_t>(SeedResult::newer);
    } else if (there == asked) {
      message.answer = static_cast<std::int64_t>(whole ? SeedResult::present : SeedResult::absent);
    } else if (may) {
      const auto start = static_cast<std::int64_t>(message.lease.lo) - 1;
      life.has_counter = true;
      life.counter = life.seed_counter = start;
      life.seed_epoch = asked.first, life.seed_gen = asked.second;
      message.answer = static_cast<std::int64_t>(SeedResult::present);
    } else {
      message.answer = static_cast<std::int64_t>(SeedResult::absent);
    }
    return;
  }
  const bool blind = scope_.broken == Broken::plain_incr || scope_.broken == Broken::no_companion;
  if (blind) {
    life.counter = life.has_counter ? life.counter + 1 : 1;
    life.has_counter = true;
    life.seed_counter = life.counter;
    message.answer = life.counter;
  } else if (there == asked && whole) {
    life.seed_counter = ++life.counter;
    message.answer = life.counter;
  } else {
    message.answer = -1;
  }
}

}  // namespace plumbline::serve::model
