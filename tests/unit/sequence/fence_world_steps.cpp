// What each step of the model changes, and what everybody was told.
#include "fence_world.h"

#include <algorithm>
#include <sstream>

namespace plumbline::serve::model {

void World::promote(bool same_place) {
  Life next = replica_;
  const Life& old = master();
  next.alive = true;
  next.address = same_place ? old.address : old.address + "'";
  next.config_epoch = same_place ? old.config_epoch : old.config_epoch + 1;
  next.run = next.address + std::to_string(lives_.size() + 1);
  if (same_place) {
    master().alive = false;
  }
  lives_.push_back(next);
  master_ = static_cast<int>(lives_.size()) - 1;
}

void World::apply(const Action& action) {
  const auto who = static_cast<std::size_t>(action.who);
  switch (action.act) {
    case Act::tick:
      now_ += kTick, --scope_.ticks;
      if (scope_.coarse) {
        ping_all();
      }
      break;
    case Act::send:
      instances_[who].waiting = true, instances_[who].floor = acked_, --instances_[who].sends_left;
      break;
    case Act::ask:
    case Act::ask_late: {
      const Message message = *next_question(action.who);
      if (message.ask == Ask::seed) {
        instances_[who].fence.seed_begun();
      }
      begin(message, action.act == Act::ask_late);
      break;
    }
    case Act::look:
    case Act::look_late:
      begin(*next_look(action.who), action.act == Act::look_late);
      break;
    case Act::ping:
      begin({.ask = Ask::ping, .from = action.who, .life = instances_[who].life, .sent = now_}, false);
      break;
    case Act::sentinels:
      return begin({.ask = Ask::sentinels, .from = action.who, .sent = now_}, false);
    case Act::reconnect:
      for (Message& message : messages_) {
        if (message.from == action.who && message.life >= 0 && !message.abandoned) {
          lose(message);
        }
      }
      instances_[who].life = master_;
      if (scope_.coarse) {
        ping_all();
      }
      break;
    case Act::execute:
      execute(messages_[who]);
      break;
    case Act::deliver: {
      const Message message = messages_[who];
      messages_.erase(messages_.begin() + action.who);
      deliver(message);
      break;
    }
    case Act::lose:
      scope_.lost -= scope_.lost > 0 ? 1 : 0;
      lose(messages_[who]);
      break;
    default:
      apply_fault(action);
      break;
  }
  forget_the_dead();
}

void World::apply_fault(const Action& action) {
  const auto who = static_cast<std::size_t>(action.who);
  switch (action.act) {
    case Act::flush:
      --scope_.flushes;
      master().has_counter = false, master().counter = master().seed_counter = 0;
      master().seed_epoch = master().seed_gen = 0;
      break;
    case Act::overwrite:
      --scope_.overwrites;
      master().has_counter = true, master().counter = 0;
      break;
    case Act::replicate:
      replica_ = master();
      break;
    case Act::failover:
      --scope_.failovers;
      promote(false);
      break;
    case Act::restart:
      --scope_.restarts;
      promote(true);
      break;
    case Act::cut_redis:
      --scope_.redis_cuts, instances_[who].redis_cut = true;
      break;
    case Act::cut_postgres:
      --scope_.postgres_cuts, instances_[who].postgres_cut = true;
      break;
    case Act::leave:
      --scope_.leaves, members_[who].reset();
      instances_[who].gone = scope_.broken != Broken::leaves_early;
      break;
    case Act::heal:
      --scope_.heals, instances_[who].redis_cut = instances_[who].postgres_cut = false;
      break;
    default:
      break;
  }
}

void World::forget_the_dead() {
  // Nobody waits for these any more, and they can change nothing.
  std::erase_if(messages_, [this](const Message& message) {
    const bool dead = message.life >= 0 && !lives_[static_cast<std::size_t>(message.life)].alive;
    const bool reads = message.ask == Ask::read_row || message.ask == Ask::members || message.ask == Ask::ping ||
                       message.ask == Ask::sentinels || message.ask == Ask::confirm;
    return message.abandoned && (message.executed || dead || reads);
  });
}

void World::begin(Message message, bool late) {
  if (late) {
    --scope_.lost;
    lose(message);
  } else if (scope_.coarse) {
    execute(message);
    if (message.ask != Ask::increment && message.ask != Ask::take) {
      deliver(std::move(message));
      return;
    }
  }
  messages_.push_back(std::move(message));
}

void World::lose(Message& message) {
  message.abandoned = true;
  Instance& self = instances_[static_cast<std::size_t>(message.from)];
  if (message.ask == Ask::seed) {
    self.fence.seed_lost();
  }
}

void World::deliver(Message message) {
  Instance& self = instances_[static_cast<std::size_t>(message.from)];
  if (self.gone) {
    return;
  }
  switch (message.ask) {
    case Ask::read_row:
    case Ask::change:
      self.must_read = message.ask == Ask::change && !message.yes;
      if (!self.must_read) {
        self.core.saw_row(message.sent, now_, message.row);
      }
      return;
    case Ask::beat:
      self.acked_intent = message.number;
      self.core.beaten(message.sent, now_);
      return;
    case Ask::members:
      self.members_read = message.sent;
      self.core.saw_members(message.sent, now_, message.members);
      return;
    case Ask::ping:
      self.core.saw_redis(message.sent, now_,
                          RedisSight{message.row.run, message.row.address, message.row.config_epoch});
      return;
    case Ask::sentinels:
      self.core.saw_sentinels(message.sent, message.row.address, message.row.config_epoch);
      return;
    default:
      deliver_to_fence(self, message);
  }
}

void World::deliver_to_fence(Instance& self, const Message& message) {
  const EpochView& view = self.core.view();
  switch (message.ask) {
    case Ask::reserve:
      self.fence.reserved(message.lease_now, message.yes);
      break;
    case Ask::seed:
      self.fence.seeded(static_cast<SeedResult>(message.answer), now_, times_);
      break;
    case Ask::confirm:
      self.fence.confirmed(scope_.broken == Broken::no_confirm ? self.fence.lease() : message.lease_now);
      break;
    case Ask::extend:
      self.fence.extended(message.lease_now);
      break;
    case Ask::take:
      if (message.yes) {
        self.fence.took(message.epoch, static_cast<std::uint64_t>(message.answer));
        hand_out(self, static_cast<std::uint64_t>(message.answer), message.epoch);
      }
      break;
    case Ask::increment: {
      EpochView seen = view;
      if (scope_.broken == Broken::no_lease) {
        seen.valid_until = now_ + kTick;
      }
      if (scope_.broken == Broken::plain_incr ||
          self.fence.judge(message.answer, message.lease, seen, now_) == Judgement::accept) {
        hand_out(self, static_cast<std::uint64_t>(message.answer), view.epoch);
      }
      break;
    }
    default:
      break;
  }
}

void World::hand_out(Instance& self, std::uint64_t number, std::int64_t epoch) {
  std::ostringstream wrong;
  for (const auto& [other, its_epoch] : used_) {
    if (other == number) {
      wrong << "number " << number << " was handed out twice";
    } else if (scope_.broken != Broken::plain_incr && (other < number) == (its_epoch > epoch) && its_epoch != epoch) {
      wrong << "epoch falls from " << its_epoch << " to " << epoch << " between " << other << " and " << number << "; ";
    }
  }
  if (number <= self.floor) {
    wrong << "number " << number << " for a request that began after " << self.floor << " was acknowledged";
  }
  violation_ = wrong.str();
  used_.emplace_back(number, epoch);
  acked_ = std::max(acked_, number);
  self.waiting = false;
  ++given_;
}

bool World::all_answered() const {
  return std::none_of(instances_.begin(), instances_.end(), [](const Instance& one) { return one.waiting; });
}

void World::calm_down() {
  Scope calm = scope_;
  calm.lost = calm.flushes = calm.overwrites = calm.failovers = calm.restarts = 0;
  calm.redis_cuts = calm.postgres_cuts = 0;
  calm.ticks = 1'000'000;
  calm.heals = 0;
  scope_ = calm;
  for (Instance& one : instances_) {
    one.redis_cut = one.postgres_cut = false;
    one.sends_left = 0;
  }
}

}  // namespace plumbline::serve::model
