// How long a request's header may take, and what the deliberate faults of a connection do about it.
#include "transport/http_connection.h"
#include "transport/shard.h"

namespace plumbline::serve {

using engineio::ServerFault;

void HttpConnection::await_head() {
  const bool patient = shard_.engine_options().has(ServerFault::slow_heads_kept);
  shard_.timers().schedule(*this, patient ? Time::max() : shard_.now() + shard_.options().head_timeout);
}

#if defined(PLUMBLINE_MUTANTS)
namespace {

constexpr Duration kLookAgain = std::chrono::milliseconds{10};
thread_local std::weak_ptr<HttpConnection> reading;  // whose header has begun

}  // namespace

// True: another one's header has begun, and this one is left for later.
bool HttpConnection::waits_for_others() {
  if (!shard_.engine_options().has(ServerFault::heads_in_turn)) {
    return false;
  }
  const auto other = reading.lock();
  if (other && other.get() != this && other->fd_ >= 0 && !other->closing_ && !other->exchange_) {
    shard_.timers().schedule(*this, shard_.now() + kLookAgain);
    return true;
  }
  if (other.get() != this && in_.find("\r\n\r\n") == std::string::npos) {
    reading = weak_from_this();
    await_head();
  }
  return false;
}

// True: its turn is looked for again.
bool HttpConnection::faulty_timer() {
  const bool waits = shard_.engine_options().has(ServerFault::heads_in_turn) && reading.lock().get() != this &&
                     !exchange_ && !in_.empty();
  if (waits) {
    process();
  }
  return waits;
}
#else
bool HttpConnection::waits_for_others() {
  return false;
}
bool HttpConnection::faulty_timer() {
  return false;
}
#endif

}  // namespace plumbline::serve
