// Name and arguments of an event: never a crash on any text; on a legal event always two legal parts, of which the same
// event can be made again.
#include "fuzz/target.h"
#include "plumbline/socketio/packet.h"
#include "plumbline/websocket/codec.h"

namespace {

using plumbline::socketio::Frame;

// The frame as its receiver sees it: one whole text message, then the attachments.
struct Receiver final : plumbline::websocket::Sink {
  void on_message(plumbline::websocket::MessageKind kind, std::string_view payload) override {
    plumbline::fuzz::require((kind == plumbline::websocket::MessageKind::text) == messages.empty());
    messages.emplace_back(payload);
  }
  void on_ping(std::string_view) override { std::abort(); }
  void on_pong(std::string_view) override { std::abort(); }
  void on_close(plumbline::websocket::CloseCode, std::string_view) override { std::abort(); }

  std::vector<std::string> messages;
};

void check_frame(const Frame& frame) {
  std::string bytes =
      std::string(frame.packed_ws_bytes([](const Frame& of) { return std::string(of.server_ws_bytes()); }));
  plumbline::fuzz::require(bytes == frame.packed_ws_bytes([](const Frame&) { return std::string("once only"); }));
  Receiver receiver;
  plumbline::websocket::Decoder decoder(plumbline::websocket::Role::client, std::size_t{1} << 20U);
  plumbline::fuzz::require(!decoder.feed(bytes, receiver));
  plumbline::fuzz::require(receiver.messages.size() == 1 + frame.attachments().size());
  plumbline::fuzz::require(receiver.messages.front() == frame.text());
}

}  // namespace

PLUMBLINE_FUZZ_TARGET(split_event) {
  using namespace plumbline::socketio;
  const auto parts = plumbline::socketio::split_event(input);
  if (!input.starts_with('[') || !parse_packet("2" + std::string(input), Direction::to_server)) {
    return;
  }
  plumbline::fuzz::require(parts.has_value());
  const std::string_view args = parts.value().args;
  const std::string ack = "30" + array_of(args);  // an acknowledgement takes any array
  plumbline::fuzz::require(parse_packet(ack, Direction::to_server).has_value());
  check_frame(*make_ack("/", 0, args));
  const FramePtr made = make_event("/", parts.value().name, args);
  const auto again = plumbline::socketio::split_event(made->text().substr(2));
  plumbline::fuzz::require(again.has_value() && again.value().name == parts.value().name);
  check_frame(*made);
  const std::size_t times = parts.value().name == "large" ? 1U << 16U : 1U;  // the widest header, now and then
  check_frame(Frame(made->text().substr(1), {std::string(args), std::string(times, 'x')}));
}
