#include "backplane/redis/redis_login_lockout.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "backplane/memory_login_lockout.h"

namespace plumbline::serve {
namespace {

// ARGV: milliseconds that a count lives, then failures and milliseconds of each step. A longer block stays.
constexpr const char* kFailed = R"lua(
local failures = redis.call('INCR', KEYS[1])
if failures == 1 then
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
end
local block = 0
for i = 2, #ARGV, 2 do
  if failures >= tonumber(ARGV[i]) then
    block = tonumber(ARGV[i + 1])
  end
end
if block > 0 and redis.call('PTTL', KEYS[2]) < block then
  local time = redis.call('TIME')
  local ends = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000) + block
  redis.call('SET', KEYS[2], string.format('%.0f', ends / 1000), 'PX', block)
end
return failures
)lua";

std::string digest_text(const std::string& name) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : digest_of(name)) {
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 15U];
  }
  return text;
}

std::string failures_key(const std::string& name) {
  return "failed_login:" + digest_text(name);
}

std::string block_key(const std::string& name) {
  return "login_lockout:" + digest_text(name);
}

bool answered(const Result<RedisReply>& reply) {
  return reply.has_value() && reply.value().kind != RedisReply::Kind::error;
}

}  // namespace

RedisLoginLockout::RedisLoginLockout(RedisSession& session, LoginLockout& local, LockoutLadder ladder)
    : session_(session), local_(local), ladder_(std::move(ladder)) {
  for (const LockoutStep& step : ladder_) {
    rungs_.push_back(std::to_string(step.failures));
    rungs_.push_back(std::to_string(std::chrono::milliseconds{step.block}.count()));
  }
}

void RedisLoginLockout::wait_of(std::string name, Done<std::uint32_t> done) {
  if (ladder_.empty()) {
    done(0U);
    return;
  }
  std::vector<std::string> question{"PTTL", block_key(name)};
  session_.command(std::move(question), [this, name = std::move(name),
                                         done = std::move(done)](const Result<RedisReply>& reply) mutable {
    std::uint32_t there = 0;
    if (!answered(reply)) {
      ++unavailable_;
    } else if (reply.value().integer > 0) {
      there = static_cast<std::uint32_t>((reply.value().integer + 999) / 1000);
      ++refused_;
    }
    local_.wait_of(std::move(name), [there, done = std::move(done)](const Result<std::uint32_t>& here) {
      done(std::max(there, here.has_value() ? here.value() : 0U));
    });
  });
}

void RedisLoginLockout::failed(std::string name, Done<void> done) {
  if (ladder_.empty()) {
    done({});
    return;
  }
  std::vector<std::string> args{std::to_string(std::chrono::milliseconds{kFailureMemory}.count())};
  args.insert(args.end(), rungs_.begin(), rungs_.end());
  std::vector<std::string> keys{failures_key(name), block_key(name)};
  session_.eval(kFailed, std::move(keys), std::move(args),
                [this, name = std::move(name), done = std::move(done)](const Result<RedisReply>& reply) mutable {
                  if (answered(reply)) {
                    done({});
                    return;
                  }
                  ++unavailable_;
                  local_.failed(std::move(name), std::move(done));
                });
}

void RedisLoginLockout::succeeded(std::string name, Done<void> done) {
  if (ladder_.empty()) {
    done({});
    return;
  }
  std::vector<std::string> order{"DEL", failures_key(name), block_key(name)};
  session_.command(std::move(order),
                   [this, name = std::move(name), done = std::move(done)](const Result<RedisReply>& reply) mutable {
                     if (!answered(reply)) {
                       ++unavailable_;
                     }
                     local_.succeeded(std::move(name), std::move(done));
                   });
}

}  // namespace plumbline::serve
