// One temporary directory per test process for the services it starts, and a guard that cleans up when the test cannot.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace plumbline::real {

// Made at the first call and owned by the unprivileged user; removed at exit. A guard process watches a pipe that the
// kernel closes when this process ends, also by SIGKILL: it ends every postmaster below the directory and removes it.
[[nodiscard]] const std::filesystem::path& scratch();

// As root, the command prefixed so that it runs as an unprivileged user: database servers refuse root.
[[nodiscard]] std::vector<std::string> unprivileged(std::vector<std::string> command);

// Runs a short command to its end, at most a minute. Throws std::runtime_error when it fails; `what` is for its
// sentence.
void run_to_end(const std::string& what, std::vector<std::string> command);

}  // namespace plumbline::real
