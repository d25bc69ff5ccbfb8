// The control socket of a stack: sessions that send lines and hear events. Lives on the supervisor's thread.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>

#include "control/protocol.h"
#include "place/failure.h"

namespace plumbline::stack {

class ControlServer {
 public:
  using Answer = std::function<void(std::string line)>;
  struct Handlers {
    std::function<void(const Request&, Answer)> request;  // the answer may come later, from this thread
    std::function<void()> guarded_client_lost;
  };

  ControlServer(boost::asio::io_context& context, Handlers handlers);
  ~ControlServer();
  ControlServer(const ControlServer&) = delete;
  ControlServer& operator=(const ControlServer&) = delete;

  [[nodiscard]] Outcome<void> listen(const std::string& path);
  // To every client. One that reads nothing for long is cut off.
  void broadcast(const std::string& line);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace plumbline::stack
