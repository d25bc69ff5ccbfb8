#include "up.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <iostream>

#include "kafka/kafka_home.h"
#include "place/ports.h"
#include "place/programs.h"
#include "place/signing_key.h"
#include "place/stack_dir.h"
#include "plumbline/base/random.h"
#include "plumbline/net/loopback_port.h"
#include "process/recipe.h"
#include "process/tree.h"
#include "supervisor/supervisor.h"

namespace plumbline::stack {
namespace {

constexpr std::string_view kReady = "plumbline: stack ready ";

int end_with(const Failure& failure) {
  std::cerr << "plumbline stack: " << failure.sentence << '\n' << std::flush;
  return to_int(failure.code);
}

Mark mark_of(const StackDir& dir, const Programs& programs) {
  Mark mark{marker_variable(dir.path().string()), dir.home().string(), {}, {}};
  if (dir.home() != dir.path()) {
    mark.remove = dir.home().string();
  }
  for (const std::string& program : {programs.postgres, programs.redis, programs.sentinel}) {
    std::error_code failed;
    mark.programs.push_back(std::filesystem::canonical(program, failed).string());
  }
  return mark;
}

Outcome<void> run_stack(const Options& options, const std::function<void(std::string)>& on_ready) {
  auto programs = find_programs();
  if (!programs) {
    return programs.error();
  }
  auto kafka = find_kafka();
  if (!kafka) {
    return kafka.error();
  }
  if (options.front_port != 0 && !net::is_free(options.front_port)) {
    return Failure{"port " + std::to_string(options.front_port) +
                   " of 127.0.0.1 is taken; give another --front-port, or none for any free one"};
  }
  auto dir = StackDir::claim(options.dir);
  if (!dir) {
    return dir.error();
  }
  auto ports = PortBlock::reserve(entropy_seed());
  if (!ports) {
    return ports.error();
  }
  // The guard shares the claims on directory and ports: they end when nothing of this stack is left.
  const Guard guard = Guard::post(mark_of(*dir, *programs));
  if (auto prepared = prepare_kafka(*kafka); !prepared) {
    return prepared;
  }
  Ingredients given;
  given.dir = &*dir;
  given.programs = std::move(*programs);
  given.kafka = std::move(*kafka);
  given.executable = net::self_executable();
  given.serve_words = options.serve_words;
  given.with_backends = !options.embedded;
  given.user = unprivileged_user();
  const std::vector<std::uint16_t> list = ports->ports();
  given.topology = local_topology(options.profile, options.instances, dir->home().string(), list,
                                  options.front_port != 0 ? options.front_port : list.back());
  if (auto written = StackDir::write(given.topology.jwt_key, new_signing_key(), given.user); !written) {
    return written;
  }
  Supervisor supervisor{given, on_ready};
  return supervisor.run();
}

int run_here(const Options& options) {
  const auto ended =
      run_stack(options, [](const std::string& json) { std::cout << kReady << json << '\n'
                                                                 << std::flush; });
  return ended ? to_int(ExitCode::ok) : end_with(ended.error());
}

// The parent prints what the stack says first and leaves; the stack goes on in a session of its own.
int run_apart(const Options& options) {
  std::array<int, 2> line{-1, -1};
  if (::pipe2(line.data(), O_CLOEXEC) != 0) {
    return end_with({"cannot make a pipe"});
  }
  const pid_t child = ::fork();
  if (child < 0) {
    return end_with({"cannot fork"});
  }
  if (child == 0) {
    ::setsid();
    ::close(line[0]);
    const auto ended = run_stack(options, [out = line[1]](const std::string& json) {
      const std::string text = std::string(kReady) + json + "\n";
      [[maybe_unused]] const ssize_t told = ::write(out, text.data(), text.size());
      ::close(out);
      const int nothing = ::open("/dev/null", O_RDWR);
      for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (nothing >= 0) {
          ::dup2(nothing, stream);
        }
      }
    });
    ::_exit(ended ? 0 : end_with(ended.error()));
  }
  ::close(line[1]);
  std::string said;
  std::array<char, 4096> buffer{};
  // Up to the end of the line: the guard of the stack holds the pipe open as long as it stands.
  for (ssize_t got = 1; got > 0 && !said.ends_with('\n');) {
    got = ::read(line[0], buffer.data(), buffer.size());
    said.append(buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  }
  ::close(line[0]);
  std::cout << said << std::flush;
  if (!said.empty()) {
    return to_int(ExitCode::ok);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : to_int(ExitCode::setup_failed);
}

}  // namespace

int up(const Options& options) {
  ::signal(SIGPIPE, SIG_IGN);
  return options.detach ? run_apart(options) : run_here(options);
}

}  // namespace plumbline::stack
