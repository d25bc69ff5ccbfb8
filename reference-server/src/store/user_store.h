// Port: who exists. Stage: store.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "service/done.h"
#include "service/message.h"

namespace plumbline::serve {

struct User {
  Uuid id;
  std::string username;
  std::string email;
  std::string first_name;
  std::string last_name;
  std::string password_hash;  // empty: known by tokens only, cannot log in
};
using UserPtr = std::shared_ptr<const User>;

// One instance per shard, called and answering there.
class UserStore {
 public:
  virtual ~UserStore() = default;
  // Errc::conflict when user name or e-mail (both without regard to case) belong to somebody else.
  virtual void add(User user, Done<UserPtr> done) = 0;
  // The user of a valid token: found, or created with that user name when the id is unknown. Never a conflict: a name
  // that somebody else registered stays theirs for logging in.
  virtual void ensure(Uuid id, std::string username, Done<UserPtr> done) = 0;
  virtual void find(Uuid id, Done<UserPtr> done) = 0;                 // Errc::not_found
  virtual void find_login(std::string name, Done<UserPtr> done) = 0;  // user name or e-mail; Errc::not_found
  // Those of `ids` that nobody is.
  virtual void missing(std::vector<Uuid> ids, Done<std::vector<Uuid>> done) = 0;
  // First or last name begins with the term, or full or user name contains it; ASCII case does not matter.
  virtual void search(std::string term, std::size_t limit, Done<std::vector<UserPtr>> done) = 0;
};

}  // namespace plumbline::serve
