// One recorded step of a case, and the record of one take. Stage: evidence.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "plumbline/base/clock.h"

namespace plumbline::conform {

// What the suite did, or what it saw.
enum class Step {
  connect,
  connect_refused,  // the kernel refused at once
  send,             // bytes that the kernel took
  send_failed,
  close,
  abort,  // close with a reset
  wake,   // a wait ended
  deadline,
  connected,
  accepted,  // a client under test connected to us
  refused,
  writable,
  bytes,
  end_of_stream,
  reset,
  clock,              // the case asked for the time
  process,            // what the target's process uses, as text
  stopped,            // the target was asked to end: yes, or no when nobody can
  started,            // the target was started again: yes or no
  backplane_stopped,  // the same of what joins the nodes of the target
  backplane_started,
  suite_late,
  target_late,
  client_waited,  // for a processor
};

// About the target's process, not about a connection.
[[nodiscard]] constexpr bool tells(Step step) {
  return step == Step::process || step == Step::stopped || step == Step::started || step == Step::backplane_stopped ||
         step == Step::backplane_started;
}
[[nodiscard]] constexpr bool has_bytes(Step step) {
  return step == Step::send || step == Step::bytes || tells(step);
}

// From when to when somebody was late, in due and seen.
[[nodiscard]] constexpr bool is_span(Step step) {
  return step == Step::suite_late || step == Step::target_late || step == Step::client_waited;
}

struct Entry {
  Step step{Step::wake};
  std::int64_t at{0};    // nanoseconds since the take began
  int connection{0};     // 0: none
  std::string bytes{};   // of send, bytes and those that tell
  std::int64_t due{0};   // of spans, as `at`
  std::int64_t seen{0};  // of spans
  int node{0};           // of connect: which node of the target, from 0
};

// Where one take of a case began, and everything that happened in it.
struct Take {
  std::string case_id;
  int number{1};
  std::string host, path;
  std::uint16_t port{0};
  std::string started;           // wall clock, ISO-8601, for people
  std::int64_t monotonic_ns{0};  // of the machine that ran it
  std::vector<Entry> entries;
  std::int64_t ended{0};
  std::vector<std::string> nodes{};  // HOST:PORT of the target's further nodes
};

}  // namespace plumbline::conform
