// Port of one shard to the Redis master that the Sentinels name: commands in, replies out, pipelined, never blocking.
// Stage: backplane.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "service/done.h"

namespace plumbline::serve {

struct RedisReply {
  enum class Kind : std::uint8_t { nil, integer, text, array, error };
  Kind kind{Kind::nil};
  std::int64_t integer{0};
  std::string text;  // also of status replies and errors
  std::vector<RedisReply> items;
};

// Which life of which master a connection talks to. `run` changes at every process start and every promotion, so a
// counter that went back always shows as another incarnation (failover.md d.2).
struct RedisIncarnation {
  std::string run;                // run_id + ":" + master_replid of INFO, read again all the time
  std::string address;            // host:port
  std::int64_t config_epoch{-1};  // of the Sentinels that named it; -1: no majority agreed
  bool operator==(const RedisIncarnation&) const = default;
};

// One instance per shard, called and answering there. Resolve by Sentinel, ROLE check, re-resolve on each reconnect;
// a command unanswered for 250 ms closes the connection, everything on it gets Errc::timeout (unknown outcome);
// Errc::unavailable: not sent (not connected, or the bounded queue is full).
class RedisSession {
 public:
  virtual ~RedisSession() = default;
  // An error reply of the server is a value of kind `error`, not an Error. READONLY and LOADING close the connection.
  virtual void command(std::vector<std::string> words, Done<RedisReply> done) = 0;
  // EVALSHA with the script loaded where the server does not know it yet. `script` is a string literal.
  virtual void eval(const char* script, std::vector<std::string> keys, std::vector<std::string> args,
                    Done<RedisReply> done) = 0;
  // Of the connection that the next command would use; nullptr: not connected. On an open one it changes when the
  // master's replication id does; all that was answered until then belongs to the one before.
  [[nodiscard]] virtual const RedisIncarnation* incarnation() const = 0;
};

}  // namespace plumbline::serve
