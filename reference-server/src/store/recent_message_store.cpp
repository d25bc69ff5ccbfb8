#include "store/recent_message_store.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "store/owner_shard.h"
#include "store/reading_order.h"

namespace plumbline::serve {
namespace {

constexpr int kCountAttempts = 3;

bool numbered_below(const HistoryRow& a, const HistoryRow& b) {
  return a.message->sequence < b.message->sequence;
}

// The store's rows win: they know who read what, and under which number a renumbered message is.
HistoryPage completed(HistoryPage page, const std::vector<MessagePtr>& recent, std::size_t limit) {
  std::unordered_set<Uuid> ids;
  std::unordered_set<std::uint64_t> numbers;
  for (const HistoryRow& row : page.rows) {
    ids.insert(row.message->id);
    numbers.insert(row.message->sequence);
  }
  // Below a cut-off page begins the next one.
  const std::uint64_t from = page.has_more && !page.rows.empty() ? page.rows.front().message->sequence : 0;
  for (const MessagePtr& message : recent) {
    if (message->sequence > from && !ids.contains(message->id) && !numbers.contains(message->sequence)) {
      page.rows.push_back({message, 0, 0});
    }
  }
  std::sort(page.rows.begin(), page.rows.end(), numbered_below);
  if (page.rows.size() > limit) {
    page.rows.erase(page.rows.begin(), page.rows.end() - static_cast<std::ptrdiff_t>(limit));
    page.has_more = true;
  }
  return page;
}

// Whole: as many as asked for or back to the first message, none missing in between.
bool whole(const std::vector<MessagePtr>& recent, const HistoryQuery& query) {
  if (recent.empty() || (query.before != 0 && recent.back()->sequence + 1 < query.before)) {
    return false;
  }
  for (std::size_t i = 1; i < recent.size(); ++i) {
    if (recent[i]->previous > recent[i - 1]->sequence) {
      return false;
    }
  }
  return recent.size() == query.limit || recent.front()->sequence == 1;
}

HistoryPage stale_page(const std::vector<MessagePtr>& recent) {
  HistoryPage page;
  for (const MessagePtr& message : recent) {
    page.rows.push_back({message, 0, 0});
  }
  page.has_more = recent.front()->sequence > 1;
  page.stale = true;
  return page;
}

std::uint64_t unread_among(const std::vector<MessagePtr>& waiting, const std::vector<ReaderPlace>& places, Uuid user) {
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < waiting.size(); ++i) {
    count += !places[i].stored && !places[i].read && waiting[i]->sender != user ? 1U : 0U;
  }
  return count;
}

bool same_stored(const std::vector<ReaderPlace>& a, const std::vector<ReaderPlace>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const ReaderPlace& x, const ReaderPlace& y) { return x.stored == y.stored; });
}

}  // namespace

// What is remembered is looked at first: whatever is stored and forgotten after that, the store's answer has.
void RecentMessageStore::history(const HistoryQuery& query, Done<HistoryPage> done) {
  recent_.ask<std::vector<MessagePtr>>(
      shard_, owner_shard(query.conversation, recent_.size()),
      [query](RecentMessages& here) { return here.newest_of(query); },
      [this, query, done = std::move(done)](std::vector<MessagePtr> recent) {
        inner_.history(query, [query, recent = std::move(recent), done](Result<HistoryPage> page) {
          if (page.has_value()) {
            done(completed(std::move(page.value()), recent, query.limit));
          } else if (page.error().code == Errc::unavailable && whole(recent, query)) {
            done(stale_page(recent));
          } else {
            done(page.error());
          }
        });
      });
}

// A message that is both on its way and stored is under the same number in both, but for the moment in which two
// attempts at it are in the log: then the store has the last word.
void RecentMessageStore::sequence_of(const ConversationKey& conversation, Uuid message, Done<std::uint64_t> done) {
  const auto look = [message](RecentMessages& here) {
    return here.sequence_of(message);
  };
  const std::size_t owner = owner_shard(conversation, recent_.size());
  recent_.ask<std::uint64_t>(
      shard_, owner, look,
      [this, owner, look, conversation, message, done = std::move(done)](std::uint64_t remembered) {
        if (remembered != 0) {
          done(remembered);
          return;
        }
        inner_.sequence_of(conversation, message, [this, owner, look, done](const Result<std::uint64_t>& stored) {
          if (stored.has_value() && stored.value() != 0) {
            done(stored);
            return;
          }
          // It may have come while the store was asked.
          recent_.ask<std::uint64_t>(shard_, owner, look, [stored, done](std::uint64_t now) {
            done(now != 0 ? Result<std::uint64_t>{now} : stored);
          });
        });
      });
}

void RecentMessageStore::stored_sequence_of(const ConversationKey& conversation, Uuid message, std::uint64_t up_to,
                                            Done<std::uint64_t> done) {
  when_stored(conversation, up_to, clock_.now() + kStoreWait, [this, conversation, message, done = std::move(done)] {
    inner_.sequence_of(conversation, message, done);
  });
}

void RecentMessageStore::mark_read(const ReadMark& mark, Done<ReadOutcome> done) {
  when_stored(mark.conversation, mark.up_to, clock_.now() + kReadMarkWait,
              [this, mark, done = std::move(done)] { inner_.mark_read(mark, done); });
}

void RecentMessageStore::when_stored(const ConversationKey& conversation, std::uint64_t up_to, Time deadline,
                                     std::function<void()> then) {
  const std::size_t owner = owner_shard(conversation, recent_.size());
  // Emptied when it goes home, so that what `then` owns is released there.
  auto carried = std::make_shared<std::function<void()>>(std::move(then));
  recent_.tell(shard_, owner,
               [this, conversation, up_to, owner, deadline, carried = std::move(carried)](RecentMessages& there) {
                 there.when_stored(conversation, up_to, deadline, [this, owner, carried] {
                   recent_.tell(owner, shard_, [ask = std::exchange(*carried, nullptr)](RecentMessages&) { ask(); });
                 });
               });
}

void RecentMessageStore::unstored_of(Uuid user, std::function<void(std::vector<MessagePtr>)> done) {
  recent_.ask_all<std::vector<MessagePtr>>(
      shard_, [user](RecentMessages& here) { return here.unstored_of(user); },
      [done = std::move(done)](std::vector<std::vector<MessagePtr>> parts) {
        std::vector<MessagePtr> all = std::move(parts.front());
        for (std::size_t i = 1; i < parts.size(); ++i) {
          all.insert(all.end(), parts[i].begin(), parts[i].end());
        }
        done(std::move(all));
      });
}

void RecentMessageStore::undelivered(Uuid user, std::vector<SeenUpTo> seen, Done<std::vector<MessagePtr>> done) {
  unstored_of(user, [this, user, seen = std::move(seen), done = std::move(done)](std::vector<MessagePtr> waiting) {
    inner_.undelivered(user, seen,
                       [this, user, seen, waiting = std::move(waiting), done](Result<std::vector<MessagePtr>> stored) {
                         if (stored.has_error() || waiting.empty()) {
                           done(std::move(stored));
                         } else {
                           complete_undelivered(user, seen, waiting, std::move(stored.value()), done);
                         }
                       });
  });
}

// What is not among the store's is not stored yet or, where the device did not say what it has seen, delivered already,
// possibly by another instance.
void RecentMessageStore::complete_undelivered(Uuid user, const std::vector<SeenUpTo>& seen,
                                              const std::vector<MessagePtr>& waiting, std::vector<MessagePtr> all,
                                              Done<std::vector<MessagePtr>> done) {
  std::unordered_map<ConversationKey, std::uint64_t> seen_to;
  for (const SeenUpTo& each : seen) {
    seen_to[each.conversation] = each.sequence;
  }
  std::unordered_set<Uuid> ids;
  for (const MessagePtr& message : all) {
    ids.insert(message->id);
  }
  std::vector<MessagePtr> unsure;
  for (const MessagePtr& message : waiting) {
    const auto own = seen_to.find(message->conversation->key);
    if (!ids.insert(message->id).second) {
      continue;
    }
    if (own == seen_to.end()) {
      unsure.push_back(message);
    } else if (message->sequence > own->second) {
      all.push_back(message);
    }
  }
  if (unsure.empty()) {
    sort_for_reader(all);
    done(std::move(all));
    return;
  }
  places_.of(
      user, unsure,
      [unsure, all = std::move(all), done = std::move(done)](const Result<std::vector<ReaderPlace>>& places) mutable {
        if (places.has_error()) {
          done(places.error());
          return;
        }
        for (std::size_t i = 0; i < unsure.size(); ++i) {
          if (!places.value()[i].delivered) {
            all.push_back(unsure[i]);
          }
        }
        sort_for_reader(all);
        done(std::move(all));
      });
}

void RecentMessageStore::unread(Uuid user, Done<std::uint64_t> done) {
  count_unread(user, kCountAttempts, std::move(done));
}

// The store's count and the number of those it does not have are taken at different moments. Nothing was stored in
// between when the same ones are missing before and after.
void RecentMessageStore::count_unread(Uuid user, int attempts, Done<std::uint64_t> done) {
  unstored_of(user, [this, user, attempts, done = std::move(done)](const std::vector<MessagePtr>& waiting) {
    if (waiting.empty()) {
      inner_.unread(user, done);
      return;
    }
    places_.of(user, waiting, [this, user, attempts, waiting, done](Result<std::vector<ReaderPlace>> places) {
      if (places.has_error()) {
        done(places.error());
      } else {
        recount(user, attempts, waiting, std::move(places.value()), done);
      }
    });
  });
}

void RecentMessageStore::recount(Uuid user, int attempts, std::vector<MessagePtr> waiting,
                                 std::vector<ReaderPlace> places, Done<std::uint64_t> done) {
  inner_.unread(user, [this, user, attempts, waiting = std::move(waiting), places = std::move(places),
                       done = std::move(done)](const Result<std::uint64_t>& stored) {
    if (stored.has_error()) {
      done(stored.error());
      return;
    }
    const std::uint64_t total = stored.value() + unread_among(waiting, places, user);
    if (std::all_of(places.begin(), places.end(), [](const ReaderPlace& place) { return place.stored; })) {
      done(stored.value());
      return;
    }
    places_.of(user, waiting, [this, user, attempts, places, total, done](const Result<std::vector<ReaderPlace>>& now) {
      if (now.has_value() && !same_stored(places, now.value()) && attempts > 1) {
        count_unread(user, attempts - 1, done);
      } else {
        done(total);
      }
    });
  });
}

}  // namespace plumbline::serve
