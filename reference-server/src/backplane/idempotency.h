// Port: remembers what a user's write with a client id was answered, so that a retry gets the same answer (DUR-2).
// Stage: backplane.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "plumbline/base/clock.h"
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

// What is known of earlier attempts at a write that nobody has answered yet.
enum class Standing : std::uint8_t {
  first,   // there was none in the last day
  again,   // there was one, and nobody knows how far it came
  unsure,  // the ledger of all instances is away: only this one knows of none
};

struct WriteClaim {
  std::optional<WriteAnswer> answer;  // it was done before
  Standing standing{Standing::first};
  std::optional<Time> asked{};  // others take it over 10 s after this; absent: never
};

// One instance per shard, called and answering there.
class Idempotency {
 public:
  virtual ~Idempotency() = default;
  // Without an answer: this caller does the write and must settle or doubt it. Callers that come while it is being done
  // wait for the outcome; after a failure the first of them gets the claim.
  virtual void claim(const WriteKey& key, Done<WriteClaim> done) = 0;
  // nullopt: the write failed without effect, the key is free again. False: the claim is so old that somebody else may
  // have taken it over, so `answer` must not be given to anybody.
  virtual bool settle(const WriteKey& key, std::optional<WriteAnswer> answer) = 0;
  // Nobody knows whether the write was done: the key is free, and who claims it next is told Standing::again.
  virtual void doubt(const WriteKey& key) = 0;
};

}  // namespace plumbline::serve
