#include "store/memory_session_store.h"

#include <sodium.h>

#include "plumbline/base/random.h"

namespace plumbline::serve {
namespace {

constexpr std::size_t kSecretBytes = 32;

std::string hex(const std::string& bytes) {
  std::string out(bytes.size() * 2 + 1, '\0');
  sodium_bin2hex(out.data(), out.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  out.pop_back();
  return out;
}

}  // namespace

SessionTable::SessionTable() : rng_(entropy_seed()) {}

// `<family>.<secret>`: the family finds the entry, the secret proves the right to it.
std::string SessionTable::new_token(Uuid family) {
  return family.text() + '.' + hex(secure_bytes(kSecretBytes));
}

LogIn SessionTable::open(Uuid user, Time now) {
  forget_expired(now);
  const Uuid id = Uuid::random(rng_);
  Family& family = families_[id];
  family.user = user;
  family.current = new_token(id);
  family.current_expires = now + kRefreshLife;
  return {id, user, family.current};
}

RefreshOutcome SessionTable::refresh(const std::string& token, Time now) {
  const auto id = Uuid::parse(std::string_view{token}.substr(0, 36));
  const auto found = id ? families_.find(*id) : families_.end();
  if (found == families_.end()) {
    return {};
  }
  Family& family = found->second;
  if (token == family.current) {
    if (now >= family.current_expires) {
      families_.erase(found);
      return {Refresh::expired, {}};
    }
    family.current = new_token(found->first);
    family.current_expires = now + kRefreshLife;
    family.spent[token] = {family.current, now};
    return {Refresh::rotated, {found->first, family.user, family.current}};
  }
  const auto spent = family.spent.find(token);
  if (spent == family.spent.end()) {
    return {};
  }
  if (now - spent->second.at <= kRefreshGrace) {
    return {Refresh::rotated, {found->first, family.user, spent->second.successor}};
  }
  const RefreshOutcome reused{Refresh::reused, {found->first, family.user, {}}};
  families_.erase(found);
  return reused;
}

bool SessionTable::revoke(Uuid family) {
  return families_.erase(family) > 0;
}

void SessionTable::forget_expired(Time now) {
  if (now < next_sweep_) {
    return;
  }
  next_sweep_ = now + std::chrono::minutes{10};
  std::erase_if(families_, [now](const auto& entry) { return now >= entry.second.current_expires; });
}

void MemorySessionStore::open(Uuid user, Done<LogIn> done) {
  partitions_.ask<Result<LogIn>>(
      shard_, kDirectoryShard,
      [user, now = clock_.now()](SessionTable& here) { return Result<LogIn>{here.open(user, now)}; }, std::move(done));
}

void MemorySessionStore::refresh(std::string token, Done<RefreshOutcome> done) {
  partitions_.ask<Result<RefreshOutcome>>(
      shard_, kDirectoryShard,
      [token = std::move(token), now = clock_.now()](SessionTable& here) {
        return Result<RefreshOutcome>{here.refresh(token, now)};
      },
      std::move(done));
}

void MemorySessionStore::revoke(Uuid family, Done<void> done) {
  partitions_.ask<Result<void>>(
      shard_, kDirectoryShard,
      [family](SessionTable& here) {
        return here.revoke(family) ? Result<void>{} : Result<void>{Error{Errc::not_found, "no such session"}};
      },
      std::move(done));
}

}  // namespace plumbline::serve
