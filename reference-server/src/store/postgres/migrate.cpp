#include "store/postgres/migrate.h"

#include <poll.h>

#include <chrono>
#include <map>
#include <pqxx/pqxx>
#include <stdexcept>

#include "plumbline/base/clock.h"
#include "plumbline/base/log.h"
#include "store/postgres/conninfo.h"

namespace plumbline::serve {
namespace {

constexpr auto kReachWithin = std::chrono::seconds{10};  // a server that recovers from a crash says "starting up"
constexpr auto kBetweenTries = std::chrono::milliseconds{200};
constexpr const char* kLock = "7308324466017690222";  // "plumbsch" as a number: of no other program

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

std::unique_ptr<pqxx::connection> reach(const std::string& uri) {
  if (const std::string why = pg_conninfo_problem(uri); !why.empty()) {
    throw std::runtime_error("--postgres is no connection URI (" + why + "); such as postgresql://user@host/database");
  }
  const std::string conninfo = pg_conninfo(uri, {{"connect_timeout", "2"}, {"application_name", "plumbline migrate"}});
  const Time deadline = steady_now() + kReachWithin;
  for (;;) {
    try {
      return std::make_unique<pqxx::connection>(conninfo);
    } catch (const pqxx::broken_connection& failure) {
      // A wrong password or database does not get better; what is down may be about to come.
      const std::string why = first_line(failure.what());
      const bool hopeless = why.find("FATAL") != std::string::npos && why.find("starting up") == std::string::npos &&
                            why.find("recovery") == std::string::npos &&
                            why.find("shutting down") == std::string::npos && why.find("too many") == std::string::npos;
      if (hopeless || steady_now() >= deadline) {
        throw std::runtime_error("PostgreSQL cannot be used (" + why + "); check --postgres and that the server runs");
      }
    }
    ::poll(nullptr, 0, static_cast<int>(kBetweenTries.count()));
  }
}

using Applied = std::map<int, std::pair<std::string, std::string>>;  // version -> name, checksum

Applied applied_in(pqxx::connection& connection) {
  pqxx::work work(connection);
  work.exec(
      "CREATE TABLE IF NOT EXISTS schema_migrations (version int PRIMARY KEY, name text NOT NULL, checksum text NOT "
      "NULL, applied_at timestamptz NOT NULL DEFAULT now())");
  Applied applied;
  for (const auto& row : work.exec("SELECT version, name, checksum FROM schema_migrations")) {
    applied[row[0].as<int>()] = {row[1].as<std::string>(), row[2].as<std::string>()};
  }
  work.commit();
  return applied;
}

void refuse_strangers(Applied applied, std::span<const Migration> wanted) {
  for (const Migration& known : wanted) {
    const auto found = applied.find(known.version);
    if (found == applied.end()) {
      continue;
    }
    if (found->second.second != known.checksum) {
      throw std::runtime_error("PostgreSQL: migration " + std::to_string(known.version) + " (" + found->second.first +
                               ") was applied with other contents than this binary has; use the "
                               "binary that made the schema, or an empty database");
    }
    applied.erase(found);
  }
  if (!applied.empty()) {
    const auto& [version, what] = *applied.rbegin();
    throw std::runtime_error("PostgreSQL: the schema is newer than this binary (migration " + std::to_string(version) +
                             ", " + what.first + "); start a newer binary, or use another database");
  }
}

void apply(pqxx::connection& connection, const Migration& one) {
  pqxx::work work(connection);
  work.exec(std::string(one.sql));
  work.exec_params("INSERT INTO schema_migrations (version, name, checksum) VALUES ($1, $2, $3)", one.version,
                   std::string(one.name), std::string(one.checksum));
  work.commit();
  log::info("schema_migrated", {{"version", std::to_string(one.version)}, {"name", std::string(one.name)}});
}

}  // namespace

void migrate(const std::string& uri, std::span<const Migration> wanted) {
  const auto connection = reach(uri);
  try {
    {
      pqxx::nontransaction session(*connection);
      session.exec("SET client_min_messages = warning");
      session.exec("SET lock_timeout = '60s'");
      session.exec("SET statement_timeout = '120s'");
      session.exec(std::string("SELECT pg_advisory_lock(") + kLock + ")");  // ends with the connection
    }
    const Applied applied = applied_in(*connection);
    refuse_strangers(applied, wanted);
    for (const Migration& one : wanted) {
      if (!applied.contains(one.version)) {
        apply(*connection, one);
      }
    }
  } catch (const pqxx::failure& failure) {
    throw std::runtime_error("PostgreSQL: the schema cannot be prepared (" + first_line(failure.what()) +
                             "); check the rights of the user in --postgres and the server's log");
  }
}

}  // namespace plumbline::serve
