// RFC 6455 frames as a pure codec, both roles: bytes in, messages out; messages in, bytes out. No I/O, no clock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace plumbline::websocket {

enum class Role : std::uint8_t { server, client };
enum class MessageKind : std::uint8_t { text, binary };
enum class Opcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

enum class CloseCode : std::uint16_t {
  normal = 1000,
  going_away = 1001,
  protocol_error = 1002,
  unsupported_data = 1003,
  no_status = 1005,  // never on the wire: the close frame had no body
  abnormal = 1006,   // never on the wire: no close frame came
  invalid_payload = 1007,
  policy_violation = 1008,
  message_too_big = 1009,
  internal_error = 1011,
};

// What a Decoder found. Views are valid during the call only.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual void on_message(MessageKind kind, std::string_view payload) = 0;
  virtual void on_ping(std::string_view payload) = 0;
  virtual void on_pong(std::string_view payload) = 0;
  // code is no_status when the frame carried none. Nothing is reported after this.
  virtual void on_close(CloseCode code, std::string_view reason) = 0;
};

// Incremental frame parser. `role` is ours: a server demands masked frames, a client unmasked ones. Holds no buffer
// while no message is half-received, so that an idle connection costs only this object.
class Decoder {
 public:
  Decoder(Role role, std::size_t max_message);
  ~Decoder();
  Decoder(Decoder&&) noexcept;
  Decoder& operator=(Decoder&&) noexcept;

  // Consumes all of `bytes`, which it unmasks in place. Returns the close code to send when the peer broke the
  // protocol (1002, 1007 for UTF-8, 1009 for size); the decoder then ignores all further input. A sink may destroy
  // neither the decoder nor itself inside a callback; it may call stop().
  [[nodiscard]] std::optional<CloseCode> feed(std::span<char> bytes, Sink& sink);

  // permessage-deflate was negotiated: compressed messages are inflated, up to max_message bytes.
  void allow_deflate() { deflate_ = true; }

  // Ignore everything from now on, also the rest of the bytes being fed.
  void stop();
  // The first fragment of a message is here and the last one is not.
  [[nodiscard]] bool between_fragments() const;

 private:
  struct Partial;
  std::optional<CloseCode> take_whole_frame(std::span<char>& bytes, Sink& sink);
  std::optional<CloseCode> resume(std::span<char>& bytes, Sink& sink);
  std::optional<CloseCode> resume_header(std::span<char>& bytes);
  std::optional<CloseCode> resume_payload(std::span<char>& bytes, Sink& sink);
  std::optional<CloseCode> finish_frame(Sink& sink);
  [[nodiscard]] std::optional<CloseCode> report_packed(MessageKind kind, std::string_view packed, Sink& sink) const;
  [[nodiscard]] std::size_t wire_limit(bool packed) const;

  std::unique_ptr<Partial> partial_;  // only while a frame or message is incomplete
  std::size_t max_message_;
  Role role_;
  bool deflate_{false};
  bool stopped_{false};
};

// Append one frame; the payload of a control frame has at most 125 bytes. A client masks with `mask_key` (RFC 6455 5.3
// wants it unpredictable), a server ignores it.
void append_frame(std::string& out, Role role, Opcode opcode, std::string_view payload, std::uint32_t mask_key = 0);
inline void append_message(std::string& out, Role role, MessageKind kind, std::string_view payload,
                           std::uint32_t mask_key = 0) {
  append_frame(out, role, kind == MessageKind::text ? Opcode::text : Opcode::binary, payload, mask_key);
}
// The reason is cut at a character boundary to fit; with no_status the frame is empty.
void append_close(std::string& out, Role role, CloseCode code, std::string_view reason = {},
                  std::uint32_t mask_key = 0);

// Sec-WebSocket-Accept for a Sec-WebSocket-Key (RFC 6455 4.2.2).
[[nodiscard]] std::string accept_key(std::string_view client_key);

[[nodiscard]] bool is_valid_utf8(std::string_view text);

}  // namespace plumbline::websocket
