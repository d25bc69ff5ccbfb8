#include "auth/auth_service.h"

#include <sodium.h>

#include <utility>

#include "auth/token.h"
#include "service/at_home.h"

namespace plumbline::serve {
namespace {

constexpr Error kBusy{Errc::unavailable, "too many log-ins at this moment"};
constexpr Error kRefused{Errc::unauthorized, "INVALID_CREDENTIALS"};

// Empty when memory is short.
std::string hash_password(const std::string& password) {
  std::string hash(crypto_pwhash_STRBYTES, '\0');
  if (crypto_pwhash_str(hash.data(), password.data(), password.size(), crypto_pwhash_OPSLIMIT_INTERACTIVE,
                        crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0) {
    return {};
  }
  hash.resize(hash.find('\0'));
  return hash;
}

// Checked when there is no such user, so that the answer takes as long as for a wrong password.
const std::string& nobodys_hash() {
  static const std::string hash = hash_password("nobody has this password");
  return hash;
}

bool password_fits(const std::string& hash, const std::string& password) {
  const std::string& compared = hash.empty() ? nobodys_hash() : hash;
  const bool fits = crypto_pwhash_str_verify(compared.c_str(), password.data(), password.size()) == 0;
  return fits && !hash.empty();
}

}  // namespace

AuthService::AuthService(Ports ports) : ports_(std::move(ports)), rng_(entropy_seed()) {}

template <class T>
void AuthService::on_pool(std::function<Result<T>()> work, Done<T> done) {
  // The task owns the way home; this side keeps only what it needs when the task is not taken.
  auto carried = std::make_shared<Done<T>>(std::move(done));
  const bool taken = ports_.blocking.try_run([this, work = std::move(work), carried] {
    at_home<T>(ports_.shards, ports_.shard, std::exchange(*carried, nullptr))(work());
  });
  if (!taken) {
    (*carried)(kBusy);
  }
}

void AuthService::add_user(User user, std::string password, Done<UserPtr> done) {
  on_pool<std::string>([password = std::move(password)] { return Result<std::string>{hash_password(password)}; },
                       [this, user = std::move(user), done = std::move(done)](Result<std::string> hash) mutable {
                         if (hash.has_error() || hash.value().empty()) {
                           done(kBusy);
                           return;
                         }
                         user.id = Uuid::random(rng_);
                         user.password_hash = std::move(hash.value());
                         ports_.users.add(std::move(user), std::move(done));
                       });
}

void AuthService::log_in(std::string name, std::string password, Done<LoggedIn> done) {
  ports_.users.find_login(std::move(name),
                          [this, password = std::move(password), done = std::move(done)](const Result<UserPtr>& found) {
                            const UserPtr user = found.has_value() ? found.value() : nullptr;
                            const std::string hash = user ? user->password_hash : std::string{};
                            on_pool<bool>([hash, password] { return Result<bool>{password_fits(hash, password)}; },
                                          [this, user, done](Result<bool> fits) {
                                            if (fits.has_error()) {
                                              done(fits.error());
                                            } else if (!fits.value() || user == nullptr) {
                                              done(kRefused);
                                            } else {
                                              ports_.sessions.open(user->id, [this, user, done](Result<LogIn> session) {
                                                if (session.has_error()) {
                                                  done(session.error());
                                                  return;
                                                }
                                                issue(user, std::move(session.value()), done);
                                              });
                                            }
                                          });
                          });
}

void AuthService::issue(UserPtr user, LogIn session, Done<LoggedIn> done) {
  Identity identity{user->id, session.family, 0, user->username};
  on_pool<std::string>([identity = std::move(identity), id = Uuid::random(rng_), now = ports_.clock.wall_now(),
                        &keys = ports_.keys] { return sign_access_token(identity, id, now, keys.private_pem); },
                       [user = std::move(user), session = std::move(session),
                        done = std::move(done)](const Result<std::string>& outcome) {
                         if (outcome.has_error()) {
                           done(kBusy);
                           return;
                         }
                         done(LoggedIn{user, outcome.value(), session.refresh_token});
                       });
}

void AuthService::refresh(std::string refresh_token, Done<LoggedIn> done) {
  ports_.sessions.refresh(std::move(refresh_token), [this, done = std::move(done)](Result<RefreshOutcome> outcome) {
    if (outcome.has_error()) {
      done(outcome.error());
      return;
    }
    if (outcome.value().result == Refresh::reused) {
      ports_.end_family(outcome.value().session.family);
    }
    if (outcome.value().result != Refresh::rotated) {
      done(Error{Errc::unauthorized, outcome.value().result == Refresh::expired ? kTokenExpired : kInvalidToken});
      return;
    }
    const LogIn session = outcome.value().session;
    ports_.users.find(session.user, [this, session, done](Result<UserPtr> user) {
      if (user.has_error()) {
        done(Error{Errc::unauthorized, kInvalidToken});
        return;
      }
      issue(std::move(user.value()), session, done);
    });
  });
}

void AuthService::log_out(Uuid family, Done<void> done) {
  ports_.sessions.revoke(family, [this, family, done = std::move(done)](const Result<void>&) {
    ports_.end_family(family);
    done({});
  });
}

}  // namespace plumbline::serve
