// Port: hands out the sequence ids of each conversation. An allocator and a cache, never the authority: the store
// fences a counter that went back (decisions.md section 4). Stage: backplane.
#pragma once

#include <cstdint>

#include "service/done.h"
#include "service/uuid.h"

namespace plumbline::serve {

// One instance per shard, called and answering there.
class SequenceAllocator {
 public:
  virtual ~SequenceAllocator() = default;
  // 1, 2, 3, … per conversation, each once. A failure may burn a number, never repeat one.
  virtual void next(const ConversationKey& conversation, Done<std::uint64_t> done) = 0;
};

}  // namespace plumbline::serve
