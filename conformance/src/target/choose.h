// From the words of the command line to a target that answers. Stage: target.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "plumbline/base/clock.h"
#include "plumbline/base/exit_code.h"
#include "target/backplane.h"
#include "target/own_server.h"
#include "target/started_target.h"
#include "target/target.h"

namespace plumbline::conform {

inline constexpr Duration kReachableWithin = std::chrono::seconds{3};

// Ends the verb early: what to say on stderr, and the code.
struct Halt {
  ExitCode code;
  std::string sentence;
};

// Which of our own servers, when no target is given. The variant is one of own_variants().
struct OwnChoice {
  std::string variant{"plain"};
  std::string mutant{};
};

struct Chosen {
  Target target;                   // probed, unless it is our own server
  std::shared_ptr<OwnServer> own;  // when we are our own target
  std::string words;
  std::shared_ptr<StartedTarget> started{};  // when its target file says how
  std::shared_ptr<Backplane> backplane{};    // when the target has one that can be stopped
  std::string pid_file{};                    // path that its target file names
  std::string expectations{};                // path that its target file names
};

// `target`: URL, file, or empty for our own server.
[[nodiscard]] std::optional<Halt> choose_target(const std::string& target, const OwnChoice& own, const Clock& clock,
                                                Chosen& into);

// A client under test: a file that has its command, or empty for our own.
[[nodiscard]] std::optional<Halt> choose_client(const std::string& target, Chosen& into);

}  // namespace plumbline::conform
