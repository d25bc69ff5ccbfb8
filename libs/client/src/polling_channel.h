// The long-polling transport of one session: one GET and one POST at a time, packets batched into bodies.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http_connection.h"
#include "plumbline/socketio/engine_packet.h"

namespace plumbline::client {

class PollingOwner {
 public:
  virtual ~PollingOwner() = default;
  virtual void on_polling_packet(const engineio::PacketView& packet, Time received) = 0;
  virtual void on_polling_paused() = 0;                  // after pause(): nothing is in flight
  virtual void on_polling_failed(const Error& why) = 0;  // the channel is closed
};

// Inside its callbacks it may be closed, but not destroyed.
class PollingChannel final : public Burial, private HttpConnectionOwner, private Pollable {
 public:
  struct Options {
    TcpTarget target;
    std::string host;            // Host header
    std::string request_target;  // path and query, without sid
    std::size_t max_body{16U << 20U};
  };
  PollingChannel(Reactor& reactor, PollingOwner& owner, Options options);
  ~PollingChannel() override;

  void open();                                                // the handshake request
  void start(std::string_view sid, std::size_t max_payload);  // after the open packet: poll on
  void send_text(std::string_view packet) { queue(std::string(packet)); }
  void send_binary(std::string_view bytes) { queue("b" + engineio::base64_encode(bytes)); }
  [[nodiscard]] std::size_t queued() const { return queued_bytes_; }

  void pause();  // no new request; on_polling_paused follows
  void resume();
  [[nodiscard]] std::vector<std::string> take_queue();  // packets not sent, as queued

  void close();        // at once
  void say_goodbye();  // posts what is queued and a close packet if no POST is in flight, then closes

 private:
  void queue(std::string packet);
  void poll();
  void post();
  void check_paused();
  void on_ready(std::uint32_t) override {}
  void on_turn_end() override;
  void on_answer(HttpConnection& connection, HttpAnswer answer) override;
  void on_failure(HttpConnection& connection, const HttpFailure& failure, bool stale) override;
  void fail(const Error& why);
  [[nodiscard]] std::string next_body();

  Reactor* reactor_;
  PollingOwner* owner_;
  Options options_;
  HttpConnection get_;
  HttpConnection post_;
  std::vector<std::string> queue_;
  std::size_t queued_bytes_{0};
  std::size_t max_payload_{0};
  bool started_{false};
  bool pausing_{false};
  bool paused_{false};
  bool closed_{false};
};

}  // namespace plumbline::client
