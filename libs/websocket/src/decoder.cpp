// Frames to messages. Whole unfragmented frames are handed out where they lie; only what is cut is copied.
#include <algorithm>
#include <string>

#include "frame.h"
#include "plumbline/websocket/codec.h"
#include "plumbline/websocket/deflate.h"
#include "utf8.h"

namespace plumbline::websocket {
namespace {

// Which codes a peer may put into a close frame (RFC 6455 7.4 and the IANA registry).
bool legal_on_the_wire(unsigned code) {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

std::optional<CloseCode> report_close(std::string_view body, Sink& sink) {
  if (body.empty()) {
    sink.on_close(CloseCode::no_status, {});
    return std::nullopt;
  }
  if (body.size() == 1) {
    return CloseCode::protocol_error;
  }
  const unsigned code =
      static_cast<unsigned>(static_cast<unsigned char>(body[0])) << 8U | static_cast<unsigned char>(body[1]);
  const std::string_view reason = body.substr(2);
  if (!legal_on_the_wire(code)) {
    return CloseCode::protocol_error;
  }
  if (!is_valid_utf8(reason)) {
    return CloseCode::invalid_payload;
  }
  sink.on_close(static_cast<CloseCode>(code), reason);
  return std::nullopt;
}

std::optional<CloseCode> report_control(Opcode opcode, std::string_view payload, Sink& sink) {
  if (opcode == Opcode::close) {
    return report_close(payload, sink);
  }
  if (opcode == Opcode::ping) {
    sink.on_ping(payload);
  } else {
    sink.on_pong(payload);
  }
  return std::nullopt;
}

MessageKind kind_of(Opcode opcode) {
  return opcode == Opcode::text ? MessageKind::text : MessageKind::binary;
}

}  // namespace

// What is half-received: a header, a frame's payload, or a message between two of its fragments.
struct Decoder::Partial {
  std::string message;  // unmasked bytes of the data message so far
  std::string control;  // unmasked bytes of the control frame so far
  Utf8Validator utf8;
  std::array<char, kMaxHeader> header_bytes{};
  std::size_t header_size{0};
  FrameHeader frame;
  std::uint64_t taken{0};  // payload bytes of `frame` already here
  MessageKind kind{MessageKind::text};
  bool in_frame{false};
  bool in_message{false};
  bool packed{false};  // the message, by its first frame
};

Decoder::Decoder(Role role, std::size_t max_message) : max_message_(max_message), role_(role) {}
Decoder::~Decoder() = default;
Decoder::Decoder(Decoder&&) noexcept = default;
Decoder& Decoder::operator=(Decoder&&) noexcept = default;

// What does not shrink grows a little when it is packed; the message itself is judged when it is unpacked.
std::size_t Decoder::wire_limit(bool packed) const {
  constexpr std::size_t headers = 64;
  return packed ? max_message_ + max_message_ / 256 + headers : max_message_;
}

std::optional<CloseCode> Decoder::report_packed(MessageKind kind, std::string_view packed, Sink& sink) const {
  std::string message;
  switch (inflate_message(packed, max_message_, message)) {
    case Inflated::too_big:
      return CloseCode::message_too_big;
    case Inflated::broken:
      return CloseCode::invalid_payload;
    case Inflated::whole:
      break;
  }
  if (kind == MessageKind::text && !is_valid_utf8(message)) {
    return CloseCode::invalid_payload;
  }
  sink.on_message(kind, message);
  return std::nullopt;
}

void Decoder::stop() {
  stopped_ = true;
}

bool Decoder::between_fragments() const {
  return partial_ && partial_->in_message;
}

std::optional<CloseCode> Decoder::feed(std::span<char> bytes, Sink& sink) {
  std::optional<CloseCode> failure;
  while (!stopped_ && !bytes.empty() && !failure) {
    failure = partial_ ? resume(bytes, sink) : take_whole_frame(bytes, sink);
  }
  if (failure) {
    stopped_ = true;
  }
  if (stopped_) {
    partial_.reset();
  }
  return failure;
}

std::optional<CloseCode> Decoder::take_whole_frame(std::span<char>& bytes, Sink& sink) {
  FrameHeader header;
  const HeaderState state = parse_header(bytes, role_, header);
  if (state == HeaderState::broken || (header.packed && !deflate_)) {
    return CloseCode::protocol_error;
  }
  if (state == HeaderState::incomplete || header.length > bytes.size() - header.size ||
      (!header.final && !header.control())) {
    partial_ = std::make_unique<Partial>();
    return std::nullopt;  // the loop goes on in resume()
  }
  if (header.opcode == Opcode::continuation) {
    return CloseCode::protocol_error;
  }
  const std::span<char> payload = bytes.subspan(header.size, static_cast<std::size_t>(header.length));
  bytes = bytes.subspan(header.size + payload.size());
  if (!header.control() && payload.size() > wire_limit(header.packed)) {
    return CloseCode::message_too_big;
  }
  if (role_ == Role::server) {
    apply_mask(payload, header.mask, 0);
  }
  const std::string_view text(payload.data(), payload.size());
  if (header.control()) {
    stopped_ = stopped_ || header.opcode == Opcode::close;
    return report_control(header.opcode, text, sink);
  }
  if (header.packed) {
    return report_packed(kind_of(header.opcode), text, sink);
  }
  if (header.opcode == Opcode::text && !is_valid_utf8(text)) {
    return CloseCode::invalid_payload;
  }
  sink.on_message(kind_of(header.opcode), text);
  return std::nullopt;
}

std::optional<CloseCode> Decoder::resume(std::span<char>& bytes, Sink& sink) {
  if (!partial_->in_frame) {
    if (const auto failure = resume_header(bytes)) {
      return failure;
    }
  }
  return partial_->in_frame ? resume_payload(bytes, sink) : std::nullopt;
}

std::optional<CloseCode> Decoder::resume_header(std::span<char>& bytes) {
  Partial& partial = *partial_;
  while (!partial.in_frame && !bytes.empty()) {
    partial.header_bytes[partial.header_size++] = bytes.front();
    bytes = bytes.subspan(1);
    const auto seen = std::span<const char>(partial.header_bytes).first(partial.header_size);
    const HeaderState state = parse_header(seen, role_, partial.frame);
    if (state == HeaderState::broken || (partial.frame.packed && !deflate_)) {
      return CloseCode::protocol_error;
    }
    partial.in_frame = state == HeaderState::complete;
  }
  if (!partial.in_frame || partial.frame.control()) {
    return std::nullopt;
  }
  const bool continues = partial.frame.opcode == Opcode::continuation;
  if (continues != partial.in_message) {
    return CloseCode::protocol_error;
  }
  if (!continues) {
    partial.packed = partial.frame.packed;
  }
  const std::size_t limit = wire_limit(partial.packed);
  if (partial.frame.length > limit || partial.message.size() > limit - partial.frame.length) {
    return CloseCode::message_too_big;
  }
  if (!continues) {
    partial.in_message = true;
    partial.kind = kind_of(partial.frame.opcode);
  }
  return std::nullopt;
}

std::optional<CloseCode> Decoder::resume_payload(std::span<char>& bytes, Sink& sink) {
  Partial& partial = *partial_;
  const auto count =
      static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), partial.frame.length - partial.taken));
  const std::span<char> chunk = bytes.first(count);
  bytes = bytes.subspan(count);
  if (role_ == Role::server) {
    apply_mask(chunk, partial.frame.mask, static_cast<std::size_t>(partial.taken % partial.frame.mask.size()));
  }
  partial.taken += count;
  const std::string_view text(chunk.data(), chunk.size());
  if (partial.frame.control()) {
    partial.control += text;
  } else {
    partial.message += text;
    if (partial.kind == MessageKind::text && !partial.packed && !partial.utf8.feed(text)) {
      return CloseCode::invalid_payload;
    }
  }
  return partial.taken == partial.frame.length ? finish_frame(sink) : std::nullopt;
}

std::optional<CloseCode> Decoder::finish_frame(Sink& sink) {
  Partial& partial = *partial_;
  partial.in_frame = false;
  partial.header_size = 0;
  partial.taken = 0;
  std::optional<CloseCode> failure;
  if (partial.frame.control()) {
    stopped_ = stopped_ || partial.frame.opcode == Opcode::close;
    failure = report_control(partial.frame.opcode, partial.control, sink);
    partial.control.clear();
  } else if (partial.frame.final) {
    partial.in_message = false;
    if (partial.packed) {
      failure = report_packed(partial.kind, partial.message, sink);
    } else if (partial.kind == MessageKind::text && !partial.utf8.complete()) {
      return CloseCode::invalid_payload;
    } else {
      sink.on_message(partial.kind, partial.message);
    }
  }
  if (!partial.in_message) {
    partial_.reset();
  }
  return failure;
}

}  // namespace plumbline::websocket
