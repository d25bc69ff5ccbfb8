// A WebSocket to one server: HTTP upgrade, then frames both ways. Idle it holds a TCP stream and a three-word decoder.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "http_reader.h"
#include "plumbline/websocket/codec.h"
#include "tcp_stream.h"

namespace plumbline::client {

class WebSocketOwner {
 public:
  virtual ~WebSocketOwner() = default;
  virtual void on_websocket_open() = 0;
  virtual void on_websocket_text(std::string_view text, Time received) = 0;
  virtual void on_websocket_binary(std::string_view bytes, Time received) = 0;
  virtual void on_websocket_closed(const Error& why) = 0;  // refused, failed or ended; never after close()
};

// Inside its callbacks it may be closed, but not destroyed.
class WebSocketChannel final : public Burial, private TcpStreamOwner, private websocket::Sink {
 public:
  // `host` is the Host header, `request_target` path and query.
  WebSocketChannel(Reactor& reactor, WebSocketOwner& owner, std::size_t max_message);
  ~WebSocketChannel() override;
  void open(const TcpTarget& target, std::string_view host, std::string_view request_target);

  void send_text(std::string_view text) { send(websocket::Opcode::text, text); }
  void send_binary(std::string_view bytes) { send(websocket::Opcode::binary, bytes); }
  [[nodiscard]] std::size_t queued() const { return stream_.queued(); }

  void close();  // close frame and FIN
  void reset();  // RST

 private:
  struct Handshake;  // only until upgraded
  void send(websocket::Opcode opcode, std::string_view payload);
  void on_open() override;
  void on_bytes(std::span<char> bytes, Time received) override;
  void on_closed(const Error& why) override;
  void on_message(websocket::MessageKind kind, std::string_view payload) override;
  void on_ping(std::string_view payload) override;
  void on_pong(std::string_view) override {}
  void on_close(websocket::CloseCode code, std::string_view reason) override;
  void on_handshake_bytes(std::span<char> bytes, Time received);
  void decode(std::span<char> bytes, Time received);
  void fail(const Error& why);

  TcpStream stream_;
  WebSocketOwner* owner_;
  std::unique_ptr<Handshake> handshake_;
  websocket::Decoder decoder_;
  Time received_{};
};

}  // namespace plumbline::client
