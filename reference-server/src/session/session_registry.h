// The sessions of one shard by their id. Stage: session.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "session/client_session.h"

namespace plumbline::serve {

class SessionRegistry {
 public:
  ClientSession& add(std::unique_ptr<ClientSession> session);
  [[nodiscard]] ClientSession* find(std::string_view sid) const;
  void erase(ClientSession& session);  // destroys it
  [[nodiscard]] std::size_t size() const { return sessions_.size(); }
  [[nodiscard]] std::vector<ClientSession*> all() const;

 private:
  // Keyed by the id inside the session: no second copy of it.
  struct Key {
    using is_transparent = void;
    std::size_t operator()(std::string_view sid) const { return std::hash<std::string_view>{}(sid); }
    std::size_t operator()(const std::unique_ptr<ClientSession>& session) const { return (*this)(session->sid()); }
    bool operator()(const std::unique_ptr<ClientSession>& a, const std::unique_ptr<ClientSession>& b) const {
      return a->sid() == b->sid();
    }
    bool operator()(std::string_view sid, const std::unique_ptr<ClientSession>& b) const { return sid == b->sid(); }
    bool operator()(const std::unique_ptr<ClientSession>& a, std::string_view sid) const { return a->sid() == sid; }
  };
  std::unordered_set<std::unique_ptr<ClientSession>, Key, Key> sessions_;
};

}  // namespace plumbline::serve
