// The program that holds the client under test, as a process with a socket that waits for it: one per take. Stage:
// subject client.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "evidence/entry.h"
#include "plumbline/net/child_process.h"
#include "wire/live_medium.h"

namespace plumbline::conform {

struct ClientCommand {
  std::vector<std::string> words;  // `{url}` in a word becomes the URL of the server
  std::string errors;              // file that takes its stderr; empty: ours
};

// Words of a command line: split at spaces, '…' and "…" keep theirs; a program without a slash is looked up in PATH.
// Empty: a quote is open, or nothing was said.
[[nodiscard]] std::vector<std::string> split_command(std::string_view line);

// Opens a listening socket on the loopback for the medium, starts the program, lets the medium see how long it waits
// for a processor, and notes in the take where it was. The answer keeps the program alive; it ends with it, and with
// the calling thread. Null: it could not be started; the case finds it gone, and `errors` says why.
[[nodiscard]] std::shared_ptr<net::ChildProcess> begin_client(const ClientCommand& command, LiveMedium& medium,
                                                              Take& take);

}  // namespace plumbline::conform
