#include "fence_world.h"

#include <algorithm>

namespace plumbline::serve::model {
namespace {

constexpr std::size_t kMessages = 6;

// With time in whole ticks a lease of one tick and a wait of one tick are the shortest that can work.
FenceTimes small_times(const Scope& scope) {
  const Duration unit = scope.coarse ? kTick : 2 * kTick;
  FenceTimes times;
  times.renew = scope.coarse ? Duration{0} : kTick;
  times.lease = times.suspect = times.unusable = times.calm = times.healthy = unit;
  times.settle = scope.broken == Broken::no_settle ? Duration{0} : unit;
  times.alone = scope.alone * unit;
  times.look_again = Duration{0};
  return times;
}

}  // namespace

World::World(const Scope& scope) : scope_(scope), times_(small_times(scope)) {
  lives_.push_back(Life{.run = "A1", .address = "A", .config_epoch = 1});
  replica_ = lives_[0];
  row_ = EpochRow{1, CountingMode::redis, "A1", "A", 1, true, 0};
  if (scope.in_postgres) {
    row_ = EpochRow{1, CountingMode::postgres, "", "", -1, true, 0};
  }
  // Both instances are members and have waited: the epoch is old.
  const Time before = now_;
  now_ += 10 * kTick;
  for (int i = 0; i < 2; ++i) {
    Instance instance{times_};
    instance.sends_left = scope.sends;
    members_[static_cast<std::size_t>(i)] = FenceMember{i == 0 ? "a" : "b", 1, 0};
    instance.core.saw_row(before, before, row_);
    instance.core.saw_redis(now_, now_, RedisSight{"A1", "A", 1});
    instance.core.beaten(now_, now_);
    instance.core.saw_row(now_, now_, row_);
    instances_.push_back(instance);
  }
  if (scope.warm) {
    warm_up();
  }
}

void World::warm_up() {
  const Scope asked = scope_;
  scope_.coarse = true;
  scope_.broken = scope_.broken == Broken::plain_incr ? Broken::plain_incr : Broken::nothing;
  for (int i = 0; i < 2; ++i) {
    Instance& self = instances_[static_cast<std::size_t>(i)];
    for (self.waiting = true; self.waiting;) {
      apply({Act::ask, i});
      while (!messages_.empty()) {
        apply({Act::deliver, 0});
      }
    }
  }
  scope_ = asked;
  replica_ = master();
}

void World::ping_all() {
  for (int i = 0; scope_.keepers && i < 2; ++i) {
    Instance& self = instances_[static_cast<std::size_t>(i)];
    const Life& life = lives_[static_cast<std::size_t>(self.life)];
    if (!self.redis_cut && life.alive) {
      self.core.saw_redis(now_, now_, RedisSight{life.run, life.address, life.config_epoch});
    }
  }
}

bool World::busy(int instance, bool keeper) const {
  return std::any_of(messages_.begin(), messages_.end(), [=](const Message& message) {
    return message.from == instance && !message.abandoned && (message.ask < Ask::reserve) == keeper &&
           message.ask != Ask::ping && message.ask != Ask::sentinels;
  });
}

std::optional<Message> World::next_question(int who) const {
  const Instance& self = instances_[static_cast<std::size_t>(who)];
  if (!self.waiting || busy(who, false)) {
    return std::nullopt;
  }
  const EpochView& view = self.core.view();
  Message message{.from = who, .sent = now_, .lease = self.fence.lease(), .epoch = view.epoch};
  if (scope_.broken == Broken::plain_incr) {
    message.ask = Ask::increment;
    message.life = self.life;
    return message;
  }
  const bool connected = lives_[static_cast<std::size_t>(self.life)].run == view.run && !self.redis_cut;
  switch (self.fence.step(view, now_)) {
    case FenceStep::wait:
      if (scope_.broken != Broken::no_lease || self.fence.lease().gen == 0 || now_ < view.valid_until) {
        return std::nullopt;
      }
      message.ask = Ask::increment;
      break;
    case FenceStep::reserve:
      if (lease_ && lease_->gen >= scope_.gens) {
        return std::nullopt;
      }
      message.ask = Ask::reserve;
      message.number = self.fence.bad_gen(view);
      return message;
    case FenceStep::seed:
      message.ask = Ask::seed;
      message.number = self.fence.may_seed() ? 1 : 0;
      break;
    case FenceStep::confirm:
      message.ask = Ask::confirm;
      return message;
    case FenceStep::extend:
      message.ask = Ask::extend;
      message.number = static_cast<std::int64_t>(self.fence.extend_to(kBlock));
      return message;
    case FenceStep::take:
      message.ask = Ask::take;
      return message;
    case FenceStep::increment:
      message.ask = Ask::increment;
      break;
  }
  message.life = self.life;
  if (message.ask == Ask::increment && lives_[static_cast<std::size_t>(self.life)].counter >= scope_.numbers) {
    return std::nullopt;
  }
  return connected ? std::optional{message} : std::nullopt;
}

std::optional<Message> World::next_look(int who) const {
  const Instance& self = instances_[static_cast<std::size_t>(who)];
  if (!scope_.keepers || busy(who, true)) {
    return std::nullopt;
  }
  Message message{.from = who, .sent = now_};
  std::optional<EpochChange> change = self.core.change(now_);
  if (!change && scope_.broken == Broken::no_intent && self.core.row().intent > 0 && self.redis_cut) {
    change = EpochChange{self.core.row().epoch, self.core.row().intent,
                         EpochRow{self.core.row().epoch + 1, CountingMode::postgres, {}, {}, -1, true, -1}};
  }
  if (self.must_read) {
    message.ask = Ask::read_row;
  } else if (change && change->next.epoch <= scope_.epochs) {
    message.ask = Ask::change;
    message.change = *change;
  } else if (self.core.acknowledges() != 0 && self.core.acknowledges() != self.acked_intent) {
    message.ask = Ask::beat;
    message.number = self.core.acknowledges();
  } else if (self.core.wants_members() && self.members_read < now_) {
    message.ask = Ask::members;
  } else {
    message.ask = Ask::read_row;
  }
  return message;
}

std::vector<Action> World::enabled() const {
  std::vector<Action> all;
  if (scope_.ticks > 0) {
    all.push_back({Act::tick});
  }
  for (int i = 0; i < 2; ++i) {
    add_steps_of(i, all);
    add_cuts_of(i, all);
  }
  add_deliveries(all);
  add_faults(all);
  return all;
}

void World::add_steps_of(int i, std::vector<Action>& all) const {
  const bool room = messages_.size() < kMessages;
  const Instance& self = instances_[static_cast<std::size_t>(i)];
  if (self.gone) {
    return;
  }
  if (!self.waiting && self.sends_left > 0) {
    all.push_back({Act::send, i});
  }
  const auto question = next_question(i);
  if (room && question && (!scope_.coarse || may_execute(*question))) {
    all.push_back({Act::ask, i});
    if (scope_.coarse && scope_.lost > 0 && question->ask != Ask::increment && question->ask != Ask::confirm) {
      all.push_back({Act::ask_late, i});
    }
  }
  const auto look = next_look(i);
  if (room && look && (!scope_.coarse || may_execute(*look))) {
    all.push_back({Act::look, i});
    if (scope_.coarse && scope_.lost > 0 && look->ask == Ask::change) {
      all.push_back({Act::look_late, i});
    }
  }
  const auto asked = [&](Ask ask) {
    return std::any_of(messages_.begin(), messages_.end(),
                       [&](const Message& m) { return m.from == i && m.ask == ask && !m.abandoned; });
  };
  if (room && scope_.keepers && !scope_.coarse && !self.redis_cut && !asked(Ask::ping) &&
      lives_[static_cast<std::size_t>(self.life)].alive) {
    all.push_back({Act::ping, i});
  }
  if (room && scope_.sentinels_renew && self.core.wants_sentinels(now_) && !asked(Ask::sentinels)) {
    all.push_back({Act::sentinels, i});
  }
  if (self.life != master_ && !self.redis_cut) {
    all.push_back({Act::reconnect, i});
  }
}

void World::add_cuts_of(int i, std::vector<Action>& all) const {
  const Instance& self = instances_[static_cast<std::size_t>(i)];
  if (self.gone) {
    return;
  }
  if (scope_.redis_cuts > 0 && !self.redis_cut && (i == 0 || !scope_.coarse)) {  // which of the two is no matter
    all.push_back({Act::cut_redis, i});
  }
  if (scope_.postgres_cuts > 0 && !self.postgres_cut) {
    all.push_back({Act::cut_postgres, i});
  }
  if (scope_.leaves > 0 && !self.waiting && !self.postgres_cut && (i == 1 || !scope_.coarse)) {
    all.push_back({Act::leave, i});
  }
  if (scope_.heals > 0 && (self.redis_cut || self.postgres_cut)) {
    all.push_back({Act::heal, i});
  }
}

void World::add_deliveries(std::vector<Action>& all) const {
  for (int m = 0; m < static_cast<int>(messages_.size()); ++m) {
    const Message& message = messages_[static_cast<std::size_t>(m)];
    if (may_execute(message)) {
      all.push_back({Act::execute, m});
    }
    if (message.executed && !message.abandoned) {
      all.push_back({Act::deliver, m});
    }
    const bool gone = message.life >= 0 && !lives_[static_cast<std::size_t>(message.life)].alive;
    const Instance& from = instances_[static_cast<std::size_t>(message.from)];
    const bool cut = message.life >= 0 ? from.redis_cut : from.postgres_cut && message.ask != Ask::sentinels;
    if (!message.abandoned && ((scope_.lost > 0 && !scope_.coarse) || gone || cut)) {
      all.push_back({Act::lose, m});
    }
  }
}

void World::add_faults(std::vector<Action>& all) const {
  const std::pair<int, Act> faults[]{{scope_.flushes, Act::flush},
                                     {scope_.overwrites, Act::overwrite},
                                     {scope_.failovers, Act::failover},
                                     {scope_.restarts, Act::restart}};
  for (const auto& [left, act] : faults) {
    if (left > 0) {
      all.push_back({act});
    }
  }
  const Life& life = lives_[static_cast<std::size_t>(master_)];
  if (scope_.failovers + scope_.restarts > 0 &&
      (replica_.counter != life.counter || replica_.seed_gen != life.seed_gen ||
       replica_.seed_epoch != life.seed_epoch)) {
    all.push_back({Act::replicate});
  }
}

}  // namespace plumbline::serve::model
