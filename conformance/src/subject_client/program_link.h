// What is said to the program that holds the client under test, and what it tells: JSON lines (conformance/README.md).
// Stage: subject client.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "wire/connection.h"

namespace plumbline::conform {

// One line of the program: {"event":"connect","nsp":"/"}.
struct Told {
  Time at;
  std::string event;
  std::string nsp;
  boost::json::object fields;
};

// The program is connection 1 of a take: its stdin and stdout. Owned by a Stage.
class ProgramLink final : public Connection {
 public:
  ProgramLink(Medium& medium, WireLog& log) : Connection(medium, log, kNumber) {}

  void say(const boost::json::object& line);
  [[nodiscard]] const std::vector<Told>& told() const { return told_; }
  [[nodiscard]] const std::string& nonsense() const {
    return nonsense_;
  }  // the first line that was none of the protocol

  static constexpr int kNumber = 1;

 private:
  void on_bytes(std::string_view bytes) override;
  void on_line(std::string_view line);

  std::string pending_;
  std::vector<Told> told_;
  std::string nonsense_;
};

}  // namespace plumbline::conform
