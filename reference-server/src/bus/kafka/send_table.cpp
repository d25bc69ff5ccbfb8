#include "bus/kafka/send_table.h"

#include <algorithm>
#include <utility>

namespace plumbline::serve {

SendTable::Id SendTable::add(MessagePtr message, Settled settled, InLog log, Time now) {
  const Id id = next_++;
  entries_.emplace(id, Entry{std::move(message), std::move(settled), log, InStore::not_tried, false, now});
  last_due_.push_back({now + limits_.give_up_after, id});
  return id;
}

SendTable::Id SendTable::add_to_log(MessagePtr message, Settled settled, Time now) {
  const Id id = add(std::move(message), std::move(settled), InLog::under_way, now);
  report_due_.push_back({now + limits_.direct_after, id});
  return id;
}

void SendTable::add_to_store(MessagePtr message, Settled settled, Time now) {
  const Id id = add(std::move(message), std::move(settled), InLog::never_handed, now);
  to_store(id, entries_.find(id)->second);
}

void SendTable::to_store(Id id, Entry& entry) {
  std::deque<Id>& chain = chains_[entry.message->conversation->key];
  chain.push_back(id);
  entry.store = InStore::queued;
  if (chain.size() == 1) {
    entry.store = InStore::running;
    commits_.push_back({id, entry.message});
  }
}

void SendTable::answer(Entry& entry, Errc outcome) {
  if (entry.settled) {
    answers_.push_back({std::exchange(entry.settled, nullptr), outcome});
  }
}

SendTable::Report SendTable::reported(Id id, Errc outcome) {
  const auto at = entries_.find(id);
  if (at == entries_.end()) {
    return Report::awaited;
  }
  Entry& entry = at->second;
  const Report kind = entry.diverted ? Report::of_a_diverted : Report::awaited;
  switch (outcome) {
    case Errc::ok:
      entry.log = InLog::confirmed;
      break;
    case Errc::timeout:
      entry.log = InLog::unknown;
      break;
    default:
      entry.log = InLog::absent;
      break;
  }
  if (entry.log != InLog::confirmed && entry.store == InStore::not_tried && entry.settled) {
    to_store(id, entry);
  }
  if (entry.log == InLog::confirmed && entry.store == InStore::queued) {
    leave_chain(id, entry.message->conversation->key);
    entry.store = InStore::not_tried;
  }
  conclude(at);
  return kind;
}

void SendTable::committed(Id id, Errc outcome) {
  const auto at = entries_.find(id);
  if (at == entries_.end() || at->second.store != InStore::running) {
    return;
  }
  Entry& entry = at->second;
  switch (outcome) {
    case Errc::ok:
      entry.store = InStore::committed;
      break;
    case Errc::unavailable:
    case Errc::overflow:
    case Errc::conflict:
      entry.store = InStore::refused;
      break;
    default:
      entry.store = InStore::unknown;
      break;
  }
  if (outcome == Errc::conflict && entry.log != InLog::never_handed && entry.log != InLog::absent) {
    answer(entry, Errc::timeout);  // the log's copy will get another sequence id: what the caller has is not to be kept
  }
  leave_chain(id, entry.message->conversation->key);
  conclude(at);
}

// The first of a chain runs: when it leaves, the next one starts.
void SendTable::leave_chain(Id id, const ConversationKey& conversation) {
  const auto at = chains_.find(conversation);
  std::deque<Id>& chain = at->second;
  chain.erase(std::remove(chain.begin(), chain.end(), id), chain.end());
  if (chain.empty()) {
    chains_.erase(at);
    return;
  }
  Entry& next = entries_.find(chain.front())->second;
  if (next.store == InStore::queued) {
    next.store = InStore::running;
    commits_.push_back({chain.front(), next.message});
  }
}

void SendTable::conclude(Entries::iterator at) {
  Entry& entry = at->second;
  const bool log_settled = entry.log != InLog::under_way;
  const bool store_settled = entry.store != InStore::queued && entry.store != InStore::running;
  if (entry.log == InLog::confirmed || entry.store == InStore::committed) {
    answer(entry, Errc::ok);
  } else if (log_settled && store_settled) {
    const bool nowhere = entry.log != InLog::unknown && entry.store != InStore::unknown;
    answer(entry, nowhere ? Errc::unavailable : Errc::timeout);
  }
  if (log_settled && store_settled) {
    entries_.erase(at);
  }
}

bool SendTable::overdue(Time now) {
  while (!report_due_.empty()) {
    const auto at = entries_.find(report_due_.front().id);
    if (at != entries_.end() && at->second.log == InLog::under_way && at->second.store == InStore::not_tried) {
      return report_due_.front().at <= now;
    }
    report_due_.pop_front();
  }
  return false;
}

std::uint64_t SendTable::divert() {
  std::uint64_t outstanding = 0;
  for (const Due& due : std::exchange(report_due_, {})) {
    const auto at = entries_.find(due.id);
    if (at == entries_.end() || at->second.log != InLog::under_way) {
      continue;
    }
    Entry& entry = at->second;
    outstanding += entry.diverted ? 0 : 1;
    entry.diverted = true;
    if (entry.store == InStore::not_tried && entry.settled) {
      to_store(due.id, entry);
    }
  }
  return outstanding;
}

void SendTable::give_up(Time now) {
  while (!last_due_.empty()) {
    const auto at = entries_.find(last_due_.front().id);
    const bool due = last_due_.front().at <= now;
    if (at != entries_.end() && !due) {
      return;
    }
    last_due_.pop_front();
    if (at == entries_.end()) {
      continue;
    }
    Entry& entry = at->second;
    if (entry.store == InStore::queued) {
      leave_chain(at->first, entry.message->conversation->key);
      entry.store = InStore::refused;
    }
    if (entry.log == InLog::under_way || entry.store == InStore::running) {
      answer(entry, Errc::timeout);
    }
    conclude(at);
  }
}

std::vector<SendTable::Commit> SendTable::take_commits(Time now) {
  std::vector<Commit> due;
  while (!commits_.empty()) {  // one that is refused lets the next of its conversation begin
    for (Commit& commit : std::exchange(commits_, {})) {
      const auto at = entries_.find(commit.id);
      if (at != entries_.end() && now - at->second.since > limits_.commit_within) {
        committed(commit.id, Errc::unavailable);
      } else {
        due.push_back(std::move(commit));
      }
    }
  }
  return due;
}

std::vector<SendTable::Answer> SendTable::take_answers() {
  return std::exchange(answers_, {});
}

}  // namespace plumbline::serve
