// Where PostgreSQL, Redis and Kafka are. All of them or none: none is the embedded mode. Stage: config.
#pragma once

#include <string>
#include <vector>

namespace plumbline::serve {

struct BackendOptions {
  std::string postgres;                      // libpq connection string or URI
  std::string postgres_replica;              // may be empty: reads go to the primary
  std::vector<std::string> redis_sentinels;  // host:port each
  std::string redis_name{"plumbline"};       // the name that the Sentinels know the master by
  std::string redis_password;                // may be empty
  std::vector<std::string> kafka;            // host:port each
  std::string instance;  // unique among the instances that share the backends, the same after a restart

  [[nodiscard]] bool real() const { return !postgres.empty(); }
};

}  // namespace plumbline::serve
