#include "session/session_registry.h"

#include <utility>

namespace plumbline::serve {

ClientSession& SessionRegistry::add(std::unique_ptr<ClientSession> session) {
  return **sessions_.insert(std::move(session)).first;
}

ClientSession* SessionRegistry::find(std::string_view sid) const {
  const auto found = sessions_.find(sid);
  return found == sessions_.end() ? nullptr : found->get();
}

void SessionRegistry::erase(ClientSession& session) {
  const auto found = sessions_.find(session.sid());
  if (found != sessions_.end()) {
    sessions_.erase(found);
  }
}

std::vector<ClientSession*> SessionRegistry::all() const {
  std::vector<ClientSession*> all;
  all.reserve(sessions_.size());
  for (const std::unique_ptr<ClientSession>& session : sessions_) {
    all.push_back(session.get());
  }
  return all;
}

}  // namespace plumbline::serve
