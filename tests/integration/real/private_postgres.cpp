#include "integration/real/private_postgres.h"

#include <libpq-fe.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>

#include "integration/real/scratch.h"
#include "plumbline/net/loopback_port.h"

namespace plumbline::real {
namespace {

constexpr auto kReadyWithin = std::chrono::seconds{60};  // a machine that eight builds share

std::string postgres_program(const std::string& name) {
  const char* chosen = std::getenv("PLUMBLINE_POSTGRES_BIN");
  return (chosen != nullptr ? std::string(chosen) : std::string("/usr/lib/postgresql/15/bin")) + "/" + name;
}

// Made once per process; copies of it start in a fraction of the time.
const std::filesystem::path& template_directory() {
  static const std::filesystem::path made = [] {
    std::filesystem::path path = scratch() / "template";
    const std::string password = scratch() / "password";
    std::ofstream(password) << "plumbline\n";
    run_to_end("initdb", {postgres_program("initdb"), "-D", path.string(), "--no-sync", "--locale=C", "-E", "UTF8",
                          "-U", "plumbline", "--pwfile=" + password, "--auth=scram-sha-256"});
    std::ofstream settings(path / "postgresql.conf", std::ios::app);
    settings << "listen_addresses = '127.0.0.1'\nunix_socket_directories = ''\nmax_connections = 100\n"
                "shared_buffers = 32MB\ndynamic_shared_memory_type = mmap\nrecovery_init_sync_method = "
                "syncfs\nlog_line_prefix = '%m [%p] '\n";
    return path;
  }();
  return made;
}

void await_end(net::ChildProcess& server, Duration within) {
  const Time deadline = steady_now() + within;
  while (server.running() && steady_now() < deadline) {
    ::poll(nullptr, 0, 5);
  }
}

using Connection = std::unique_ptr<PGconn, decltype(&PQfinish)>;
using Rows = std::unique_ptr<PGresult, decltype(&PQclear)>;

Rows run_sql(const std::string& uri, const std::string& sql) {
  const Connection connection(PQconnectdb((uri + "?connect_timeout=10").c_str()), &PQfinish);
  if (PQstatus(connection.get()) != CONNECTION_OK) {
    throw std::runtime_error(std::string("cannot connect: ") + PQerrorMessage(connection.get()));
  }
  Rows rows(PQexec(connection.get(), sql.c_str()), &PQclear);
  const ExecStatusType status = PQresultStatus(rows.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
    throw std::runtime_error(std::string("SQL refused: ") + PQresultErrorMessage(rows.get()));
  }
  return rows;
}

}  // namespace

PrivatePostgres::PrivatePostgres() {
  const std::filesystem::path& source = template_directory();
  make_home();
  run_to_end("cp", {"/bin/cp", "-a", source.string(), (home_ / "data").string()});
  launch_on_free_port();
}

PrivatePostgres::PrivatePostgres(ReplicaOf of) {
  make_home();
  run_to_end("pg_basebackup", {postgres_program("pg_basebackup"), "-D", (home_ / "data").string(), "-d",
                               of.primary.uri(), "--write-recovery-conf", "--checkpoint=fast", "--no-sync"});
  launch_on_free_port();
}

void PrivatePostgres::make_home() {
  static int servers = 0;
  home_ = scratch() / ("server-" + std::to_string(++servers));
  run_to_end("mkdir", {"/bin/mkdir", home_.string()});
}

void PrivatePostgres::launch_on_free_port() {
  for (int attempt = 0; attempt < 5; ++attempt) {  // between finding a port and using it somebody else may take it
    port_ = net::free_port();
    if (launch()) {
      return;
    }
  }
  throw std::runtime_error("PostgreSQL does not start: " + log());
}

PrivatePostgres::~PrivatePostgres() {
  if (server_) {
    thaw();
    ::kill(pid(), SIGQUIT);  // nobody needs its data any more
    await_end(*server_, std::chrono::seconds{10});
  }
  server_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(home_, ignored);
}

PrivatePostgres& PrivatePostgres::shared() {
  static_cast<void>(scratch());  // so that it is destroyed after the server
  static PrivatePostgres one;
  return one;
}

std::string PrivatePostgres::uri(const std::string& database) const {
  return "postgresql://plumbline:plumbline@127.0.0.1:" + std::to_string(port_) + "/" + database;
}

std::string PrivatePostgres::create_database() {
  const std::string name = "test_" + std::to_string(++databases_);
  execute_sql(uri(), "CREATE DATABASE " + name);
  return uri(name);
}

pid_t PrivatePostgres::pid() const {
  return server_ ? server_->pid() : -1;
}

std::string PrivatePostgres::log() const {
  std::ostringstream text;
  text << std::ifstream(home_ / "log").rdbuf();
  return text.str();
}

bool PrivatePostgres::launch() {
  auto started = net::ChildProcess::start(
      {unprivileged({postgres_program("postgres"), "-D", (home_ / "data").string(), "-p", std::to_string(port_)}),
       (home_ / "log").string()});
  if (started.has_error()) {
    throw std::runtime_error(started.error());
  }
  server_.emplace(std::move(*started));
  const Time deadline = steady_now() + kReadyWithin;
  while (steady_now() < deadline) {
    if (PQping((uri() + "?connect_timeout=2").c_str()) == PQPING_OK) {
      return true;
    }
    if (!server_->running()) {
      break;
    }
    ::poll(nullptr, 0, 20);
  }
  server_.reset();
  return false;
}

void PrivatePostgres::start() {
  for (int attempt = 0; attempt < 20; ++attempt) {  // a child that outlived its postmaster keeps the new one away
    if (launch()) {
      return;
    }
    ::poll(nullptr, 0, 200);
  }
  throw std::runtime_error("PostgreSQL does not start again: " + log());
}

void PrivatePostgres::stop() {
  ::kill(pid(), SIGINT);
  await_end(*server_, std::chrono::seconds{20});
  server_.reset();
}

void PrivatePostgres::kill() {
  ::kill(pid(), SIGSTOP);  // so that it starts nobody meanwhile
  for (const pid_t one : family()) {
    ::kill(one, SIGKILL);
  }
  await_end(*server_, std::chrono::seconds{20});
  server_.reset();
}

void PrivatePostgres::freeze() {
  for (const pid_t one : family()) {
    ::kill(one, SIGSTOP);
  }
}

void PrivatePostgres::thaw() {
  for (const pid_t one : family()) {
    ::kill(one, SIGCONT);
  }
}

std::vector<pid_t> PrivatePostgres::family() const {
  std::vector<pid_t> all{pid()};
  const std::string root = std::to_string(pid());
  std::ifstream children("/proc/" + root + "/task/" + root + "/children");
  for (pid_t child = 0; children >> child;) {
    all.push_back(child);
  }
  return all;
}

void execute_sql(const std::string& uri, const std::string& sql) {
  static_cast<void>(run_sql(uri, sql));
}

std::string query_sql(const std::string& uri, const std::string& sql) {
  const Rows rows = run_sql(uri, sql);
  return PQntuples(rows.get()) > 0 ? PQgetvalue(rows.get(), 0, 0) : std::string();
}

}  // namespace plumbline::real
