#include "delivery/reorder.h"

#include <algorithm>
#include <utility>

namespace plumbline::serve {

Reorder::Lane& Reorder::lane_of(const ConversationKey& key) {
  const auto [at, added] = lanes_.try_emplace(key);
  Lane& lane = at->second;
  if (added) {
    lane.age = ages_.insert(ages_.end(), key);
    forget_silent();
  } else {
    ages_.splice(ages_.end(), ages_, lane.age);
  }
  return lane;
}

void Reorder::take(const MessagePtr& message, Time now) {
  Lane& lane = lane_of(message->conversation->key);
  if (message->sequence <= lane.newest) {
    if (fill_gap(lane, message->sequence)) {
      ++counters_.late;
      out_(message);
    } else {
      ++counters_.duplicates_dropped;
    }
  } else if (message->sequence == lane.newest + 1) {
    advance(lane, message->sequence);
    out_(message);
    release_ready(lane);
  } else {
    hold(lane, message, now);
  }
}

void Reorder::known(const MessagePtr& message) {
  Lane& lane = lane_of(message->conversation->key);
  if (message->sequence <= lane.newest) {
    static_cast<void>(fill_gap(lane, message->sequence));
    return;
  }
  // Those that wait below it must not be overtaken by what follows.
  while (!lane.held.empty() && lane.held.begin()->first < message->sequence) {
    release_first(lane);
  }
  held_ -= lane.held.erase(message->sequence);
  advance(lane, message->sequence);
  release_ready(lane);
}

void Reorder::hold(Lane& lane, const MessagePtr& message, Time now) {
  const auto [at, added] = lane.held.try_emplace(message->sequence, Held{message, now, limits_.hold});
  if (!added) {
    ++(at->second.message->id == message->id ? counters_.duplicates_dropped : counters_.conflicting);
    return;
  }
  ++counters_.held;
  ++held_;
  waiting_.emplace(at->second.due(), message->conversation->key);
  hurry_first_of_block(lane);
  if (lane.newest == 0 && message->previous != 0 && at == lane.held.begin()) {
    ask_(message);
  }
  while (held_ > limits_.held) {
    ++counters_.overflowed;
    release_longest_waiting();
  }
}

void Reorder::stored(const Message& message) {
  if (holds(message)) {
    Lane& lane = lanes_.at(message.conversation->key);
    if (lane.held.begin()->first == message.sequence) {
      hurry(lane, limits_.settle);
    }
  }
}

// Only what nothing waits below: that would go out with it.
void Reorder::hurry(Lane& lane, Duration patience) {
  Held& first = lane.held.begin()->second;
  if (first.patience > patience) {
    first.patience = patience;
    waiting_.emplace(first.due(), first.message->conversation->key);
  }
}

void Reorder::note_standstill(Time now) {
  const Time before = std::exchange(last_tick_, now).value_or(now);
  if (now - before <= limits_.standstill || held_ == 0) {
    return;
  }
  ++counters_.standstills;
  waiting_.clear();
  for (auto& [key, lane] : lanes_) {
    for (auto& [sequence, held] : lane.held) {
      held.since = std::exchange(held.renewed, true) ? held.since : now;
      waiting_.emplace(held.due(), key);
    }
  }
}

void Reorder::tick(Time now) {
  note_standstill(now);
  while (!waiting_.empty()) {
    const auto oldest = waiting_.begin();
    if (now < oldest->first) {
      return;
    }
    const auto found = lanes_.find(oldest->second);
    const Time at = oldest->first;
    waiting_.erase(oldest);
    if (found == lanes_.end()) {
      continue;
    }
    // Everything up to the message that has waited long enough; younger ones below it would come out of order.
    Lane& lane = found->second;
    const auto due =
        std::find_if(lane.held.begin(), lane.held.end(), [&](const auto& entry) { return entry.second.due() == at; });
    if (due != lane.held.end()) {
      const std::uint64_t last = due->first;
      while (!lane.held.empty() && lane.held.begin()->first <= last) {
        ++counters_.released_late;
        release_first(lane);
      }
      release_ready(lane);
    }
  }
}

bool Reorder::holds(const Message& message) const {
  const auto lane = lanes_.find(message.conversation->key);
  if (lane == lanes_.end()) {
    return false;
  }
  const auto held = lane->second.held.find(message.sequence);
  return held != lane->second.held.end() && held->second.message->id == message.id;
}

void Reorder::release_longest_waiting() {
  const std::size_t before = held_;
  while (!waiting_.empty() && held_ == before) {
    const auto found = lanes_.find(waiting_.begin()->second);
    waiting_.erase(waiting_.begin());
    if (found != lanes_.end() && !found->second.held.empty()) {
      ++counters_.released_late;
      release_first(found->second);
      release_ready(found->second);
    }
  }
}

void Reorder::release_ready(Lane& lane) {
  while (!lane.held.empty() && lane.held.begin()->first == lane.newest + 1) {
    release_first(lane);
  }
  hurry_first_of_block(lane);
}

// The one that it names was sent, and it is not the next number: it begins a block.
void Reorder::hurry_first_of_block(Lane& lane) {
  if (!lane.held.empty() && lane.held.begin()->second.message->previous <= lane.newest) {
    hurry(lane, limits_.jump);
  }
}

void Reorder::release_first(Lane& lane) {
  const MessagePtr message = std::move(lane.held.begin()->second.message);
  lane.held.erase(lane.held.begin());
  --held_;
  advance(lane, message->sequence);
  out_(message);
}

void Reorder::advance(Lane& lane, std::uint64_t sequence) {
  if (sequence > lane.newest + 1) {
    lane.gaps.emplace_back(lane.newest + 1, sequence - 1);
    if (lane.gaps.size() > limits_.gaps) {  // as one: something sent twice is better than something never sent
      lane.gaps[1].first = lane.gaps[0].first;
      lane.gaps.erase(lane.gaps.begin());
    }
  }
  lane.newest = sequence;
}

bool Reorder::fill_gap(Lane& lane, std::uint64_t sequence) {
  const auto gap = std::find_if(lane.gaps.begin(), lane.gaps.end(),
                                [&](const auto& range) { return range.first <= sequence && sequence <= range.second; });
  if (gap == lane.gaps.end()) {
    return false;
  }
  const auto [first, last] = *gap;
  if (first == last) {
    lane.gaps.erase(gap);
  } else if (sequence == first) {
    gap->first = sequence + 1;
  } else {
    gap->second = sequence - 1;
    if (sequence != last) {
      lane.gaps.insert(gap + 1, {sequence + 1, last});
    }
  }
  return true;
}

// Only what nobody waits in, and never the one just used.
void Reorder::forget_silent() {
  auto oldest = ages_.begin();
  while (lanes_.size() > limits_.conversations && std::next(oldest) != ages_.end()) {
    const auto found = lanes_.find(*oldest);
    if (!found->second.held.empty()) {
      ++oldest;
      continue;
    }
    ++counters_.forgotten;
    lanes_.erase(found);
    oldest = ages_.erase(oldest);
  }
}

}  // namespace plumbline::serve
