// One shard's Redis session against private servers, run by the test's own thread.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "backplane/redis/redis_client.h"
#include "integration/real/private_redis.h"

namespace plumbline::serve {

inline RedisOptions options_for(const real::PrivateRedis& servers) {
  RedisOptions options;
  for (const std::string& address : servers.sentinels()) {
    options.sentinels.push_back(*RedisAddress::parse(address));
  }
  options.name = real::PrivateRedis::name();
  options.password = servers.password();
  return options;
}

// Bounds are wide: the machine that runs tests is a busy one.
struct RedisWorld {
  explicit RedisWorld(RedisOptions with) : options(std::move(with)) {}

  bool run_until(const std::function<bool()>& reached, std::chrono::seconds within = std::chrono::seconds{60}) {
    const Time deadline = steady_now() + within;
    while (!reached() && steady_now() < deadline) {
      io.restart();
      io.run_for(std::chrono::milliseconds{5});
    }
    return reached();
  }

  bool connect() {
    client.start();
    return run_until([this] { return client.incarnation() != nullptr; });
  }

  // Nothing in it while there is no connection.
  [[nodiscard]] RedisIncarnation incarnation() const {
    const RedisIncarnation* now = client.incarnation();
    return now == nullptr ? RedisIncarnation{} : *now;
  }

  template <class T>
  Result<T> wait(const std::function<void(Done<T>)>& call) {
    auto answer = std::make_shared<std::optional<Result<T>>>();
    call([answer](Result<T> got) {
      EXPECT_FALSE(answer->has_value()) << "answered twice";
      *answer = std::move(got);
    });
    run_until([&answer] { return answer->has_value(); });
    EXPECT_TRUE(answer->has_value()) << "no answer";
    return answer->has_value() ? **answer : Result<T>{Error{Errc::timeout, "no answer"}};
  }

  Result<RedisReply> command(const std::vector<std::string>& words) {
    return wait<RedisReply>([this, &words](auto done) { client.command(words, std::move(done)); });
  }

  RedisOptions options;
  boost::asio::io_context io;
  Sentinels sentinels{io, options};
  RedisClient client{io, sentinels, options};
};

}  // namespace plumbline::serve
