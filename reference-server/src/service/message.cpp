#include "service/message.h"

#include <algorithm>

namespace plumbline::serve {

bool Conversation::has(Uuid user) const {
  return std::binary_search(members.begin(), members.end(), user);
}

Uuid Message::receiver() const {
  return conversation->key.direct() ? conversation->key.other(sender) : Uuid{};
}

}  // namespace plumbline::serve
