#include "session/session_registry.h"

#include <utility>

namespace plumbline::serve {

Session& SessionRegistry::add(std::unique_ptr<Session> session) {
  return **sessions_.insert(std::move(session)).first;
}

Session* SessionRegistry::find(std::string_view sid) const {
  const auto found = sessions_.find(sid);
  return found == sessions_.end() ? nullptr : found->get();
}

void SessionRegistry::erase(Session& session) {
  const auto found = sessions_.find(session.sid());
  if (found != sessions_.end()) {
    sessions_.erase(found);
  }
}

std::vector<Session*> SessionRegistry::all() const {
  std::vector<Session*> all;
  all.reserve(sessions_.size());
  for (const std::unique_ptr<Session>& session : sessions_) {
    all.push_back(session.get());
  }
  return all;
}

}  // namespace plumbline::serve
