#include "backplane/memory_sequence_allocator.h"

#include "mutant/mutant.h"
#include "mutant/period.h"

namespace plumbline::serve {

void MemorySequenceAllocator::next(const ConversationKey& conversation, Done<Allocation> done) {
  partitions_.ask<Result<Allocation>>(
      shard_, partitions_.owner(std::hash<ConversationKey>{}(conversation)),
      [conversation](SequenceCounters& here) {
        std::uint64_t& last = here.last[conversation];
        if (active(Mutant::reused_sequence) && last > 0 && every_period(here.given)) {
          return Result<Allocation>{Allocation{.sequence = last}};
        }
        return Result<Allocation>{Allocation{.sequence = ++last}};
      },
      std::move(done));
}

}  // namespace plumbline::serve
