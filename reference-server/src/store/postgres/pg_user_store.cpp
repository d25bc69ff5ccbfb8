#include "store/postgres/pg_user_store.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "plumbline/base/ids.h"
#include "store/postgres/pg_text.h"

namespace plumbline::serve {
namespace {

// Both rows appear or none: a name or e-mail that is taken undoes the user.
constexpr PgStatement kAddUser{"user_add", R"sql(
  WITH made AS (
    INSERT INTO users (user_id, username, email, first_name, last_name, password_hash)
    VALUES ($1::uuid, $2, $3, $4, $5, $6) RETURNING user_id)
  INSERT INTO user_logins (login, user_id) SELECT DISTINCT login, user_id FROM made, unnest($7::text[]) AS login)sql"};

constexpr PgStatement kEnsureUser{"user_ensure", R"sql(
  WITH made AS (
    INSERT INTO users (user_id, username, first_name) VALUES ($1::uuid, $2, $2)
    ON CONFLICT (user_id) DO NOTHING
    RETURNING user_id, username, email, first_name, last_name, password_hash)
  SELECT * FROM made
  UNION ALL
  SELECT user_id, username, email, first_name, last_name, password_hash FROM users WHERE user_id = $1::uuid)sql"};

constexpr PgStatement kFindUser{"user_find", R"sql(
  SELECT user_id, username, email, first_name, last_name, password_hash FROM users WHERE user_id = $1::uuid)sql"};

constexpr PgStatement kFindLogin{"user_find_login", R"sql(
  SELECT user_id, username, email, first_name, last_name, password_hash
  FROM user_logins JOIN users USING (user_id) WHERE login = $1)sql"};

constexpr PgStatement kKnownUsers{"users_known", R"sql(
  SELECT user_id FROM users WHERE user_id = ANY($1::uuid[]))sql"};

constexpr PgStatement kSearchUsers{"users_search", R"sql(
  SELECT user_id, username, email, first_name, last_name, password_hash FROM users
  WHERE position($1 IN lower_full) > 0 OR starts_with(lower_last, $1) OR position($1 IN lower_name) > 0
  ORDER BY created LIMIT $2::bigint)sql"};

UserPtr user_of(const PgRows& rows, std::size_t row) {
  auto user = std::make_shared<User>();
  user->id = Uuid::parse(rows.text(row, 0)).value_or(Uuid{});
  user->username = rows.text(row, 1);
  user->email = rows.text(row, 2);
  user->first_name = rows.text(row, 3);
  user->last_name = rows.text(row, 4);
  user->password_hash = rows.text(row, 5);
  return user;
}

}  // namespace

UserPtr PgUserStore::recall(Uuid id) {
  if (const auto found = recent_.find(id); found != recent_.end()) {
    return found->second;
  }
  const auto found = older_.find(id);
  if (found == older_.end()) {
    return nullptr;
  }
  UserPtr user = found->second;
  remember(user);
  return user;
}

void PgUserStore::remember(const UserPtr& user) {
  if (recent_.size() >= kRemembered) {
    older_ = std::exchange(recent_, {});
  }
  recent_[user->id] = user;
}

void PgUserStore::add(User user, Done<UserPtr> done) {
  for (std::string* text : {&user.username, &user.email, &user.first_name, &user.last_name}) {
    *text = pg_text(std::move(*text));
  }
  std::vector<std::string> logins{to_lower_ascii(user.username)};
  if (!user.email.empty()) {
    logins.push_back(to_lower_ascii(user.email));
  }
  std::vector<PgValue> params{user.id.text(), user.username,      user.email,      user.first_name,
                              user.last_name, user.password_hash, pg_array(logins)};
  auto kept = std::make_shared<const User>(std::move(user));
  session_.query(kAddUser, std::move(params), [this, kept, done = std::move(done)](const Result<PgRowsPtr>& rows) {
    if (rows.has_error()) {
      done(rows.error());
      return;
    }
    remember(kept);
    done(UserPtr{kept});
  });
}

void PgUserStore::ensure(Uuid id, std::string username, Done<UserPtr> done) {
  if (UserPtr known = recall(id)) {
    done(std::move(known));
    return;
  }
  session_.query(kEnsureUser, {id.text(), pg_text(std::move(username))},
                 [this, id, done = std::move(done)](const Result<PgRowsPtr>& rows) mutable {
                   if (rows.has_error()) {
                     done(rows.error());
                   } else if (rows.value()->size() == 0) {
                     // Somebody else made the same user while this statement ran; its view is from before that.
                     find(id, std::move(done));
                   } else {
                     UserPtr user = user_of(*rows.value(), 0);
                     remember(user);
                     done(std::move(user));
                   }
                 });
}

void PgUserStore::find(Uuid id, Done<UserPtr> done) {
  if (UserPtr known = recall(id)) {
    done(std::move(known));
    return;
  }
  find_one(kFindUser, id.text(), std::move(done));
}

void PgUserStore::find_login(std::string name, Done<UserPtr> done) {
  find_one(kFindLogin, pg_text(to_lower_ascii(name)), std::move(done));
}

void PgUserStore::find_one(const PgStatement& statement, std::string key, Done<UserPtr> done) {
  session_.query(statement, {std::move(key)}, [this, done = std::move(done)](const Result<PgRowsPtr>& rows) {
    if (rows.has_error()) {
      done(rows.error());
    } else if (rows.value()->size() == 0) {
      done(Error{Errc::not_found, "no such user"});
    } else {
      UserPtr user = user_of(*rows.value(), 0);
      remember(user);
      done(std::move(user));
    }
  });
}

void PgUserStore::missing(std::vector<Uuid> ids, Done<std::vector<Uuid>> done) {
  std::erase_if(ids, [this](Uuid id) { return recall(id) != nullptr; });
  if (ids.empty()) {
    done(std::move(ids));
    return;
  }
  std::vector<std::string> texts;
  texts.reserve(ids.size());
  for (const Uuid id : ids) {
    texts.push_back(id.text());
  }
  session_.query(kKnownUsers, {pg_array(texts)},
                 [ids = std::move(ids), done = std::move(done)](const Result<PgRowsPtr>& rows) mutable {
                   if (rows.has_error()) {
                     done(rows.error());
                     return;
                   }
                   std::unordered_set<Uuid> known;
                   for (std::size_t row = 0; row < rows.value()->size(); ++row) {
                     known.insert(Uuid::parse(rows.value()->text(row, 0)).value_or(Uuid{}));
                   }
                   std::erase_if(ids, [&known](Uuid id) { return known.contains(id); });
                   done(std::move(ids));
                 });
}

void PgUserStore::search(std::string term, std::size_t limit, Done<std::vector<UserPtr>> done) {
  session_.query(kSearchUsers, {pg_text(to_lower_ascii(term)), std::to_string(limit)},
                 [done = std::move(done)](const Result<PgRowsPtr>& rows) {
                   if (rows.has_error()) {
                     done(rows.error());
                     return;
                   }
                   std::vector<UserPtr> hits;
                   for (std::size_t row = 0; row < rows.value()->size(); ++row) {
                     hits.push_back(user_of(*rows.value(), row));
                   }
                   done(std::move(hits));
                 });
}

}  // namespace plumbline::serve
