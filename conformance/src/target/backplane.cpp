#include "target/backplane.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <utility>

#include "target/probe.h"

namespace plumbline::conform {
namespace {

constexpr Duration kCommandWithin = std::chrono::seconds{10};
constexpr Duration kRedisStartsWithin = std::chrono::seconds{5};
constexpr int kPortsTried = 5;

std::string find_redis() {
  const char* const path = std::getenv("PATH");
  std::istringstream folders{path == nullptr ? "" : path};
  for (std::string folder; std::getline(folders, folder, ':');) {
    std::string file = folder + "/redis-server";
    if (::access(file.c_str(), X_OK) == 0) {
      return file;
    }
  }
  return {};
}

// One that is free now; somebody else may take it before we do.
std::uint16_t free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  const bool bound = ::bind(fd, generic, size) == 0 && ::getsockname(fd, generic, &size) == 0;
  ::close(fd);
  return bound ? ntohs(address.sin_port) : std::uint16_t{0};
}

}  // namespace

bool CommandedBackplane::run(const std::string& command) const {
  net::ChildProcess::Options options;
  options.command = {"/bin/sh", "-c", command};
  options.stdout_file = "/dev/null";  // a pipe that nobody reads would block it
  options.directory = folder_;
  auto child = net::ChildProcess::start(options);
  return child && child->ended_within(kCommandWithin) && child->stop(Duration::zero()) == 0;
}

boost::system::result<std::shared_ptr<OwnRedis>, std::string> OwnRedis::start_new() {
  std::string program = find_redis();
  if (program.empty()) {
    return std::string(
        "this variant needs a Redis: the program redis-server is missing; install the package redis-server");
  }
  std::string folder = (std::filesystem::temp_directory_path() / "plumbline-redis-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) {
    return "cannot make a folder for redis-server in " + std::filesystem::temp_directory_path().string();
  }
  std::shared_ptr<OwnRedis> made(new OwnRedis(std::move(program), std::move(folder)));
  for (int tried = 0; tried < kPortsTried; ++tried) {
    made->port_ = free_port();
    if (made->start()) {
      return made;
    }
  }
  return std::string("redis-server did not start on the loopback address");
}

OwnRedis::~OwnRedis() {
  (void)stop();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

bool OwnRedis::stop() {
  if (child_) {
    (void)child_->stop(std::chrono::seconds{2});
    child_.reset();
  }
  return true;
}

bool OwnRedis::start() {
  if (child_ && child_->running()) {
    return true;
  }
  net::ChildProcess::Options options;
  options.command = {
      program_, "--port", std::to_string(port_), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
      "--dir",  folder_,  "--loglevel",          "warning"};
  options.stdout_file = "/dev/null";
  auto child = net::ChildProcess::start(options);
  if (!child) {
    return false;
  }
  child_ = std::move(*child);
  const SteadyClock clock;
  const auto endpoint = parse_endpoint(fmt::format("http://127.0.0.1:{}", port_));
  const Time deadline = clock.now() + kRedisStartsWithin;
  while (endpoint && clock.now() < deadline && child_->running()) {
    if (accepts_connections(*endpoint, clock, std::chrono::milliseconds{500})) {
      return child_->running();
    }
    pause(*endpoint, clock, std::chrono::milliseconds{20});
  }
  (void)stop();
  return false;
}

}  // namespace plumbline::conform
