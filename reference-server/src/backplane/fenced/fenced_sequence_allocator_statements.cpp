// The statements of FencedSequenceAllocator: many conversations in each, one of each kind at a time.
#include <algorithm>
#include <string_view>
#include <utility>

#include "backplane/fenced/fence_statements.h"
#include "backplane/fenced/fenced_sequence_allocator.h"

namespace plumbline::serve {
namespace {

LeaseRow lease_at(const PgRows& rows, std::size_t row) {
  return LeaseRow{rows.number(row, 1), rows.number(row, 2), static_cast<std::uint64_t>(rows.number(row, 3)),
                  static_cast<std::uint64_t>(rows.number(row, 4))};
}

using Leases = std::unordered_map<std::string_view, LeaseRow>;

Leases leases_in(const PgRows& rows) {
  Leases leases;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    leases.emplace(rows.text(row, 0), lease_at(rows, row));
  }
  return leases;
}

}  // namespace

FencedSequenceAllocator::Lanes FencedSequenceAllocator::batch_of(Lanes& waiting, FenceStep step) {
  Lanes batch;
  Lanes others;
  std::size_t seen = 0;
  for (; seen < waiting.size() && batch.size() < options_.batch; ++seen) {
    const LanePtr& lane = waiting[seen];
    // In another epoch the same statement would mean something else.
    const bool still = !lane->queue.empty() && lane->fence.step(view(), clock_.now()) == step;
    (still ? batch : others).push_back(lane);
  }
  waiting.erase(waiting.begin(), waiting.begin() + static_cast<std::ptrdiff_t>(seen));
  free(others);  // the next tick drives them
  return batch;
}

void FencedSequenceAllocator::free(const Lanes& lanes) {
  for (const LanePtr& lane : lanes) {
    lane->busy = false;
  }
}

void FencedSequenceAllocator::flush_reserves() {
  if (reserving_ || reserves_.empty()) {
    return;
  }
  const Lanes lanes = batch_of(reserves_, FenceStep::reserve);
  if (lanes.empty()) {
    return;
  }
  reserving_ = true;
  std::vector<std::string> ids;
  std::vector<std::int64_t> bad;
  for (const LanePtr& lane : lanes) {
    ids.push_back(lane->text);
    bad.push_back(lane->fence.bad_gen(view_));
  }
  const std::string names = pg_array(ids);
  postgres_.transaction(
      {{&fence::kReserve, {names, pg_array(bad), std::to_string(view_.epoch), std::to_string(options_.block)}},
       {&fence::kReadLeases, {names}}},
      [this, alive = std::weak_ptr<bool>(alive_), lanes](const auto& answers) {
        if (alive.expired()) {
          return;
        }
        reserving_ = false;
        reserved(lanes, answers);
        flush_reserves();
      });
}

void FencedSequenceAllocator::reserved(const Lanes& lanes, const Result<std::vector<PgRowsPtr>>& answers) {
  free(lanes);
  if (answers.has_error() || answers.value().size() != 2) {
    return;  // tried again at the next tick
  }
  const Leases won = leases_in(*answers.value()[0]);
  const Leases all = leases_in(*answers.value()[1]);
  counters_.reseeds += won.size();
  for (const LanePtr& lane : lanes) {
    const auto found = all.find(lane->text);
    if (found != all.end()) {
      lane->fence.reserved(found->second, won.contains(lane->text));
    }
    drive(lane);
  }
}

void FencedSequenceAllocator::flush_confirms() {
  if (confirming_ || confirms_.empty()) {
    return;
  }
  const Lanes lanes = batch_of(confirms_, FenceStep::confirm);
  if (lanes.empty()) {
    return;
  }
  confirming_ = true;
  std::vector<std::string> ids;
  for (const LanePtr& lane : lanes) {
    ids.push_back(lane->text);
  }
  postgres_.query(fence::kReadLeases, {pg_array(ids)},
                  [this, alive = std::weak_ptr<bool>(alive_), lanes](const Result<PgRowsPtr>& rows) {
                    if (alive.expired()) {
                      return;
                    }
                    confirming_ = false;
                    confirmed(lanes, rows);
                    flush_confirms();
                  });
}

void FencedSequenceAllocator::confirmed(const Lanes& lanes, const Result<PgRowsPtr>& rows) {
  free(lanes);
  if (rows.has_error()) {
    return;
  }
  const Leases all = leases_in(*rows.value());
  for (const LanePtr& lane : lanes) {
    const auto found = all.find(lane->text);
    if (found != all.end()) {
      lane->fence.confirmed(found->second);
    }
    drive(lane);
  }
}

void FencedSequenceAllocator::extend(const LanePtr& lane, Urgency urgency) {
  lane->extending = true;
  const LeaseRow& lease = lane->fence.lease();
  postgres_.transaction({{&fence::kExtend,
                          {lane->text, std::to_string(lease.epoch), std::to_string(lease.gen),
                           std::to_string(lane->fence.extend_to(options_.block))}},
                         {&fence::kReadLeases, {pg_array(std::vector<std::string>{lane->text})}}},
                        [this, alive = std::weak_ptr<bool>(alive_), lane, urgency](const auto& answers) {
                          if (!alive.expired()) {
                            extended(lane, urgency, answers);
                          }
                        });
}

void FencedSequenceAllocator::extended(const LanePtr& lane, Urgency urgency,
                                       const Result<std::vector<PgRowsPtr>>& answers) {
  lane->extending = false;
  if (urgency == Urgency::waited_for) {
    lane->busy = false;
  }
  if (answers.has_value() && answers.value().size() == 2 && answers.value()[1]->size() == 1) {
    lane->fence.extended(lease_at(*answers.value()[1], 0));
    drive(lane);
  }
}

void FencedSequenceAllocator::flush_takes() {
  if (taking_ || takes_.empty()) {
    return;
  }
  const Lanes lanes = batch_of(takes_, FenceStep::take);
  if (lanes.empty()) {
    return;
  }
  taking_ = true;
  std::vector<std::string> ids;
  std::vector<std::int64_t> counts;
  std::vector<std::size_t> sizes;
  std::vector<std::uint64_t> rounds;
  for (const LanePtr& lane : lanes) {
    lane->asked = lane->queue.size();
    ids.push_back(lane->text);
    counts.push_back(static_cast<std::int64_t>(std::max<std::size_t>(lane->asked, 1)));
    sizes.push_back(lane->asked);
    rounds.push_back(lane->round);
  }
  const std::int64_t epoch = view_.epoch;
  postgres_.query(fence::kTake, {pg_array(ids), pg_array(counts), std::to_string(epoch)},
                  [this, alive = std::weak_ptr<bool>(alive_), lanes, sizes, rounds, epoch](const auto& rows) {
                    if (alive.expired()) {
                      return;
                    }
                    took(lanes, sizes, rounds, epoch, rows);
                    taking_ = false;
                    flush_takes();
                  });
}

void FencedSequenceAllocator::took(const Lanes& lanes, const std::vector<std::size_t>& counts,
                                   const std::vector<std::uint64_t>& rounds, std::int64_t epoch,
                                   const Result<PgRowsPtr>& rows) {
  struct Taken {
    std::uint64_t last;
    bool begins;  // the first ones of this epoch: numbers of the one before may be burned
  };
  std::unordered_map<std::string_view, Taken> ends;
  for (std::size_t row = 0; rows.has_value() && row < rows.value()->size(); ++row) {
    ends.emplace(rows.value()->text(row, 0),
                 Taken{static_cast<std::uint64_t>(rows.value()->number(row, 1)), rows.value()->number(row, 2) == 1});
  }
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    const LanePtr& lane = lanes[i];
    const auto found = ends.find(lane->text);
    if (lane->round != rounds[i] || found == ends.end() || out_of_patience(*lane)) {
      counters_.burned += found == ends.end() ? 0 : counts[i];
      if (lane->round == rounds[i]) {
        start_over(*lane);  // tried again at the next tick
      }
      lane->busy = false;
      continue;
    }
    const Taken taken = found->second;
    lane->fence.took(epoch, taken.last);
    for (std::size_t n = 0; n < counts[i] && lane->round == rounds[i]; ++n) {
      ++counters_.by_postgres;
      hand_out(*lane, taken.last - counts[i] + 1 + n, epoch,
               taken.begins && n == 0);  // and who gets it may ask again at once
    }
    lane->busy = false;
    drive(lane);
  }
}

}  // namespace plumbline::serve
