// Users in PostgreSQL, with a bounded memory of those seen lately: they are asked for with every first request.
// Stage: store.
#pragma once

#include <unordered_map>

#include "store/postgres/pg_session.h"
#include "store/user_store.h"

namespace plumbline::serve {

// Users are never changed or removed, so whoever is remembered needs no look: known users go on while PostgreSQL is
// away.
class PgUserStore final : public UserStore {
 public:
  static constexpr std::size_t kRemembered = 32'768;  // per generation; two are kept

  explicit PgUserStore(PgSession& session) : session_(session) {}

  void add(User user, Done<UserPtr> done) override;
  void ensure(Uuid id, std::string username, Done<UserPtr> done) override;
  void find(Uuid id, Done<UserPtr> done) override;
  void find_login(std::string name, Done<UserPtr> done) override;
  void missing(std::vector<Uuid> ids, Done<std::vector<Uuid>> done) override;
  void search(std::string term, std::size_t limit, Done<std::vector<UserPtr>> done) override;

 private:
  using Generation = std::unordered_map<Uuid, UserPtr>;

  [[nodiscard]] UserPtr recall(Uuid id);
  void remember(const UserPtr& user);
  void find_one(const PgStatement& statement, std::string key, Done<UserPtr> done);

  PgSession& session_;
  Generation recent_;
  Generation older_;
};

}  // namespace plumbline::serve
