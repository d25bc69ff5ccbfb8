// A SocketIoClient that writes down what happens to it, and a loop that runs until something did.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <string>
#include <vector>

#include "plumbline/client/socketio_client.h"

namespace plumbline::client::test {

struct ProbeClient final : ClientListener {
  explicit ProbeClient(boost::asio::io_context& loop) : context(loop), client(loop, *this) {}

  void on_connect(std::string_view sid) override { seen.push_back("connect " + std::string(sid)); }
  void on_connect_error(std::string_view json) override { seen.push_back("refused " + std::string(json)); }
  void on_event(std::string_view data, const socketio::Packet& packet, Time) override {
    std::string line = "event " + std::string(data);
    for (const std::string& attachment : packet.attachments) {
      line += " +" + attachment;
    }
    seen.push_back(line);
    if (packet.ack_id) {
      client.ack(*packet.ack_id, "[42]");
    }
  }
  void on_ack(std::uint64_t id, std::string_view array, Time) override {
    seen.push_back("ack " + std::to_string(id) + " " + std::string(array));
  }
  void on_disconnect(const Error& why) override {
    seen.push_back("disconnect " + std::string(to_string(why.code)));
    reason = why.where;
  }

  [[nodiscard]] bool saw(std::string_view prefix) const {
    for (const std::string& line : seen) {
      if (line.starts_with(prefix)) {
        return true;
      }
    }
    return false;
  }

  // Runs the loop until a line with that prefix was written; false after `bound`.
  bool run_until(std::string_view prefix, Duration bound = std::chrono::seconds{10}) {
    const Time end = steady_now() + bound;
    context.restart();
    while (!saw(prefix) && steady_now() < end) {
      context.run_one_for(std::chrono::milliseconds{50});
    }
    return saw(prefix);
  }

  void run_for(Duration time) {
    const Time end = steady_now() + time;
    context.restart();
    while (steady_now() < end) {
      context.run_one_for(std::chrono::milliseconds{10});
    }
  }

  boost::asio::io_context& context;
  std::vector<std::string> seen;
  std::string reason;
  SocketIoClient client;
};

}  // namespace plumbline::client::test
