// A PostgreSQL 15 of a test's own: started, killed, frozen and restarted at will; nothing stays behind, whatever dies.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "plumbline/net/child_process.h"

namespace plumbline::real {

// Loopback, a free port that it keeps for life, user and password `plumbline`, fsync as PostgreSQL has it. All calls
// block, with a bound, and throw std::runtime_error with one sentence when the server does not do what is asked.
class PrivatePostgres {
 public:
  PrivatePostgres();  // running and accepting connections; the data directory is a copy of one made once per process
  // A streaming replica of a running one, read only.
  struct ReplicaOf {
    const PrivatePostgres& primary;
  };
  explicit PrivatePostgres(ReplicaOf of);
  PrivatePostgres(const PrivatePostgres&) = delete;
  PrivatePostgres& operator=(const PrivatePostgres&) = delete;
  ~PrivatePostgres();

  // One server for all tests of a binary that do not hurt it: make a database each.
  [[nodiscard]] static PrivatePostgres& shared();

  [[nodiscard]] std::string uri(const std::string& database = "postgres") const;
  [[nodiscard]] std::string create_database();  // empty, with a name of its own; returns its URI
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] pid_t pid() const;  // of the postmaster
  [[nodiscard]] std::string log() const;

  void start();   // after kill() or stop(); returns when it accepts connections
  void stop();    // as an administrator does (fast shutdown)
  void kill();    // SIGKILL of the postmaster and of everything it started
  void freeze();  // SIGSTOP of the same
  void thaw();

 private:
  [[nodiscard]] std::vector<pid_t> family() const;  // postmaster first
  void make_home();
  void launch_on_free_port();
  bool launch();

  std::filesystem::path home_;
  std::uint16_t port_{0};
  std::optional<net::ChildProcess> server_;
  int databases_{0};
};

// Runs the statements, without a result, over a connection made for them; throws when one is refused.
void execute_sql(const std::string& uri, const std::string& sql);
// The first column of the first row; empty when there is none or it is NULL.
[[nodiscard]] std::string query_sql(const std::string& uri, const std::string& sql);

}  // namespace plumbline::real
