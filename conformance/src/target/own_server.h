// The default target: `plumbline serve --app echo` of this same executable, as a child process. Stage: target.
#pragma once

#include <boost/system/result.hpp>
#include <optional>
#include <string>

#include "plumbline/net/child_process.h"
#include "target/own_variants.h"
#include "target/target.h"

namespace plumbline::conform {

// Start and use it from one thread: the child dies with the thread that started it.
class OwnServer {
 public:
  // `mutant` may be empty; `redis`: URL of what joins the nodes of a cluster. The error is one sentence.
  [[nodiscard]] static boost::system::result<OwnServer, std::string> start(const OwnVariant& variant,
                                                                           const std::string& mutant,
                                                                           const std::string& redis = {});

  [[nodiscard]] const Target& target() const { return target_; }
  [[nodiscard]] bool running() { return child_.running(); }
  [[nodiscard]] pid_t pid() const { return child_.pid(); }
  void ask_to_end();  // SIGTERM; does not wait
  // Once it was asked to end: waits for that, then starts it at the same port. False: it did not come back. Blocks.
  [[nodiscard]] bool start_again();

 private:
  OwnServer(net::ChildProcess child, Target target, std::vector<std::string> command)
      : child_(std::move(child)), target_(std::move(target)), command_(std::move(command)) {}
  [[nodiscard]] std::string add_node();  // empty, or why there is none

  net::ChildProcess child_;
  std::vector<net::ChildProcess> nodes_{};  // further ones
  Target target_;
  std::vector<std::string> command_;
};

}  // namespace plumbline::conform
