// The application's view of events: name and arguments apart, and frames that are encoded once for all receivers.
#include <array>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <utility>

#include "plumbline/socketio/packet.h"

namespace plumbline::socketio {
namespace {

// The scans are loops by hand: find_first_of calls memchr for every character, a fifth of what an event costs.
std::string_view skip_space(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size() && (text[at] == ' ' || text[at] == '\t' || text[at] == '\r' || text[at] == '\n')) {
    ++at;
  }
  return text.substr(at);
}

// End of the JSON string that begins `text`, behind its closing quote; npos when it does not end.
std::size_t string_end(std::string_view text) {
  for (std::size_t at = 1; at < text.size(); ++at) {
    if (text[at] == '"') {
      return at + 1;
    }
    at += text[at] == '\\' ? 1U : 0U;
  }
  return std::string_view::npos;
}

Result<std::string> unescape(std::string_view literal) {
  boost::json::error_code code;
  const auto value = boost::json::parse(boost::json::string_view(literal.data(), literal.size()), code);
  if (code || !value.is_string()) {
    return Error{Errc::malformed, "invalid event name"};
  }
  return std::string(value.get_string().data(), value.get_string().size());
}

constexpr std::size_t kLongestHeader = 10;

// The header of a WebSocket frame from a server: unmasked, never fragmented (RFC 6455 5.2).
void append_server_header(std::string& out, unsigned opcode, std::size_t length) {
  out += static_cast<char>(0x80U | opcode);
  unsigned width = 0;
  if (length <= 125) {
    out += static_cast<char>(length);
  } else if (length <= 0xFFFF) {
    out += static_cast<char>(126);
    width = 16;
  } else {
    out += static_cast<char>(127);
    width = 64;
  }
  for (; width != 0; width -= 8) {
    out += static_cast<char>(length >> (width - 8) & 0xFFU);
  }
}

}  // namespace

Result<EventParts> split_event(std::string_view data) {
  const Error failure{Errc::malformed, "not an event array"};
  std::string_view rest = skip_space(data);
  if (rest.empty() || rest.front() != '[') {
    return failure;
  }
  rest = skip_space(rest.substr(1));
  const bool quoted = !rest.empty() && rest.front() == '"';
  const std::size_t end = quoted ? string_end(rest) : rest.find_first_of(", \t\r\n]");
  if (end == std::string_view::npos || end == 0) {
    return failure;
  }
  EventParts parts;
  if (const std::string_view literal = rest.substr(0, end); !quoted) {
    parts.name = literal;
  } else if (literal.find('\\') == std::string_view::npos) {
    parts.name = literal.substr(1, literal.size() - 2);
  } else {
    auto name = unescape(literal);
    if (!name) {
      return name.error();
    }
    parts.unescaped = std::make_unique<const std::string>(std::move(*name));
    parts.name = *parts.unescaped;
  }
  rest = skip_space(rest.substr(end));
  const bool more = !rest.empty() && rest.front() == ',';
  if (!more && (rest.empty() || rest.front() != ']')) {
    return failure;
  }
  if (more) {
    const std::size_t close = rest.rfind(']');
    if (close == std::string_view::npos) {
      return failure;
    }
    parts.args = rest.substr(1, close - 1);
  }
  return parts;
}

std::string array_of(std::string_view args) {
  std::string array;
  array.reserve(2 + args.size());
  array += '[';
  array += args;
  array += ']';
  return array;
}

Frame::Frame(std::span<const std::string_view> text, std::vector<std::string> attachments, Packing packing)
    : attachments_(std::move(attachments)), packing_(packing) {
  text_size_ = 1;
  for (const std::string_view piece : text) {
    text_size_ += piece.size();
  }
  std::size_t size = text_size_ + (text_size_ <= 125 ? 2 : kLongestHeader);
  for (const std::string& attachment : attachments_) {
    size += kLongestHeader + attachment.size();
  }
  ws_.reserve(size);
  append_server_header(ws_, 1, text_size_);
  text_at_ = ws_.size();
  ws_ += '4';
  for (const std::string_view piece : text) {
    ws_ += piece;
  }
  for (const std::string& attachment : attachments_) {
    append_server_header(ws_, 2, attachment.size());
    ws_ += attachment;
  }
}

Frame::~Frame() {
  delete packed_.load(std::memory_order_acquire);
}

std::string_view Frame::packed_ws_bytes(Pack pack) const {
  const std::string* packed = packed_.load(std::memory_order_acquire);
  if (packed == nullptr) {
    auto made = std::make_unique<const std::string>(pack(*this));
    if (packed_.compare_exchange_strong(packed, made.get(), std::memory_order_acq_rel)) {
      packed = made.release();
    }  // else another thread was faster: `packed` is its string now
  }
  return *packed;
}

FramePtr make_event(std::string_view nsp, std::string_view name, std::string_view args,
                    std::optional<std::uint64_t> ack_id) {
  std::string head;
  append_packet(head, PacketType::event, nsp, ack_id, "[");
  const std::string quoted = boost::json::serialize(boost::json::string_view(name.data(), name.size()));
  return std::make_shared<const Frame>(
      std::array<std::string_view, 5>{head, quoted, args.empty() ? "" : ",", args, "]"});
}

FramePtr make_ack(std::string_view nsp, std::uint64_t ack_id, std::string_view args) {
  std::string head;
  append_packet(head, PacketType::ack, nsp, ack_id, "[");
  return std::make_shared<const Frame>(std::array<std::string_view, 3>{head, args, "]"});
}

}  // namespace plumbline::socketio
