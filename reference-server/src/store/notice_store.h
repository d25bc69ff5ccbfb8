// Port: friend events that no device of their user has got yet. Stage: store.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "service/done.h"
#include "service/uuid.h"

namespace plumbline::serve {

struct KeptNotice {
  std::uint64_t id{0};  // ascending per user
  std::string event;
  std::string payload;  // JSON object text
};

// One instance per shard, called and answering there.
class NoticeStore {
 public:
  virtual ~NoticeStore() = default;
  // Keeps it until removed and answers its id. Beyond kMaxNotices of one user the oldest go.
  virtual void keep(Uuid user, std::string event, std::string payload, Done<std::uint64_t> done) = 0;
  virtual void pending(Uuid user, Done<std::vector<KeptNotice>> done) = 0;  // oldest first
  virtual void remove(Uuid user, std::uint64_t id) = 0;
};

inline constexpr std::size_t kMaxNotices = 1'000;

}  // namespace plumbline::serve
