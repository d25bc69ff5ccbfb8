#include "target/stack_target.h"

#include <array>
#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <utility>

namespace plumbline::load {
namespace {

namespace fs = std::filesystem;

// The first time Kafka is fetched and its class archive made; after that it is a matter of seconds.
constexpr Duration kStackReadyWithin = std::chrono::minutes{3};

std::string text(const boost::json::value& value, const char* key) {
  const boost::json::object* object = value.if_object();
  const boost::json::value* found = object != nullptr ? object->if_contains(key) : nullptr;
  return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string();
}

std::string last_line(const std::string& file) {
  std::ifstream in{file};
  std::string last;
  for (std::string line; std::getline(in, line);) {
    last = line.empty() ? last : line;
  }
  return last;
}

std::vector<std::string> command_of(const Target& target, const Options& options, const std::string& dir) {
  std::vector<std::string> command{
      net::self_executable(),           "stack", "up", "--profile", target.profile, "--instances",
      std::to_string(target.instances), "--dir", dir,  "--json",    "--serve-arg",  "--rate-limits=off"};
  if (!options.mutant.empty()) {
    command.insert(command.end(), {"--serve-arg", "--mutant=" + options.mutant});
  }
  return command;
}

// Deeper down what ends in .log is a broker's data.
bool is_worth_keeping(const fs::path& file, const std::string& dir) {
  if (file.extension() == ".log") {
    return file.parent_path() == fs::path(dir);
  }
  constexpr std::array kinds{".yaml", ".conf", ".cfg", ".properties"};
  for (const char* kind : kinds) {
    if (file.extension() == kind) {
      return true;
    }
  }
  return false;
}

}  // namespace

boost::system::result<RunningTarget, TargetError> read_ready_line(const std::string& json) {
  boost::json::error_code error;
  const boost::json::value ready = boost::json::parse(json, error);
  const auto address = error ? std::nullopt : parse_address(text(ready, "front"));
  if (!address) {
    return TargetError{"the stack's ready line names no 'front'", 6};
  }
  RunningTarget running;
  running.origin = text(ready, "front");
  running.http = running.socketio = *address;
  running.stack_dir = text(ready, "dir");
  running.key_file = text(ready, "jwt_key");
  if (const boost::json::value* instances = ready.get_object().if_contains("instances");
      instances != nullptr && instances->is_array()) {
    for (const boost::json::value& instance : instances->get_array()) {
      running.instances.push_back(text(instance, "url"));
    }
  }
  return running;
}

boost::system::result<RunningTarget, TargetError> start_stack(const Target& target, const Options& options,
                                                              const std::string& log_file) {
  const std::string dir = fs::absolute(fs::path(log_file).parent_path() / "stack").string();
  net::ChildProcess::Options child;
  child.command = command_of(target, options, dir);
  child.stderr_file = log_file;
  auto started = net::ChildProcess::start(child);
  if (!started) {
    return TargetError{"the stack could not be started: " + started.error(), 6};
  }
  net::ChildProcess stack = std::move(*started);
  const auto line = stack.wait_for_line("plumbline: stack ready ", kStackReadyWithin);
  if (!line) {
    const std::string why = last_line(log_file);
    return TargetError{"the stack did not come up" + (why.empty() ? std::string{} : ": " + why), 6};
  }
  auto running = read_ready_line(*line);
  if (!running) {
    return running;
  }
  running->label = target.profile + " stack, " + std::to_string(target.instances) +
                   (target.instances == 1 ? " instance" : " instances");
  running->stack_dir = running->stack_dir.empty() ? dir : running->stack_dir;
  running->server.emplace(std::move(stack));
  return running;
}

void prune_stack(const std::string& dir) {
  std::error_code ignored;
  std::vector<fs::path> folders;
  for (auto it = fs::recursive_directory_iterator(dir, ignored); !ignored && it != fs::recursive_directory_iterator();
       it.increment(ignored)) {
    if (it->is_directory(ignored) && !it->is_symlink(ignored)) {
      folders.push_back(it->path());
    } else if (!is_worth_keeping(it->path(), dir)) {
      fs::remove(it->path(), ignored);
    }
  }
  for (auto folder = folders.rbegin(); folder != folders.rend(); ++folder) {
    fs::remove(*folder, ignored);  // only when empty
  }
}

}  // namespace plumbline::load
