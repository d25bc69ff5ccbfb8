// A user's names as every row about a user carries them. Stage: gateway.
#pragma once

#include <string>

#include "delivery/frames.h"
#include "store/user_store.h"

namespace plumbline::serve {

[[nodiscard]] inline std::string names_json(const User& user) {
  return R"("username":)" + quoted(user.username) + R"(,"first_name":)" + quoted(user.first_name) + R"(,"last_name":)" +
         quoted(user.last_name);
}

}  // namespace plumbline::serve
