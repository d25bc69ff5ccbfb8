// The control socket of `plumbline stack`: one JSON object per line in both directions. Stage: faults.
#pragma once

#include <boost/json/object.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "faults/control_port.h"

namespace plumbline::load {

class StackControl final : public ControlPort {
 public:
  // Takes the descriptor of a connected stream socket.
  explicit StackControl(int descriptor);
  ~StackControl() override;
  StackControl(const StackControl&) = delete;
  StackControl& operator=(const StackControl&) = delete;

  // `dir`: of the stack; its control.sock may lie deeper than a socket address can say.
  [[nodiscard]] static boost::system::result<std::unique_ptr<StackControl>, ControlError> open(const std::string& dir);

  boost::system::result<Injection, ControlError> inject(const PlannedFault& fault) override;
  boost::system::result<void, ControlError> undo(const PlannedFault& fault, const std::string& process) override;
  boost::system::result<void, ControlError> heal() override;
  std::vector<ControlEvent> events(Time deadline) override;
  void release() override;

 private:
  boost::system::result<boost::json::object, ControlError> ask(boost::json::object request, Duration within);
  bool read_more(Time deadline);
  // The next whole line, as an object; lines that are none are passed over.
  std::optional<boost::json::object> next_line();
  void keep_event(const boost::json::object& line);

  int descriptor_;
  std::uint64_t last_id_{0};
  std::string unread_;
  std::vector<ControlEvent> events_;
  bool ended_{false};
};

}  // namespace plumbline::load
