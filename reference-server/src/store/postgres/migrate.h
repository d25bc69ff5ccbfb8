// Brings the schema to what this binary expects: numbered SQL files, forward only, each once. Stage: store.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace plumbline::serve {

struct Migration {
  int version;
  std::string_view name;
  std::string_view checksum;  // SHA-256 of the file
  std::string_view sql;
};

// The files of migrations/, ascending; compiled in.
[[nodiscard]] std::span<const Migration> migrations();

// Applies what the database lacks, each file in a transaction of its own, while an advisory lock keeps other instances
// waiting (at most a minute). Blocks; for start-up. Throws std::runtime_error with one sentence that names PostgreSQL
// and the remedy when the server cannot be used within ten seconds, when the schema is newer than this binary, or when
// an applied file is not the one that is compiled in.
void migrate(const std::string& uri, std::span<const Migration> wanted = migrations());

}  // namespace plumbline::serve
