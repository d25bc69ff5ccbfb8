#include "store/memory_user_store.h"

#include <algorithm>

#include "plumbline/base/ids.h"

namespace plumbline::serve {
namespace {

Result<UserPtr> found_or(UserPtr user) {
  return user ? Result<UserPtr>{std::move(user)} : Result<UserPtr>{Error{Errc::not_found, "no such user"}};
}

}  // namespace

UserPtr UserTable::insert(User user) {
  auto kept = std::make_shared<const User>(std::move(user));
  by_id_[kept->id] = kept;
  all_.push_back({kept, to_lower_ascii(kept->first_name + ' ' + kept->last_name + '\n' + kept->last_name + '\n' +
                                       kept->username)});
  return kept;
}

Result<UserPtr> UserTable::add(User user) {
  const std::string name = to_lower_ascii(user.username);
  const std::string email = to_lower_ascii(user.email);
  if (by_login_.contains(name) || (!email.empty() && by_login_.contains(email)) || by_id_.contains(user.id)) {
    return Error{Errc::conflict, "user name or e-mail taken"};
  }
  UserPtr kept = insert(std::move(user));
  by_login_[name] = kept;
  if (!email.empty()) {
    by_login_[email] = kept;
  }
  return kept;
}

UserPtr UserTable::ensure(Uuid id, const std::string& username) {
  if (const auto found = by_id_.find(id); found != by_id_.end()) {
    return found->second;
  }
  User user;
  user.id = id;
  user.username = username;
  user.first_name = username;
  return insert(std::move(user));
}

UserPtr UserTable::find(Uuid id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

UserPtr UserTable::find_login(const std::string& name) const {
  const auto found = by_login_.find(to_lower_ascii(name));
  return found == by_login_.end() ? nullptr : found->second;
}

std::vector<UserPtr> UserTable::search(const std::string& term, std::size_t limit) const {
  const std::string wanted = to_lower_ascii(term);
  std::vector<UserPtr> hits;
  for (const Entry& entry : all_) {
    if (hits.size() == limit) {
      break;
    }
    const std::size_t last_name = entry.names.find('\n') + 1;
    const std::size_t username = entry.names.find('\n', last_name) + 1;
    const std::string_view names = entry.names;
    if (names.substr(0, last_name - 1).find(wanted) != std::string_view::npos ||
        names.substr(last_name).starts_with(wanted) || names.substr(username).find(wanted) != std::string_view::npos) {
      hits.push_back(entry.user);
    }
  }
  return hits;
}

void MemoryUserStore::add(User user, Done<UserPtr> done) {
  partitions_.ask<Result<UserPtr>>(
      shard_, kDirectoryShard, [user = std::move(user)](UserTable& here) mutable { return here.add(std::move(user)); },
      std::move(done));
}

void MemoryUserStore::ensure(Uuid id, std::string username, Done<UserPtr> done) {
  partitions_.ask<Result<UserPtr>>(
      shard_, kDirectoryShard,
      [id, username = std::move(username)](UserTable& here) { return Result<UserPtr>{here.ensure(id, username)}; },
      std::move(done));
}

void MemoryUserStore::find(Uuid id, Done<UserPtr> done) {
  partitions_.ask<Result<UserPtr>>(
      shard_, kDirectoryShard, [id](UserTable& here) { return found_or(here.find(id)); }, std::move(done));
}

void MemoryUserStore::find_login(std::string name, Done<UserPtr> done) {
  partitions_.ask<Result<UserPtr>>(
      shard_, kDirectoryShard, [name = std::move(name)](UserTable& here) { return found_or(here.find_login(name)); },
      std::move(done));
}

void MemoryUserStore::missing(std::vector<Uuid> ids, Done<std::vector<Uuid>> done) {
  partitions_.ask<Result<std::vector<Uuid>>>(
      shard_, kDirectoryShard,
      [ids = std::move(ids)](UserTable& here) mutable {
        std::erase_if(ids, [&here](Uuid id) { return here.find(id) != nullptr; });
        return Result<std::vector<Uuid>>{std::move(ids)};
      },
      std::move(done));
}

void MemoryUserStore::search(std::string term, std::size_t limit, Done<std::vector<UserPtr>> done) {
  partitions_.ask<Result<std::vector<UserPtr>>>(
      shard_, kDirectoryShard,
      [term = std::move(term), limit](UserTable& here) {
        return Result<std::vector<UserPtr>>{here.search(term, limit)};
      },
      std::move(done));
}

}  // namespace plumbline::serve
