// Socket.IO v5 packet text: `<type>[<attachments>-][<namespace>,][<id>][<json>]`, both ways.
#include "plumbline/socketio/packet.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "json_check.h"

namespace plumbline::socketio {
namespace {

constexpr Error malformed_packet(std::string_view why) {
  return Error{Errc::malformed, why};
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_binary(PacketType type) {
  return type == PacketType::binary_event || type == PacketType::binary_ack;
}

// Takes the decimal digits at the front, nullopt when there are none.
Result<std::optional<std::uint64_t>> take_number(std::string_view& text) {
  if (text.empty() || !is_digit(text.front())) {
    return std::optional<std::uint64_t>{};
  }
  std::uint64_t value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc{}) {
    return malformed_packet("number out of range");
  }
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return std::optional{value};
}

Result<std::uint32_t> take_attachments(std::string_view& text, std::uint32_t limit) {
  const auto count = take_number(text);
  if (!count) {
    return count.error();
  }
  const std::optional<std::uint64_t>& number = *count;
  if (!number || text.empty() || text.front() != '-') {
    return malformed_packet("no attachment count");
  }
  if (*number > limit) {
    return Error{Errc::too_large, "too many attachments"};
  }
  text.remove_prefix(1);
  return static_cast<std::uint32_t>(*number);
}

std::string_view take_namespace(std::string_view& text) {
  if (text.empty() || text.front() != '/') {
    return "/";
  }
  const std::size_t comma = text.find(',');
  const std::string_view nsp = text.substr(0, comma);
  text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
  return nsp;
}

bool is_reserved(std::string_view name) {
  static constexpr std::array<std::string_view, 6> names{"connect",       "connect_error", "disconnect",
                                                         "disconnecting", "newListener",   "removeListener"};
  return std::find(names.begin(), names.end(), name) != names.end();
}

Result<void> check_event(const JsonShape& shape) {
  if (shape.kind != JsonKind::array || shape.first == JsonKind::none) {
    return malformed_packet("event is not a non-empty array");
  }
  if (shape.first != JsonKind::string && shape.first != JsonKind::number) {
    return malformed_packet("event name is neither string nor number");
  }
  if (shape.first == JsonKind::string && is_reserved(shape.first_text)) {
    return malformed_packet("reserved event name");
  }
  return {};
}

Result<void> check_shape(PacketType type, const JsonShape& shape) {
  switch (type) {
    case PacketType::connect:
      return shape.kind == JsonKind::object ? Result<void>{} : malformed_packet("CONNECT payload is not an object");
    case PacketType::connect_error:
      return shape.kind == JsonKind::object || shape.kind == JsonKind::string
                 ? Result<void>{}
                 : malformed_packet("CONNECT_ERROR payload is neither object nor string");
    case PacketType::event:
    case PacketType::binary_event:
      return check_event(shape);
    case PacketType::ack:
    case PacketType::binary_ack:
      return shape.kind == JsonKind::array ? Result<void>{} : malformed_packet("acknowledgement is not an array");
    case PacketType::disconnect:
      break;
  }
  return malformed_packet("DISCONNECT with a payload");
}

// Rules that concern the parts rather than the JSON text.
Result<void> check_parts(const PacketView& packet, Direction direction) {
  if (packet.type == PacketType::connect_error && direction == Direction::to_server) {
    return malformed_packet("CONNECT_ERROR from a client");
  }
  const bool answerable = packet.type == PacketType::event || packet.type == PacketType::binary_event;
  const bool answer = packet.type == PacketType::ack || packet.type == PacketType::binary_ack;
  if (packet.ack_id && !answerable && !answer) {
    return malformed_packet("id on a packet that has none");
  }
  if (answer && !packet.ack_id) {
    return malformed_packet("acknowledgement without id");
  }
  const bool may_be_bare = packet.type == PacketType::connect || packet.type == PacketType::disconnect;
  if (packet.data.empty() && !may_be_bare) {
    return malformed_packet("packet without payload");
  }
  return {};
}

}  // namespace

Result<PacketView> parse_packet(std::string_view text, Direction direction, const ParseLimits& limits) {
  if (text.empty() || text.front() < '0' || text.front() > '6') {
    return malformed_packet("unknown Socket.IO packet type");
  }
  PacketView packet;
  packet.type = static_cast<PacketType>(text.front() - '0');
  text.remove_prefix(1);
  if (is_binary(packet.type)) {
    const auto attachments = take_attachments(text, limits.max_attachments);
    if (!attachments) {
      return attachments.error();
    }
    packet.attachments = *attachments;
  }
  packet.nsp = take_namespace(text);
  const auto id = take_number(text);
  if (!id) {
    return id.error();
  }
  packet.ack_id = *id;
  packet.data = text;
  if (const auto parts = check_parts(packet, direction); !parts) {
    return parts.error();
  }
  if (packet.data.empty()) {
    return packet;
  }
  const auto shape = check_json(packet.data, limits.max_depth);
  if (!shape) {
    return shape.error();
  }
  if (const auto legal = check_shape(packet.type, *shape); !legal) {
    return legal.error();
  }
  return packet;
}

void append_packet(std::string& out, PacketType type, std::string_view nsp, std::optional<std::uint64_t> ack_id,
                   std::string_view data, std::uint32_t attachments) {
  out += static_cast<char>('0' + static_cast<int>(type));
  if (is_binary(type)) {
    out += std::to_string(attachments);
    out += '-';
  }
  if (nsp != "/" && !nsp.empty()) {
    out += nsp;
    out += ',';
  }
  if (ack_id) {
    std::array<char, 20> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), *ack_id).ptr;
    out.append(digits.data(), end);
  }
  out += data;
}

}  // namespace plumbline::socketio
