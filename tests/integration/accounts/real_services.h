// One PostgreSQL database with the schema and one Redis for all tests of a binary, emptied for each.
#pragma once

#include <string>

#include "integration/real/private_postgres.h"
#include "integration/real/private_redis.h"
#include "store/postgres/migrate.h"

namespace plumbline::serve {

// Without data of an earlier test.
[[nodiscard]] inline const std::string& clean_database() {
  static const std::string uri = [] {
    std::string made = real::PrivatePostgres::shared().create_database();
    migrate(made);
    return made;
  }();
  real::execute_sql(uri,
                    "TRUNCATE users, user_logins, login_families, spent_tokens, ended_families, friendships, "
                    "kept_notices, idempotency");
  return uri;
}

[[nodiscard]] inline real::PrivateRedis& clean_redis() {
  static real::PrivateRedis redis;
  (void)redis.ask(0, {"FLUSHALL"});
  return redis;
}

}  // namespace plumbline::serve
