// What joins the nodes of a target, such as a Redis: stopped and started by cases. Stage: target.
#pragma once

#include <boost/system/result.hpp>
#include <memory>
#include <optional>
#include <string>

#include "plumbline/net/child_process.h"
#include "target/target.h"

namespace plumbline::conform {

// Neither waits, since a case has other things to do meanwhile: the first call begins it, true once it is done.
class Backplane {
 public:
  Backplane() = default;
  virtual ~Backplane() = default;
  Backplane(const Backplane&) = delete;
  Backplane& operator=(const Backplane&) = delete;

  virtual bool stop() = 0;
  virtual bool start() = 0;
};

// Starts it and waits until that is done. False: it was not, in this time.
[[nodiscard]] bool bring_up(Backplane& backplane, Duration within);

// By the commands of a target file, in its folder. One that fails is run again at the next call.
class CommandedBackplane final : public Backplane {
 public:
  CommandedBackplane(Control control, std::string folder) : control_(std::move(control)), folder_(std::move(folder)) {}

  bool stop() override { return run(control_.stop_backplane); }
  bool start() override { return run(control_.start_backplane); }

 private:
  [[nodiscard]] bool run(const std::string& command);

  Control control_;
  std::string folder_;
  std::optional<net::ChildProcess> running_;
  std::string under_way_;  // which of them runs
};

// A redis-server of our own, for two of our own servers: a child process at a free port of the loopback address, with
// nothing on disk. Use it from the thread that started it, with which it dies.
class OwnRedis final : public Backplane {
 public:
  // Blocks until it runs. The error is one sentence.
  [[nodiscard]] static boost::system::result<std::shared_ptr<OwnRedis>, std::string> start_new();
  ~OwnRedis() override;

  [[nodiscard]] std::string url() const { return "redis://127.0.0.1:" + std::to_string(port_); }
  bool stop() override;
  bool start() override;  // at the same port

 private:
  OwnRedis(std::string program, std::string folder) : program_(std::move(program)), folder_(std::move(folder)) {}
  [[nodiscard]] bool launch();

  std::string program_;
  std::string folder_;  // empty, ours
  std::uint16_t port_{0};
  std::optional<net::ChildProcess> child_;
  bool stopping_{false};
};

}  // namespace plumbline::conform
