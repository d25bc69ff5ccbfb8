// Port: what the authority knows of messages that may not be in it yet, and how far a reader is. Stage: store.
#pragma once

#include <vector>

#include "service/done.h"
#include "service/message.h"

namespace plumbline::serve {

struct ReaderPlace {
  bool stored{false};
  bool delivered{false};  // the user's delivery mark is at or beyond it
  bool read{false};       // the user's read mark is at or beyond it
};

// One instance per shard, called and answering there.
class ReaderPlaces {
 public:
  virtual ~ReaderPlaces() = default;
  // One answer per message, in the same order, all as of one moment.
  virtual void of(Uuid user, const std::vector<MessagePtr>& messages, Done<std::vector<ReaderPlace>> done) = 0;
};

}  // namespace plumbline::serve
