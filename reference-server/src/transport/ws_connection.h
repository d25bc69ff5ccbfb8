// One WebSocket after its 101: frames in through our codec, frames out through an outbox. Stage: transport.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "plumbline/socketio/packet.h"
#include "plumbline/websocket/codec.h"
#include "transport/outbox.h"
#include "transport/poll_set.h"

namespace plumbline::serve {

class ClientSession;
class Shard;

// Owned by its session, lives on the session's shard. Idle it holds no buffer, no timer and no parser.
class WsConnection final : public Pollable, private websocket::Sink {
 public:
  // Takes the descriptor, which must be in the shard's poll set already.
  WsConnection(Shard& shard, ClientSession& session, int fd, std::size_t max_payload, bool deflate);
  ~WsConnection() override;
  WsConnection(const WsConnection&) = delete;
  WsConnection& operator=(const WsConnection&) = delete;

  void send(const socketio::FramePtr& frame);
  void send_message(websocket::MessageKind kind, std::string_view payload);
  // What was queued before is still written, then a close frame; the descriptor is given away at once.
  void close(websocket::CloseCode code);

  void feed(std::span<char> bytes);  // bytes that came with the handshake
  void on_ready(std::uint32_t events) override;
  [[nodiscard]] bool writable() const { return fd_ >= 0 && !blocked_ && !overflowed_ && !broken_; }
  void flush();  // at the end of a loop turn
  // What only deliberate faults do.
  void drop_output() { outbox_.reset(); }
  void announce_close();

  [[nodiscard]] std::size_t buffered_bytes() const { return outbox_ ? outbox_->bytes() : 0; }

 private:
  void on_message(websocket::MessageKind kind, std::string_view payload) override;
  void on_ping(std::string_view payload) override;
  void on_pong(std::string_view) override {}
  void on_close(websocket::CloseCode code, std::string_view reason) override;

  void receive();
  void lost();
  [[nodiscard]] Outbox* room_for(std::size_t bytes);
  void watch();
  void write_out();

  Shard& shard_;
  ClientSession& session_;
  websocket::Decoder decoder_;
  std::unique_ptr<Outbox> outbox_;  // only while something waits
  int fd_;
  bool deflate_;
  bool dirty_{false};
  bool blocked_{false};  // the kernel's buffer is full: waiting for EPOLLOUT
  bool overflowed_{false};
  bool broken_{false};  // a write failed; the session hears of it at the end of the turn
};

}  // namespace plumbline::serve
