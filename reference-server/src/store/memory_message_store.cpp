#include "store/memory_message_store.h"

#include <iterator>

#include "store/reading_order.h"

namespace plumbline::serve {
namespace {

template <class T>
std::vector<T> joined(std::vector<std::vector<T>> parts) {
  std::vector<T> all = std::move(parts.front());
  for (std::size_t i = 1; i < parts.size(); ++i) {
    std::move(parts[i].begin(), parts[i].end(), std::back_inserter(all));
  }
  return all;
}

}  // namespace

void MemoryMessageStore::append(MessagePtr message, Done<void> done) {
  const std::size_t at = owner(message->conversation->key);
  partitions_.ask<Result<void>>(
      shard_, at, [message = std::move(message)](MemoryConversations& here) { return here.append(message); },
      std::move(done));
}

void MemoryMessageStore::sequence_of(const ConversationKey& conversation, Uuid message, Done<std::uint64_t> done) {
  partitions_.ask<Result<std::uint64_t>>(
      shard_, owner(conversation),
      [conversation, message](MemoryConversations& here) {
        return Result<std::uint64_t>{here.sequence_of(conversation, message)};
      },
      std::move(done));
}

void MemoryMessageStore::history(const HistoryQuery& query, Done<HistoryPage> done) {
  partitions_.ask<Result<HistoryPage>>(
      shard_, owner(query.conversation),
      [query](MemoryConversations& here) { return Result<HistoryPage>{here.history(query)}; }, std::move(done));
}

void MemoryMessageStore::mark_read(const ReadMark& mark, Done<ReadOutcome> done) {
  partitions_.ask<Result<ReadOutcome>>(
      shard_, owner(mark.conversation), [mark](MemoryConversations& here) { return here.mark_read(mark); },
      std::move(done));
}

void MemoryMessageStore::mark_delivered(std::vector<ReadMark> marks, Done<void> done) {
  std::vector<std::vector<ReadMark>> by_owner(partitions_.size());
  for (const ReadMark& mark : marks) {
    by_owner[owner(mark.conversation)].push_back(mark);
  }
  for (std::size_t at = 0; at < by_owner.size(); ++at) {
    if (!by_owner[at].empty()) {
      partitions_.tell(shard_, at, [mine = std::move(by_owner[at])](MemoryConversations& here) {
        for (const ReadMark& mark : mine) {
          here.mark_delivered(mark);
        }
      });
    }
  }
  done({});  // what is asked after this, from here or by whoever hears of it, finds the marks: posts keep their order
}

void MemoryMessageStore::undelivered(Uuid user, std::vector<SeenUpTo> seen, Done<std::vector<MessagePtr>> done) {
  partitions_.ask_all<std::vector<MessagePtr>>(
      shard_, [user, seen = std::move(seen)](MemoryConversations& here) { return here.undelivered(user, seen); },
      [done = std::move(done)](std::vector<std::vector<MessagePtr>> parts) {
        std::vector<MessagePtr> all = joined(std::move(parts));
        sort_for_reader(all);
        done(std::move(all));
      });
}

void MemoryMessageStore::unread(Uuid user, Done<std::uint64_t> done) {
  partitions_.ask_all<std::uint64_t>(
      shard_, [user](MemoryConversations& here) { return here.unread(user); },
      [done = std::move(done)](const std::vector<std::uint64_t>& parts) {
        std::uint64_t total = 0;
        for (const std::uint64_t part : parts) {
          total += part;
        }
        done(total);
      });
}

void MemoryConversationStore::find(const ConversationKey& key, Done<ConversationPtr> done) {
  partitions_.ask<Result<ConversationPtr>>(
      shard_, owner_shard(key, partitions_.size()),
      [key](MemoryConversations& here) {
        ConversationPtr found = here.find(key);
        return found ? Result<ConversationPtr>{std::move(found)}
                     : Result<ConversationPtr>{Error{Errc::not_found, "no such conversation"}};
      },
      std::move(done));
}

void MemoryConversationStore::open(Conversation conversation, Done<ConversationPtr> done) {
  const std::size_t at = owner_shard(conversation.key, partitions_.size());
  partitions_.ask<Result<ConversationPtr>>(
      shard_, at,
      [conversation = std::move(conversation)](MemoryConversations& here) mutable {
        return Result<ConversationPtr>{here.open(std::move(conversation))};
      },
      std::move(done));
}

void MemoryConversationStore::of_user(Uuid user, Done<std::vector<ConversationSummary>> done) {
  partitions_.ask_all<std::vector<ConversationSummary>>(
      shard_, [user](MemoryConversations& here) { return here.of_user(user); },
      [done = std::move(done)](std::vector<std::vector<ConversationSummary>> parts) {
        done(joined(std::move(parts)));
      });
}

}  // namespace plumbline::serve
