// Port: hears of log-in families that ended early, on whichever instance that happened (decisions.md section 2, logout
// closes the family's sockets). Stage: store.
#pragma once

#include <functional>

#include "service/uuid.h"

namespace plumbline::serve {

// One per instance, on one shard's thread.
class FamilyWatch {
 public:
  using Ended = std::function<void(Uuid family)>;

  virtual ~FamilyWatch() = default;
  // From now on `ended` is called, there, once for each family that ended here or elsewhere: within a second of its
  // end while the store can be reached, and right away for those whose access tokens may still be unexpired.
  virtual void start(Ended ended) = 0;
  // Whether all that ended before start() were told: until then a token may be taken that was revoked elsewhere.
  [[nodiscard]] virtual bool caught_up() const = 0;
};

}  // namespace plumbline::serve
