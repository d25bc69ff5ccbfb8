// Bytes of the Redis protocol: commands out, replies in, by hiredis. Stage: backplane.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backplane/redis/redis_session.h"

struct redisReader;  // NOLINT(readability-identifier-naming): of hiredis

namespace plumbline::serve {

void append_command(std::string& out, const std::vector<std::string>& words);

// Lower-case hexadecimal SHA-1, the name that EVALSHA calls a script by.
[[nodiscard]] std::string script_digest(std::string_view script);

// Cuts what arrives into replies. After an error nothing more comes out of it.
class RedisReplyReader {
 public:
  explicit RedisReplyReader(std::size_t limit);  // bytes of one reply
  ~RedisReplyReader();
  RedisReplyReader(const RedisReplyReader&) = delete;
  RedisReplyReader& operator=(const RedisReplyReader&) = delete;

  void feed(std::string_view bytes);
  // nullopt: more bytes are needed. Errc::malformed, Errc::too_large.
  [[nodiscard]] Result<std::optional<RedisReply>> next();

 private:
  struct Free {
    void operator()(redisReader* reader) const;
  };
  std::unique_ptr<redisReader, Free> reader_;
  std::size_t limit_;
  std::size_t waiting_{0};  // bytes fed since the last whole reply
};

}  // namespace plumbline::serve
