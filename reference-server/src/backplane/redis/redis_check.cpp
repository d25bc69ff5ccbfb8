#include "backplane/redis/redis_check.h"

#include <boost/asio/io_context.hpp>
#include <stdexcept>

#include "backplane/redis/redis_client.h"

namespace plumbline::serve {

void check_redis(const RedisOptions& asked, Duration within) {
  RedisOptions options = asked;
  options.quiet = true;  // one sentence, at the end
  boost::asio::io_context io;
  Sentinels sentinels(io, options);
  RedisClient client(io, sentinels, options);
  client.start();
  const Time deadline = steady_now() + within;
  while (client.incarnation() == nullptr) {
    if (steady_now() >= deadline) {
      throw std::runtime_error("Redis cannot be used: " + client.problem());
    }
    io.run_one_for(std::chrono::milliseconds{50});
  }
}

}  // namespace plumbline::serve
