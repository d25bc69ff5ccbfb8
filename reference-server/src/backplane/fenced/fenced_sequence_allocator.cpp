#include "backplane/fenced/fenced_sequence_allocator.h"

#include <algorithm>
#include <utility>

#include "backplane/fenced/fence_statements.h"
#include "mutant/mutant.h"

namespace plumbline::serve {
namespace {

constexpr Duration kAstray = std::chrono::milliseconds{300};

std::vector<std::string> keys_of(const std::string& conversation) {
  return {"conversation_seq:" + conversation, "conversation_seq_epoch:" + conversation};
}

}  // namespace

FencedSequenceAllocator::FencedSequenceAllocator(PgSession& postgres, RedisSession& redis, const Clock& clock,
                                                 AllocatorOptions options, std::function<void()> reconnect)
    : postgres_(postgres), redis_(redis), clock_(clock), options_(options), reconnect_(std::move(reconnect)) {}

bool FencedSequenceAllocator::connected() const {
  if (active(Mutant::no_fence_on_thaw)) {
    return redis_.incarnation() != nullptr;
  }
  const RedisIncarnation* here = redis_.incarnation();
  return here != nullptr && here->run == view_.run;
}

EpochView FencedSequenceAllocator::view() const {
  EpochView view = view_;
  if (active(Mutant::no_fence_on_thaw)) {
    view.valid_until = Time::max();
  }
  return view;
}

FencedSequenceAllocator::LanePtr FencedSequenceAllocator::lane_of(const ConversationKey& conversation) {
  const auto found = lanes_.find(conversation);
  if (found != lanes_.end()) {
    by_use_.splice(by_use_.begin(), by_use_, found->second->use);
    return found->second;
  }
  auto lane = std::make_shared<Lane>();
  lane->key = conversation;
  lane->text = conversation.text();
  by_use_.push_front(conversation);
  lane->use = by_use_.begin();
  lanes_.emplace(conversation, lane);
  forget_idle();
  return lane;
}

// A lease that was forgotten is read again. Lanes with requests stay, whatever the limit says.
void FencedSequenceAllocator::forget_idle() {
  while (lanes_.size() > options_.known) {
    const auto oldest = lanes_.find(by_use_.back());
    const Lane& lane = *oldest->second;
    if (!lane.queue.empty() || lane.busy || lane.extending) {
      by_use_.splice(by_use_.begin(), by_use_, oldest->second->use);
      return;
    }
    by_use_.pop_back();
    lanes_.erase(oldest);
  }
}

void FencedSequenceAllocator::next(const ConversationKey& conversation, Done<Allocation> done) {
  if (waiting_ >= options_.waiting) {
    ++counters_.given_up;
    done(Error{Errc::overflow, "too many requests wait for a sequence id"});
    return;
  }
  if (active(Mutant::plain_incr)) {
    count_plainly(conversation, std::move(done));
    return;
  }
  const LanePtr lane = lane_of(conversation);
  lane->queue.push_back({std::move(done), clock_.now() + options_.patience});
  ++waiting_;
  active_.emplace(conversation, lane);
  counters_.slow += lane->fence.step(view(), clock_.now()) == FenceStep::increment && !lane->busy ? 0U : 1U;
  drive(lane);
}

void FencedSequenceAllocator::drive(const LanePtr& lane) {
  if (lane->queue.empty() || lane->busy) {
    return;
  }
  switch (lane->fence.step(view(), clock_.now())) {
    case FenceStep::wait:
      return;  // until the next tick or view
    case FenceStep::increment:
      if (connected()) {
        increment(lane);
      }
      return;
    case FenceStep::seed:
      if (connected()) {
        seed(lane);
      }
      return;
    case FenceStep::extend:
      lane->busy = true;
      extend(lane, Urgency::waited_for);
      return;
    case FenceStep::reserve:
      lane->busy = true;
      reserves_.push_back(lane);
      flush_reserves();
      return;
    case FenceStep::confirm:
      lane->busy = true;
      confirms_.push_back(lane);
      flush_confirms();
      return;
    case FenceStep::take:
      lane->busy = true;
      takes_.push_back(lane);
      flush_takes();
      return;
  }
}

void FencedSequenceAllocator::increment(const LanePtr& lane) {
  const LeaseRow asked = lane->fence.lease();
  const std::string tag = std::to_string(asked.epoch) + ':' + std::to_string(asked.gen);
  const std::uint64_t round = lane->round;
  // An error may come back before the call returns, and begins another round.
  while (lane->round == round && lane->asked < std::min(lane->queue.size(), options_.run_ahead)) {
    ++lane->asked;
    redis_.eval(fence::kIncrement, keys_of(lane->text), {tag},
                [this, alive = std::weak_ptr<bool>(alive_), lane, round, asked](const Result<RedisReply>& reply) {
                  if (!alive.expired()) {
                    incremented(lane, round, asked, reply);
                  }
                });
  }
}

void FencedSequenceAllocator::incremented(const LanePtr& lane, std::uint64_t round, const LeaseRow& asked,
                                          const Result<RedisReply>& reply) {
  const bool number = reply.has_value() && reply.value().kind == RedisReply::Kind::integer;
  if (round != lane->round) {
    counters_.burned += number && reply.value().integer > 0 ? 1U : 0U;
    return;
  }
  if (!number || !connected() || out_of_patience(*lane)) {
    counters_.burned += number && reply.value().integer > 0 ? 1U : 0U;
    start_over(*lane);  // tried again at the next tick
    return;
  }
  const EpochView now = view();
  const Judgement judgement = lane->fence.judge(reply.value().integer, asked, now, clock_.now());
  if (judgement == Judgement::accept) {
    ++counters_.by_redis;
    const auto given = static_cast<std::uint64_t>(reply.value().integer);
    hand_out(*lane, given, asked.epoch, given == asked.lo);
    if (lane->fence.near_end(options_.block) && !lane->extending) {
      extend(lane, Urgency::ahead);
    }
  } else {
    counters_.burned += reply.value().integer > 0 ? 1U : 0U;
    counters_.late += now.redis_open(clock_.now()) ? 0U : 1U;
    start_over(*lane);
  }
  drive(lane);
}

// The seed's way: whatever Redis says. No lane: it would wait for blocks and leases.
void FencedSequenceAllocator::count_plainly(const ConversationKey& conversation, Done<Allocation> done) {
  redis_.command({"INCR", "conversation_seq:" + conversation.text()},
                 [epoch = view_.epoch, done = std::move(done)](const Result<RedisReply>& reply) {
                   if (reply.has_error() || reply.value().kind != RedisReply::Kind::integer) {
                     done(Error{Errc::unavailable, "Redis does not count"});
                   } else {
                     const auto number = static_cast<std::uint64_t>(reply.value().integer);
                     done(Allocation{.sequence = number, .epoch = epoch, .first_of_block = false});
                   }
                 });
}

void FencedSequenceAllocator::hand_out(Lane& lane, std::uint64_t number, std::int64_t epoch, bool first) {
  const Done<Allocation> done = std::move(lane.queue.front().done);
  lane.queue.pop_front();
  lane.asked -= lane.asked > 0 ? 1U : 0U;
  --waiting_;
  if (lane.queue.empty()) {
    active_.erase(lane.key);
  }
  done(Allocation{.sequence = number, .epoch = epoch, .first_of_block = first});
}

// A number that came so late may be far below what others have given out meanwhile: this process stood still.
bool FencedSequenceAllocator::out_of_patience(const Lane& lane) const {
  return !lane.queue.empty() && lane.queue.front().deadline <= clock_.now();
}

void FencedSequenceAllocator::start_over(Lane& lane) {
  lane.asked = 0;
  ++lane.round;
}

void FencedSequenceAllocator::give_up(const LanePtr& lane, Errc code) {
  const Done<Allocation> done = std::move(lane->queue.front().done);
  lane->queue.pop_front();
  --waiting_;
  ++counters_.given_up;
  // A number under way for it must not go to a request that began later.
  start_over(*lane);
  if (lane->queue.empty()) {
    active_.erase(lane->key);
  }
  done(Error{code, "no sequence id in time"});
}

void FencedSequenceAllocator::seed(const LanePtr& lane) {
  const LeaseRow lease = lane->fence.lease();
  const bool may = lane->fence.may_seed();
  lane->busy = true;
  lane->fence.seed_begun();
  redis_.eval(fence::kSeed, keys_of(lane->text),
              {std::to_string(lease.epoch), std::to_string(lease.gen), std::to_string(lease.lo - 1), may ? "1" : "0"},
              [this, alive = std::weak_ptr<bool>(alive_), lane](const Result<RedisReply>& reply) {
                if (alive.expired()) {
                  return;
                }
                lane->busy = false;
                if (reply.has_error() && reply.error().code == Errc::unavailable) {
                  lane->fence.seed_not_sent();
                  return;  // tried again at the next tick
                }
                const bool known = reply.has_value() && reply.value().kind == RedisReply::Kind::integer;
                if (!known || !connected()) {
                  lane->fence.seed_lost();
                  return;
                }
                lane->fence.seeded(static_cast<SeedResult>(reply.value().integer), clock_.now(), options_.times);
                drive(lane);
              });
}

void FencedSequenceAllocator::set_view(const EpochView& view) {
  if (active(Mutant::no_fence_on_thaw) && view_.mode == CountingMode::redis) {
    return;
  }
  const bool other = view.epoch != view_.epoch;
  const bool was_open = view_.redis_open(clock_.now());
  view_ = view;
  if (!other && was_open) {
    return;
  }
  std::vector<LanePtr> lanes;
  lanes.reserve(active_.size());
  for (const auto& [key, lane] : active_) {
    lanes.push_back(lane);
  }
  for (const LanePtr& lane : lanes) {
    if (other) {
      start_over(*lane);
    }
    drive(lane);
  }
}

void FencedSequenceAllocator::tick(Time now) {
  std::vector<LanePtr> lanes;
  lanes.reserve(active_.size());
  for (const auto& [key, lane] : active_) {
    lanes.push_back(lane);
  }
  for (const LanePtr& lane : lanes) {
    while (!lane->queue.empty() && lane->queue.front().deadline <= now) {
      give_up(lane, Errc::unavailable);
    }
    if (lane->asked == 0) {
      drive(lane);
    }
  }
  const RedisIncarnation* here = redis_.incarnation();
  const bool astray = view_.redis_open(now) && here != nullptr && here->run != view_.run;
  astray_since_ = astray && astray_ ? astray_since_ : now;
  astray_ = astray;
  if (astray && reconnect_ && now - astray_since_ >= kAstray) {
    astray_ = false;
    reconnect_();
  }
}

std::vector<Metric> FencedSequenceAllocator::metrics() const {
  const auto number = [](std::uint64_t value) {
    return static_cast<double>(value);
  };
  return {
      {"plumbline_sequence_by_redis_total", "Sequence ids that Redis counted", true, number(counters_.by_redis)},
      {"plumbline_sequence_by_postgres_total", "Sequence ids that PostgreSQL counted", true,
       number(counters_.by_postgres)},
      {"plumbline_sequence_burned_total", "Sequence ids that came back and were not handed out", true,
       number(counters_.burned)},
      {"plumbline_sequence_reseeds_total", "Blocks of sequence ids begun", true, number(counters_.reseeds)},
      {"plumbline_sequence_slow_total", "Requests for a sequence id that found no open block", true,
       number(counters_.slow)},
      {"plumbline_sequence_late_total", "Sequence ids that came back when the epoch was not confirmed", true,
       number(counters_.late)},
      {"plumbline_sequence_given_up_total", "Requests for a sequence id answered with an error", true,
       number(counters_.given_up)},
  };
}

}  // namespace plumbline::serve
