// Users in memory, all on shard 0: they are asked for at first contacts, log-ins and searches, not per message.
// Stage: store.
#pragma once

#include <unordered_map>

#include "store/owner_shard.h"
#include "store/partitions.h"
#include "store/user_store.h"

namespace plumbline::serve {

class UserTable {
 public:
  Result<UserPtr> add(User user);
  UserPtr ensure(Uuid id, const std::string& username);
  [[nodiscard]] UserPtr find(Uuid id) const;
  [[nodiscard]] UserPtr find_login(const std::string& name) const;
  [[nodiscard]] std::vector<UserPtr> search(const std::string& term, std::size_t limit) const;

 private:
  struct Entry {
    UserPtr user;
    std::string names;  // lower case "first last\nlast\nusername": what search looks at
  };
  UserPtr insert(User user);

  std::unordered_map<Uuid, UserPtr> by_id_;
  std::unordered_map<std::string, UserPtr> by_login_;  // lower case
  std::vector<Entry> all_;                             // in order of creation
};

class MemoryUserStore final : public UserStore {
 public:
  MemoryUserStore(Partitions<UserTable>& partitions, std::size_t shard) : partitions_(partitions), shard_(shard) {}

  void add(User user, Done<UserPtr> done) override;
  void ensure(Uuid id, std::string username, Done<UserPtr> done) override;
  void find(Uuid id, Done<UserPtr> done) override;
  void find_login(std::string name, Done<UserPtr> done) override;
  void missing(std::vector<Uuid> ids, Done<std::vector<Uuid>> done) override;
  void search(std::string term, std::size_t limit, Done<std::vector<UserPtr>> done) override;

 private:
  Partitions<UserTable>& partitions_;
  std::size_t shard_;
};

}  // namespace plumbline::serve
