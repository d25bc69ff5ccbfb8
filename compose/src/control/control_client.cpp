#include "control/control_client.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <istream>

#include "place/stack_dir.h"

namespace plumbline::stack {
namespace {

using boost::asio::local::stream_protocol;

// A connection whose reads end when the time is up.
class Line {
 public:
  explicit Line(Time deadline) : deadline_(deadline) {}

  bool connect(const std::string& path) {
    boost::system::error_code failed;
    socket_.connect(stream_protocol::endpoint{path}, failed);
    return !failed;
  }

  void send(const std::string& line) {
    boost::system::error_code failed;
    boost::asio::write(socket_, boost::asio::buffer(line + "\n"), failed);
  }

  // nullopt: the other side is gone, or time is up.
  std::optional<std::string> next() {
    std::optional<std::string> line;
    boost::asio::async_read_until(socket_, buffer_, '\n', [&](boost::system::error_code failed, std::size_t /*read*/) {
      if (!failed) {
        std::istream in{&buffer_};
        line.emplace();
        std::getline(in, *line);
      }
    });
    context_.restart();
    context_.run_until(deadline_);
    if (!line) {
      boost::system::error_code ignored;
      socket_.close(ignored);
      context_.restart();
      context_.run();
    }
    return line;
  }

 private:
  Time deadline_;
  boost::asio::io_context context_{1};
  stream_protocol::socket socket_{context_};
  boost::asio::streambuf buffer_;
};

bool is_answer(const std::string& line) {
  boost::system::error_code failed;
  const boost::json::value parsed = boost::json::parse(line, failed);
  return !failed && parsed.is_object() && parsed.as_object().contains("ok");
}

Failure nobody(const std::string& dir) {
  return {"no stack runs in " + dir + "; start one with `plumbline stack up --dir " + dir + "`", ExitCode::target_lost};
}

}  // namespace

Outcome<std::string> ask_stack(const std::string& dir, const Request& request, std::chrono::milliseconds within) {
  Line line{steady_now() + within};
  if (!line.connect(control_socket_of(dir))) {
    return nobody(dir);
  }
  line.send(to_line(request));
  while (const auto heard = line.next()) {
    if (is_answer(*heard)) {
      return {boost::system::in_place_value, *heard};
    }
  }
  return Failure{"the stack in " + dir + " gave no answer", ExitCode::target_lost};
}

Outcome<void> take_down(const std::string& dir, std::chrono::milliseconds within) {
  const Time deadline = steady_now() + within;
  Line line{deadline};
  if (!line.connect(control_socket_of(dir))) {
    return nobody(dir);
  }
  Request request;
  request.deed = Deed::down;
  line.send(to_line(request));
  while (line.next()) {
  }
  if (!StackDir::abandoned_before(dir, deadline)) {
    return Failure{"the stack in " + dir + " did not end in time", ExitCode::target_lost};
  }
  return boost::system::in_place_value;
}

}  // namespace plumbline::stack
