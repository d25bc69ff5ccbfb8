// Evidence as text: JSON lines, one per step; what the suite did and saw, byte by byte (docs/adr/0013). Stage:
// evidence.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "evidence/entry.h"
#include "judge/case_run.h"

namespace plumbline::conform {

// A take is a line that begins it, a line per step and a line that ends it:
//   {"case":"EIO-HS-01.a","take":1,"host":"127.0.0.1","port":4000,"path":"/socket.io/","started":"...","monotonic_ns":7}
//   where the target has further nodes, also "nodes":["127.0.0.1:4001"]; connect then says "node":1 for the first of
//   them
//   {"t":1200,"did":"send","on":1,"text":"GET ..."}       t: nanoseconds since the take began; on: which connection
//   {"t":9000,"saw":"bytes","on":1,"b64":"gQEy"}          bytes that are no printable ASCII
//   {"t":9100,"end":true}
[[nodiscard]] std::string to_lines(const Take& take);
// {"case":"EIO-HS-01.a","fact":"interrupted"}
[[nodiscard]] std::string to_line(std::string_view case_id, Fact fact);

struct FactOfCase {
  std::string case_id;
  Fact fact{Fact::interrupted};
};
using EvidencePart = std::variant<Take, FactOfCase>;

struct ReadEvidence {
  std::vector<EvidencePart> parts;  // those before the error
  std::string error;                // "line 7: sentence"; empty: all was read
};

// Reads what anybody may have written: never trusts a number, keeps the order of time.
[[nodiscard]] ReadEvidence read_evidence(std::string_view text);

}  // namespace plumbline::conform
