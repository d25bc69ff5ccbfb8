// A WebSocket connection of a case: literal messages out, timestamped events in, pings answered unless told. Stage:
// wire.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/connection.h"
#include "wire/deflate.h"
#include "wire/frames.h"
#include "wire/http_exchange.h"

namespace plumbline::conform {

struct WsMessage {
  Time at;
  bool binary{false};
  std::string payload;
  bool packed{false};  // came compressed
};

class WebSocket final : public Connection {
 public:
  // `target` is the request target: path and query. Header lines are literal, each ends in CRLF; one that offers
  // permessage-deflate lets the server use it. Starts the RFC 6455 handshake at once.
  WebSocket(Medium& medium, const Endpoint& endpoint, WireLog& log, int number, std::string_view target,
            std::string_view header_lines = {});

  void text(std::string_view payload) { frame(1, payload); }
  void binary(std::string_view payload) { frame(2, payload); }
  void frame(unsigned opcode, std::string_view payload, bool fin = true);
  // A text message, compressed; only where it was negotiated.
  void packed_text(std::string_view payload);
  // Bytes that may be no frame, behind the handshake.
  void raw(std::string_view bytes);

  // Engine.IO pings (`2`) are kept apart from the messages and answered with `3` at once.
  void answer_pings(bool yes) { answer_pings_ = yes; }

  // Events are kept without the offset of connection state recovery.
  void take_offsets_off(bool yes) { offsets_off_ = yes; }

  [[nodiscard]] bool open() const { return open_ && !over(); }
  [[nodiscard]] bool was_open() const { return open_; }
  // Refused by an HTTP answer other than 101.
  [[nodiscard]] const HttpAnswer* refusal() const { return refusal_ ? &*refusal_ : nullptr; }
  [[nodiscard]] const HttpAnswer* switched() const { return switched_ ? &*switched_ : nullptr; }  // the 101
  // No message can come any more: close frame, end of TCP, refusal, or bytes that are no frames.
  [[nodiscard]] bool over() const { return ended() || refusal_ || close_code_ || garbage(); }
  [[nodiscard]] Time over_at() const { return over_at_; }
  [[nodiscard]] std::string how_it_ended() const;
  [[nodiscard]] bool garbage() const { return reader_.broken() || not_packed_; }
  [[nodiscard]] std::optional<unsigned> close_code() const { return close_code_; }  // 1005: a frame without one

  [[nodiscard]] const std::vector<WsMessage>& messages() const { return messages_; }          // without Engine.IO pings
  [[nodiscard]] const std::vector<std::string>& pong_frames() const { return pong_frames_; }  // their data
  [[nodiscard]] const std::vector<Time>& pings() const { return pings_; }
  [[nodiscard]] const std::vector<Time>& pongs() const { return pongs_; }  // when we answered

  std::size_t cursor{0};  // index of the first message that the case has not consumed

 private:
  void on_bytes(std::string_view bytes) override;
  void on_end() override { mark_over(); }
  void on_frames(std::string_view bytes);
  void on_frame(Frame frame);
  void on_message(bool is_binary, bool packed, std::string payload);
  void on_end_of_message();
  void mark_over();

  HttpReader handshake_;
  FrameReader reader_;
  bool open_{false};
  bool answer_pings_{true};
  bool offsets_off_{false};
  bool marked_{false};
  std::optional<HttpAnswer> refusal_;
  std::optional<HttpAnswer> switched_;
  std::optional<unsigned> close_code_;
  Time over_at_{};
  std::string partial_;
  bool partial_binary_{false};
  bool partial_packed_{false};
  Inflater inflater_;
  bool not_packed_{false};                                 // a message with RSV1 that is no DEFLATE
  std::vector<std::pair<unsigned, std::string>> waiting_;  // frames asked for before the handshake was done
  std::vector<WsMessage> messages_;
  std::vector<std::string> pong_frames_;
  std::vector<Time> pings_;
  std::vector<Time> pongs_;
};

}  // namespace plumbline::conform
