// Port: hands out the sequence ids of each conversation. An allocator and a cache, never the authority: the store
// fences a counter that went back (decisions.md section 4). Stage: backplane.
#pragma once

#include <cstdint>

#include "service/done.h"
#include "service/uuid.h"

namespace plumbline::serve {

struct Allocation {
  std::uint64_t sequence{0};
  std::int64_t epoch{0};      // of the fence; never falls while the sequence rises. 0: no fence needed
  bool first_of_block{true};  // false: sequence - 1 was given out before; true: numbers before it may be burned
};

// One instance per shard, called and answering there.
class SequenceAllocator {
 public:
  virtual ~SequenceAllocator() = default;
  // 1, 2, 3, … per conversation, each once. A failure may burn a number, never repeat one.
  virtual void next(const ConversationKey& conversation, Done<Allocation> done) = 0;
};

}  // namespace plumbline::serve
