// Port: remembers what a user's write with a client id was answered, so that a retry gets the same answer (DUR-2).
// Stage: backplane.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "service/done.h"
#include "service/uuid.h"

namespace plumbline::serve {

struct WriteKey {
  Uuid user;
  std::string operation;  // REST path: keys of different operations do not meet
  std::string client_id;  // 1 to 128 characters

  bool operator==(const WriteKey&) const = default;
};

struct WriteKeyHash {
  std::size_t operator()(const WriteKey& key) const noexcept {
    return std::hash<Uuid>{}(key.user) ^ (std::hash<std::string>{}(key.client_id) * 3) ^
           std::hash<std::string>{}(key.operation);
  }
};

struct WriteAnswer {
  unsigned status{0};
  std::string body;
};

// One instance per shard, called and answering there.
class Idempotency {
 public:
  virtual ~Idempotency() = default;
  // nullopt: this caller does the write and must settle it. An answer: it was done before. Callers that come while it
  // is being done wait for the outcome; after a failure the first of them gets the claim.
  virtual void claim(const WriteKey& key, Done<std::optional<WriteAnswer>> done) = 0;
  // nullopt: the write failed without effect, the key is free again.
  virtual void settle(const WriteKey& key, std::optional<WriteAnswer> answer) = 0;
};

}  // namespace plumbline::serve
