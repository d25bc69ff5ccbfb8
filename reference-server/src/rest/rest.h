// The REST face of the messenger dialect: finds the handler of a request and answers everything else. Stage: gateway.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "auth/identity.h"
#include "backplane/idempotency.h"
#include "plumbline/net/http.h"
#include "rest/fields.h"

namespace plumbline::serve {

struct ShardCore;

// One request on its way. Shared by the steps of its handler; lives on one shard.
struct Call {
  Call(ShardCore& its_core, net::HttpRequest its_request) : core(its_core), request(std::move(its_request)) {}

  ShardCore& core;
  net::HttpRequest request;
  net::Respond respond;
  IdentityPtr who;  // set before an authenticated handler runs
  Fields fields;    // the body, parsed before the handler of a POST runs
};
using CallPtr = std::shared_ptr<Call>;
using Handler = void (*)(const CallPtr&);

struct RestCounters {
  std::uint64_t requests{0};
  std::uint64_t client_errors{0};
  std::uint64_t unavailable{0};
};

// One per shard.
class Rest {
 public:
  explicit Rest(ShardCore& core) : core_(core) {}

  void answer(net::HttpRequest request, net::Respond respond);
  // From now on writes answer 503.
  void refuse_writes() { refusing_ = true; }
  [[nodiscard]] std::size_t in_flight() const { return *in_flight_; }
  [[nodiscard]] const RestCounters& counters() const { return counters_; }

 private:
  void dispatch(const CallPtr& call);

  ShardCore& core_;
  bool refusing_{false};
  RestCounters counters_;
  std::shared_ptr<std::size_t> in_flight_{std::make_shared<std::size_t>(0)};
};

// The part of the path after its last `/`, percent-decoded; empty when an escape is malformed.
[[nodiscard]] std::string last_segment(std::string_view path);

// One attempt at a write. The same client id has the same name in every attempt, through whatever instance.
struct WriteAttempt {
  std::string name;  // empty: without a client id
  Standing standing{Standing::first};
  std::optional<Time> claimed{};  // WriteClaim::asked
};

// Runs `work` once per client id of this user (body `clientMessageId` or header Idempotency-Key); a repetition gets the
// first answer again with Idempotency-Replayed. Answers 400 itself when the id is not acceptable.
void once(const CallPtr& call, std::function<void(const WriteAttempt&)> work);

void answer_failure(const CallPtr& call, const Error& error);

// Handlers, by area. Messages:
void post_send(const CallPtr& call);
void get_history(const CallPtr& call);
void post_mark_read(const CallPtr& call);
void get_unread_count(const CallPtr& call);
void get_conversations(const CallPtr& call);
void post_conversation(const CallPtr& call);
// Friends:
void post_friend_request(const CallPtr& call);
void post_friend_accept(const CallPtr& call);
void get_pending_requests(const CallPtr& call);
void get_friends(const CallPtr& call);
void get_user_search(const CallPtr& call);
// Accounts:
void post_register(const CallPtr& call);
void post_login(const CallPtr& call);
void post_refresh(const CallPtr& call);
void post_logout(const CallPtr& call);
void get_jwks(const CallPtr& call);
// The description of all this:
void get_openapi(const CallPtr& call);

}  // namespace plumbline::serve
