// The server under load: one that runs already, or `plumbline serve` started as a child process. Generator and target
// meet only on the wire. Stage: target.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "options.h"
#include "plumbline/net/child_process.h"
#include "scenario/scenario.h"
#include "target/signing_key.h"

namespace plumbline::load {

struct Address {
  std::string host;
  std::uint16_t port{80};
};

struct RunningTarget {
  std::string label;   // for people: "embedded chat server" or the URL
  std::string origin;  // scheme, host and port
  Address http;
  Address socketio;
  std::optional<net::ChildProcess> server;
  // A stack: where its control socket lies, its instances, the key that it trusts.
  std::string stack_dir;
  std::vector<std::string> instances;
  std::string key_file;

  [[nodiscard]] int pid() const { return server ? server->pid() : 0; }
};

// Waits at most 10 s for a child to be ready, three minutes for a stack, 5 s for a given address to accept. `log_file`
// takes the child's stderr; a stack lives in `stack/` beside it.
[[nodiscard]] boost::system::result<RunningTarget, TargetError> start_target(const Target& target,
                                                                             const Options& options,
                                                                             const std::string& key_file,
                                                                             const std::string& log_file);

// Ends the child. Of a stack only logs and configuration files stay.
void stop_target(RunningTarget& target);

[[nodiscard]] std::optional<Address> parse_address(const std::string& url);

}  // namespace plumbline::load
