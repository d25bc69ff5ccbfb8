// A whole client session against lines from a hostile server, and its own user's calls between them: `b` binary, `p` on
// the probe, `f` the probe fails, `e` and `a` emit and ack, `d` disconnect, `t` half a minute passes, all others text.
#include "plumbline/socketio/client_session.h"

#include "fuzz/target.h"

namespace {

struct Host final : plumbline::socketio::ClientSessionHost {
  void send_text(std::string_view packet) override { plumbline::fuzz::require(!ended && !packet.empty()); }
  void send_binary(std::string_view) override { plumbline::fuzz::require(!ended); }
  void open_probe() override { opened = true; }
  void send_probe(std::string_view) override { plumbline::fuzz::require(opened); }
  void pause_polling() override { pausing = true; }
  void abandon_probe() override { opened = false; }
  void use_probe() override { plumbline::fuzz::require(pausing); }
  void on_connected(std::string_view sid) override { plumbline::fuzz::require(!ended && !sid.empty()); }
  void on_connect_refused(std::string_view) override { end(); }
  void on_event(const plumbline::socketio::PacketView& packet, const std::vector<std::string>&) override {
    plumbline::fuzz::require(!ended && plumbline::socketio::split_event(packet.data).has_value());
  }
  void on_ack(std::uint64_t, std::string_view array) override { plumbline::fuzz::require(!ended && !array.empty()); }
  void on_ended(const plumbline::Error&) override { end(); }
  void end() {
    plumbline::fuzz::require(!ended);
    ended = true;
  }

  bool opened{false};
  bool pausing{false};
  bool ended{false};
};

// What the user of the session does; it sends nothing that is larger than the server takes.
void act(plumbline::socketio::ClientSession& session, Host& host, char what, std::string_view text) {
  const std::vector<std::string> attachments{std::string(text)};
  switch (what) {
    case 'e':
      plumbline::fuzz::require(session.emit(R"(["e"])") <= session.connected());
      plumbline::fuzz::require(session.emit(R"([1,{"_placeholder":true,"num":0}])", 7, attachments) <=
                               session.connected());
      break;
    case 'a':
      plumbline::fuzz::require(session.ack(7, "[]") <= session.connected());
      break;
    case 'd':
      session.disconnect();
      host.ended = true;
      break;
    default:
      session.probe_failed();
      break;
  }
}

}  // namespace

PLUMBLINE_FUZZ_TARGET(client_session) {
  Host host;
  plumbline::ManualClock clock;
  plumbline::socketio::ClientSession session(host, {.upgrade = true}, clock.now());
  while (!input.empty()) {
    const std::size_t end = input.find('\n');
    const std::string_view line = input.substr(0, end);
    input = end == std::string_view::npos ? std::string_view{} : input.substr(end + 1);
    clock.advance(line.starts_with('t') ? std::chrono::seconds{30} : std::chrono::milliseconds{1});
    if (line.starts_with('b')) {
      session.on_binary(line.substr(1));
    } else if (line.starts_with('p')) {
      session.probe_opened();
      session.on_probe_text(line.substr(1));
      session.polling_paused();
    } else if (!line.empty() && std::string_view("eadf").find(line.front()) != std::string_view::npos) {
      act(session, host, line.front(), line.substr(1));
    } else if (!line.starts_with('t')) {
      session.on_text(line, clock.now());
    }
    session.on_time(clock.now());
    plumbline::fuzz::require(session.ended() == host.ended);
  }
}
