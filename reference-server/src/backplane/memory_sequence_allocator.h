// Sequence ids from memory; each conversation is counted on the shard that owns it. Stage: backplane.
#pragma once

#include <unordered_map>

#include "backplane/sequence_allocator.h"
#include "store/partitions.h"

namespace plumbline::serve {

struct SequenceCounters {
  std::unordered_map<ConversationKey, std::uint64_t> last;
  unsigned given{0};  // for the mutant's period
};

class MemorySequenceAllocator final : public SequenceAllocator {
 public:
  MemorySequenceAllocator(Partitions<SequenceCounters>& partitions, std::size_t shard)
      : partitions_(partitions), shard_(shard) {}
  void next(const ConversationKey& conversation, Done<Allocation> done) override;

 private:
  Partitions<SequenceCounters>& partitions_;
  std::size_t shard_;
};

}  // namespace plumbline::serve
