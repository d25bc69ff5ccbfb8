// A session host that writes down what the session asks for, in order.
#pragma once

#include <string>
#include <vector>

#include "plumbline/base/clock.h"
#include "plumbline/socketio/server_session.h"

namespace plumbline::engineio {

// Short times, so that tests read in small numbers.
inline ServerOptions quick() {
  ServerOptions options;
  options.ping_interval = std::chrono::milliseconds{300};
  options.ping_timeout = std::chrono::milliseconds{200};
  options.upgrade_timeout = std::chrono::milliseconds{100};
  return options;
}

inline std::string quoted_close(CloseReason reason) {
  return "close:" + std::string(to_string(reason));
}

class RecordingSessionHost final : public SessionHost {
 public:
  void answer_poll(std::string payload) override { said.push_back("poll:" + payload); }
  void abort_post() override { said.emplace_back("abort-post"); }
  void ws_text(std::string_view packet) override { said.push_back("ws:" + std::string(packet)); }
  void ws_binary(std::string_view bytes) override { said.push_back("wsb:" + std::string(bytes)); }
  void ws_frame(const socketio::FramePtr& frame) override { said.push_back("ws:" + std::string(frame->text())); }
  void ws_close(CloseReason reason) override { said.push_back("ws-" + quoted_close(reason)); }
  void want_flush() override { flush_wanted = true; }
  void on_overflow() override { ++overflows; }
  void on_message(bool binary, std::string_view payload, Time) override {
    received.push_back((binary ? "b:" : "t:") + std::string(payload));
  }
  void on_close(CloseReason reason, Time) override { ended.push_back(quoted_close(reason)); }

  std::vector<std::string> take() { return std::exchange(said, {}); }

  std::vector<std::string> said;
  std::vector<std::string> received;
  std::vector<std::string> ended;
  bool flush_wanted{false};
  int overflows{0};
};

// One session with a clock that only the test moves.
struct SessionUnderTest {
  explicit SessionUnderTest(TransportName transport, ServerOptions with = {})
      : options(with), session(options, host, transport, clock.now()) {}

  // As the transport does: whoever may not park is told why.
  std::optional<RequestError> get() {
    const auto refused = session.begin_get(clock.now());
    if (!refused) {
      session.serve_poll(clock.now());
    }
    return refused;
  }
  std::optional<RequestError> post(std::string_view body) {
    const auto refused = session.begin_post("text/plain;charset=UTF-8", clock.now());
    return refused ? refused : session.end_post(body, clock.now());
  }
  void ws(std::string_view text) { session.on_ws_message(false, text, clock.now()); }
  void send(std::string_view text) {
    session.send_message(false, text);
    session.flush(clock.now());
  }
  void pass(Duration time) {
    clock.advance(time);
    session.on_deadline(clock.now());
  }

  ManualClock clock;
  ServerOptions options;
  RecordingSessionHost host;
  ServerSession session;
};

}  // namespace plumbline::engineio
