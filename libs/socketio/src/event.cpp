// The application's view of events: name and arguments apart, and frames that are encoded once for all receivers.
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "plumbline/socketio/packet.h"

namespace plumbline::socketio {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

std::string_view skip_space(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(kSpace), text.size()));
  return text;
}

// End of the JSON string that begins `text`, behind its closing quote; npos when it does not end.
std::size_t string_end(std::string_view text) {
  std::size_t at = 1;
  while ((at = text.find_first_of("\"\\", at)) != std::string_view::npos) {
    if (text[at] == '"') {
      return at + 1;
    }
    at += 2;
  }
  return std::string_view::npos;
}

Result<std::string> unescape(std::string_view literal) {
  if (literal.find('\\') == std::string_view::npos) {
    return std::string(literal.substr(1, literal.size() - 2));
  }
  boost::json::error_code code;
  const auto value = boost::json::parse(boost::json::string_view(literal.data(), literal.size()), code);
  if (code || !value.is_string()) {
    return Error{Errc::malformed, "invalid event name"};
  }
  return std::string(value.get_string().data(), value.get_string().size());
}

// A WebSocket frame from a server: unmasked, never fragmented (RFC 6455 5.2).
void append_server_frame(std::string& out, unsigned opcode, std::string_view payload) {
  out += static_cast<char>(0x80U | opcode);
  const std::size_t length = payload.size();
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
  out += payload;
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
  auto name = quoted ? unescape(rest.substr(0, end)) : Result<std::string>(std::string(rest.substr(0, end)));
  if (!name) {
    return name.error();
  }
  rest = skip_space(rest.substr(end));
  const bool more = !rest.empty() && rest.front() == ',';
  if (!more && (rest.empty() || rest.front() != ']')) {
    return failure;
  }
  EventParts parts{.name = std::move(*name), .args = "["};
  parts.args += more ? rest.substr(1) : rest;
  return parts;
}

Frame::Frame(std::string_view text, std::vector<std::string> attachments) : attachments_(std::move(attachments)) {
  std::string message = "4";
  message += text;
  append_server_frame(ws_, 1, message);
  text_at_ = ws_.size() - message.size();
  text_size_ = message.size();
  for (const std::string& attachment : attachments_) {
    append_server_frame(ws_, 2, attachment);
  }
  ws_.shrink_to_fit();
}

FramePtr make_event(std::string_view nsp, std::string_view name, std::string_view args,
                    std::optional<std::uint64_t> ack_id) {
  std::string data = "[";
  data += boost::json::serialize(boost::json::string_view(name.data(), name.size()));
  if (!args.empty()) {
    data += ',';
    data += args;
  }
  data += ']';
  std::string text;
  append_packet(text, PacketType::event, nsp, ack_id, data);
  return std::make_shared<const Frame>(text);
}

FramePtr make_ack(std::string_view nsp, std::uint64_t ack_id, std::string_view array) {
  std::string text;
  append_packet(text, PacketType::ack, nsp, ack_id, array);
  return std::make_shared<const Frame>(text);
}

}  // namespace plumbline::socketio
