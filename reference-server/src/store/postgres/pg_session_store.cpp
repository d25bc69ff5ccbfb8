#include "store/postgres/pg_session_store.h"

#include <sodium.h>

#include <array>
#include <stdexcept>
#include <utility>
#include <vector>

namespace plumbline::serve {
namespace {

constexpr std::size_t kUuidText = 36;
constexpr std::chrono::minutes kForgetEvery{10};

constexpr PgStatement kOpenLogin{"login_open", R"sql(
  INSERT INTO login_families (family, user_id, current, expires_at)
  VALUES ($1::uuid, $2::uuid, $3::bytea, $4::bigint))sql"};

constexpr PgStatement kRefreshLogin{"login_refresh", R"sql(
  SELECT outcome, owner, used_salt
  FROM refresh_login($1::uuid, $2::bytea, $3::bytea, $4::bytea, $5::bigint, $6::bigint, $7::bigint))sql"};

constexpr PgStatement kEndLogin{"login_end", "SELECT end_family($1::uuid)"};

// A day late, so that a token just expired is still called that. Few at a time: nobody waits for it.
constexpr PgStatement kForgetLogins{"login_forget", R"sql(
  WITH stale AS (
    DELETE FROM login_families WHERE family IN (
      SELECT family FROM login_families WHERE expires_at < $1::bigint - 86400000 LIMIT 1000 FOR UPDATE SKIP LOCKED))
  DELETE FROM ended_families WHERE ended_at < clock_timestamp() - interval '1 day')sql"};

using Bytes = std::vector<unsigned char>;

Bytes bytes_of(std::string_view text) {
  return {text.begin(), text.end()};
}

std::string hex_of(const Bytes& bytes) {
  std::string out(bytes.size() * 2 + 1, '\0');
  sodium_bin2hex(out.data(), out.size(), bytes.data(), bytes.size());
  out.pop_back();
  return out;
}

std::string bytea(const Bytes& bytes) {
  return "\\x" + hex_of(bytes);
}

// Of bytea's text form, "\x…".
Bytes bytes_of_bytea(std::string_view text) {
  Bytes bytes(text.size() / 2);
  std::size_t got = 0;
  if (text.size() < 2 ||
      sodium_hex2bin(bytes.data(), bytes.size(), text.data() + 2, text.size() - 2, nullptr, &got, nullptr) != 0) {
    got = 0;
  }
  bytes.resize(got);
  return bytes;
}

Bytes digest_of_token(std::string_view token) {
  const Bytes text = bytes_of(token);
  Bytes digest(crypto_generichash_BYTES);
  crypto_generichash(digest.data(), digest.size(), text.data(), text.size(), nullptr, 0);
  return digest;
}

// Who has the database has the salt, but not the token; who has the token has not the salt.
std::string successor_of(std::string_view token, Uuid family, const Bytes& salt) {
  if (salt.size() != crypto_auth_KEYBYTES) {
    return {};
  }
  const Bytes text = bytes_of(token);
  Bytes secret(crypto_auth_BYTES);
  crypto_auth(secret.data(), text.data(), text.size(), salt.data());
  return family.text() + '.' + hex_of(secret);
}

std::int64_t unix_millis(const Clock& clock) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(clock.wall_now().time_since_epoch()).count();
}

std::int64_t millis(std::chrono::milliseconds span) {
  return span.count();
}

Refresh outcome_of(std::string_view name) {
  if (name == "rotated") {
    return Refresh::rotated;
  }
  if (name == "reused") {
    return Refresh::reused;
  }
  return name == "expired" ? Refresh::expired : Refresh::unknown;
}

}  // namespace

PgSessionStore::PgSessionStore(PgSession& session, const Clock& clock)
    : session_(session), clock_(clock), rng_(entropy_seed()) {
  if (sodium_init() < 0) {
    throw std::runtime_error("libsodium does not start");
  }
}

void PgSessionStore::open(Uuid user, Done<LogIn> done) {
  forget_expired();
  LogIn made{Uuid::random(rng_), user, {}};
  made.refresh_token = made.family.text() + '.' + hex_of(bytes_of(secure_bytes(crypto_auth_BYTES)));
  std::vector<PgValue> params{made.family.text(), user.text(), bytea(digest_of_token(made.refresh_token)),
                              std::to_string(unix_millis(clock_) + millis(kRefreshLife))};
  session_.query(kOpenLogin, std::move(params),
                 [made = std::move(made), done = std::move(done)](const Result<PgRowsPtr>& rows) {
                   done(rows.has_error() ? Result<LogIn>{rows.error()} : Result<LogIn>{made});
                 });
}

void PgSessionStore::refresh(std::string token, Done<RefreshOutcome> done) {
  const auto family = Uuid::parse(std::string_view{token}.substr(0, kUuidText));
  if (!family) {
    done(RefreshOutcome{});
    return;
  }
  const Bytes salt = bytes_of(secure_bytes(crypto_auth_KEYBYTES));
  std::vector<PgValue> params{family->text(),
                              bytea(digest_of_token(token)),
                              bytea(digest_of_token(successor_of(token, *family, salt))),
                              bytea(salt),
                              std::to_string(unix_millis(clock_)),
                              std::to_string(millis(kRefreshLife)),
                              std::to_string(millis(kRefreshGrace))};
  session_.query(kRefreshLogin, std::move(params),
                 [token = std::move(token), family = *family, done = std::move(done)](const Result<PgRowsPtr>& rows) {
                   if (rows.has_error()) {
                     done(rows.error());
                     return;
                   }
                   const PgRows& row = *rows.value();
                   RefreshOutcome outcome;
                   outcome.result = row.size() == 0 ? Refresh::unknown : outcome_of(row.text(0, 0));
                   if (outcome.result == Refresh::rotated || outcome.result == Refresh::reused) {
                     outcome.session = {family, Uuid::parse(row.text(0, 1)).value_or(Uuid{}), {}};
                   }
                   if (outcome.result == Refresh::rotated) {
                     outcome.session.refresh_token = successor_of(token, family, bytes_of_bytea(row.text(0, 2)));
                   }
                   done(std::move(outcome));
                 });
}

void PgSessionStore::revoke(Uuid family, Done<void> done) {
  session_.query(kEndLogin, {family.text()}, [done = std::move(done)](const Result<PgRowsPtr>& rows) {
    if (rows.has_error()) {
      done(rows.error());
    } else if (rows.value()->size() == 0 || !rows.value()->truth(0, 0)) {
      done(Error{Errc::not_found, "no such session"});
    } else {
      done({});
    }
  });
}

void PgSessionStore::forget_expired() {
  if (clock_.now() < next_sweep_) {
    return;
  }
  next_sweep_ = clock_.now() + kForgetEvery;
  session_.query(kForgetLogins, {std::to_string(unix_millis(clock_))}, [](const Result<PgRowsPtr>&) {});
}

}  // namespace plumbline::serve
