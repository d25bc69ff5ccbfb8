// Log-in families in memory, all on shard 0. Stage: store.
#pragma once

#include <string>
#include <unordered_map>

#include "store/owner_shard.h"
#include "store/partitions.h"
#include "store/session_store.h"

namespace plumbline::serve {

class SessionTable {
 public:
  SessionTable();
  [[nodiscard]] LogIn open(Uuid user, Time now);
  [[nodiscard]] RefreshOutcome refresh(const std::string& token, Time now);
  [[nodiscard]] bool revoke(Uuid family);
  [[nodiscard]] std::size_t size() const { return families_.size(); }

 private:
  struct Spent {
    std::string successor;
    Time at;
  };
  struct Family {
    Uuid user;
    std::string current;
    Time current_expires;
    std::unordered_map<std::string, Spent> spent;  // all before `current`
  };
  void forget_expired(Time now);
  [[nodiscard]] static std::string new_token(Uuid family);

  std::unordered_map<Uuid, Family> families_;
  Rng rng_;
  Time next_sweep_{};
};

class MemorySessionStore final : public SessionStore {
 public:
  MemorySessionStore(Partitions<SessionTable>& partitions, std::size_t shard, const Clock& clock)
      : partitions_(partitions), shard_(shard), clock_(clock) {}
  void open(Uuid user, Done<LogIn> done) override;
  void refresh(std::string token, Done<RefreshOutcome> done) override;
  void revoke(Uuid family, Done<void> done) override;

 private:
  Partitions<SessionTable>& partitions_;
  std::size_t shard_;
  const Clock& clock_;
};

}  // namespace plumbline::serve
