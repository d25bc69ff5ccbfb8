// Socket.IO v5 packets (protocol revision 5, library v4): parse text into a view, encode back, reassemble attachments.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plumbline/base/result.h"

namespace plumbline::socketio {

enum class PacketType : std::uint8_t { connect, disconnect, event, ack, connect_error, binary_event, binary_ack };

// A parsed packet. `data` is the JSON text as it came, already validated against the rules of its type
// (EVENT: non-empty array whose first element is a string that is not reserved, or a number; ACK: array; CONNECT:
// nothing or an object; DISCONNECT: nothing; CONNECT_ERROR: object or string); empty when the packet had none.
struct PacketView {
  PacketType type{PacketType::event};
  std::string_view nsp{"/"};
  std::optional<std::uint64_t> ack_id;
  std::uint32_t attachments{0};  // announced count, BINARY_* only
  std::string_view data;
};

enum class Direction : std::uint8_t { to_server, to_client };  // some packets are legal one way only

struct ParseLimits {
  std::uint32_t max_attachments{10};
  std::uint32_t max_depth{64};  // JSON nesting
};

// Parses the payload of one Engine.IO text message, e.g. `2/chat,12["hi",1]`.
[[nodiscard]] Result<PacketView> parse_packet(std::string_view text, Direction direction,
                                              const ParseLimits& limits = {});

// A complete packet with its attachments, as handed to applications.
struct Packet {
  PacketType type{PacketType::event};  // binary_event and binary_ack are reported as event and ack
  std::string nsp{"/"};
  std::optional<std::uint64_t> ack_id;
  std::string data;                      // JSON text; placeholders stay as {"_placeholder":true,"num":n}
  std::vector<std::string> attachments;  // in order of their number
};

// Collects the binary messages that follow a BINARY_* header. One per connection and direction.
class Reassembler {
 public:
  // A text message. Complete packets come back at once; a header that waits for attachments gives nullopt.
  // Text while attachments are missing, or anything malformed, is an error: close the connection.
  [[nodiscard]] Result<std::optional<Packet>> on_text(std::string_view text, Direction direction,
                                                      const ParseLimits& limits = {});
  [[nodiscard]] Result<std::optional<Packet>> on_binary(std::string_view bytes);
  [[nodiscard]] bool waiting() const { return pending_ != nullptr; }

 private:
  struct Pending;
  struct PendingDelete {
    void operator()(Pending* pending) const;
  };
  std::unique_ptr<Pending, PendingDelete> pending_;
};

// Text of one packet without the Engine.IO digit: `2["hi"]`, `0/chat,{"sid":"x"}`, `51-["f",{...}]`.
void append_packet(std::string& out, PacketType type, std::string_view nsp, std::optional<std::uint64_t> ack_id,
                   std::string_view data, std::uint32_t attachments = 0);

// The first element of an EVENT array and the text of the others, which lie in the data that was split.
struct EventParts {
  std::string_view name;                         // unescaped; decimal text when the wire had a number
  std::string_view args;                         // e.g. `1,{"a":2}`, original spelling kept; empty when there are none
  std::unique_ptr<const std::string> unescaped;  // where the name lies when the wire had escapes in it
};
// For the data of a parsed EVENT; what is behind the name is not validated again.
[[nodiscard]] Result<EventParts> split_event(std::string_view data);
// Back to a JSON array, for a parser.
[[nodiscard]] std::string array_of(std::string_view args);

// One encoded packet, immutable and shared by all its receivers: encoded once per broadcast, not once per socket.
class Frame {
 public:
  enum class Packing : std::uint8_t { allowed, never };  // whether messages may be compressed where that was negotiated

  // `text` is the Socket.IO packet without the Engine.IO digit.
  explicit Frame(std::string_view text, std::vector<std::string> attachments = {}, Packing packing = Packing::allowed)
      : Frame(std::span(&text, 1), std::move(attachments), packing) {}
  // The same of a text in pieces.
  explicit Frame(std::span<const std::string_view> text, std::vector<std::string> attachments = {},
                 Packing packing = Packing::allowed);
  ~Frame();
  Frame(const Frame&) = delete;
  Frame& operator=(const Frame&) = delete;

  // Engine.IO message text: `4` + packet
  [[nodiscard]] std::string_view text() const { return std::string_view(ws_).substr(text_at_, text_size_); }
  [[nodiscard]] const std::vector<std::string>& attachments() const { return attachments_; }
  [[nodiscard]] std::string_view server_ws_bytes() const { return ws_; }  // unmasked WebSocket frames, all of it

  // The same in another form: made by `pack` for the first receiver that wants it, on any thread, then shared.
  using Pack = std::string (*)(const Frame& frame);
  [[nodiscard]] std::string_view packed_ws_bytes(Pack pack) const;
  [[nodiscard]] bool may_pack() const { return packing_ == Packing::allowed; }

 private:
  mutable std::atomic<const std::string*> packed_{nullptr};
  std::vector<std::string> attachments_;
  std::string ws_;
  std::size_t text_at_{0};  // the text lies inside the first WebSocket frame
  std::size_t text_size_{0};
  Packing packing_;
};
using FramePtr = std::shared_ptr<const Frame>;

// Convenience: an EVENT or ACK frame with `args` = JSON values joined by commas (may be empty).
[[nodiscard]] FramePtr make_event(std::string_view nsp, std::string_view name, std::string_view args,
                                  std::optional<std::uint64_t> ack_id = std::nullopt);
[[nodiscard]] FramePtr make_ack(std::string_view nsp, std::uint64_t ack_id, std::string_view args);

}  // namespace plumbline::socketio
