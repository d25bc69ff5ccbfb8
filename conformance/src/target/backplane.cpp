#include "target/backplane.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <utility>

#include "plumbline/net/loopback_port.h"
#include "target/probe.h"

namespace plumbline::conform {
namespace {

constexpr Duration kRedisStartsWithin = std::chrono::seconds{5};
constexpr Duration kLook = std::chrono::milliseconds{20};
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

}  // namespace

bool bring_up(Backplane& backplane, Duration within) {
  const SteadyClock clock;
  const Time deadline = clock.now() + within;
  while (!backplane.start()) {
    if (clock.now() >= deadline) {
      return false;
    }
    pause({}, clock, kLook);
  }
  return true;
}

bool CommandedBackplane::run(const std::string& command) {
  if (!running_) {
    net::ChildProcess::Options options;
    options.command = {"/bin/sh", "-c", command};
    options.stdout_file = "/dev/null";  // a pipe that nobody reads would block it
    options.directory = folder_;
    if (auto child = net::ChildProcess::start(options)) {
      running_ = std::move(*child);
      under_way_ = command;
    }
  }
  if (!running_ || running_->running()) {
    return false;
  }
  const bool done = running_->stop(Duration::zero()) == 0 && under_way_ == command;
  running_.reset();
  return done;
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
    made->port_ = net::free_port();
    if (bring_up(*made, kRedisStartsWithin)) {
      return made;
    }
  }
  return std::string("redis-server did not start on the loopback address");
}

OwnRedis::~OwnRedis() {
  child_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

bool OwnRedis::stop() {
  if (child_ && !std::exchange(stopping_, true)) {
    child_->signal(SIGTERM);
  }
  if (child_ && child_->running()) {
    return false;
  }
  child_.reset();
  stopping_ = false;
  return true;
}

bool OwnRedis::start() {
  if (stopping_ && !stop()) {
    return false;
  }
  if (child_ && !child_->running()) {
    child_.reset();
  }
  if (!child_ && !launch()) {
    return false;
  }
  const auto endpoint = parse_endpoint(fmt::format("http://127.0.0.1:{}", port_));
  const SteadyClock clock;
  return endpoint && accepts_connections(*endpoint, clock, kLook) && child_->running();
}

bool OwnRedis::launch() {
  net::ChildProcess::Options options;
  options.command = {
      program_, "--port", std::to_string(port_), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
      "--dir",  folder_,  "--loglevel",          "warning"};
  options.stdout_file = "/dev/null";
  auto child = net::ChildProcess::start(options);
  if (child) {
    child_ = std::move(*child);
  }
  return bool{child};
}

}  // namespace plumbline::conform
