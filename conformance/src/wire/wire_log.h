// Everything one case sent and received, with monotonic time: the evidence a verdict is drawn from. Stage: wire.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "plumbline/base/clock.h"

namespace plumbline::conform {

// Bytes as one readable line: printable ASCII as it is, everything else as \xNN, \r, \n, \\.
[[nodiscard]] std::string escape(std::string_view bytes);
// The same, cut after `limit` characters with the number of bytes that it stands for.
[[nodiscard]] std::string brief(std::string_view bytes, std::size_t limit = 120);

// Belongs to one case and lives on its thread. Payloads over 4 KiB keep their first 2 KiB, last 256 bytes and length.
class WireLog {
 public:
  explicit WireLog(const Clock& clock) : clock_(clock), start_(clock.now()) {}

  void sent(int connection, std::string_view what, std::string_view bytes) { add(connection, "->", what, bytes); }
  void received(int connection, std::string_view what, std::string_view bytes) { add(connection, "<-", what, bytes); }
  void note(int connection, std::string_view text);

  [[nodiscard]] Time start() const { return start_; }
  [[nodiscard]] std::size_t lines() const { return entries_.size(); }
  // One line per entry: milliseconds since the start, connection, direction, kind, bytes.
  [[nodiscard]] std::string render() const;

 private:
  struct Entry {
    Time at;
    int connection;
    std::string arrow;
    std::string what;
    std::string text;
  };
  void add(int connection, std::string_view arrow, std::string_view what, std::string_view bytes);

  const Clock& clock_;
  Time start_;
  std::vector<Entry> entries_;
};

}  // namespace plumbline::conform
