#include "wire/web_socket.h"

#include <fmt/format.h>

#include "wire/event_offset.h"

namespace plumbline::conform {
namespace {

std::string_view frame_name(unsigned opcode) {
  switch (opcode) {
    case 0:
      return "ws continuation";
    case 1:
      return "ws text";
    case 2:
      return "ws binary";
    case 8:
      return "ws close";
    case 9:
      return "ws ping";
    case 10:
      return "ws pong";
    case kPacked | 1U:
      return "ws text packed";
    case kPacked | 2U:
      return "ws binary packed";
    default:
      return "ws frame";
  }
}

}  // namespace

WebSocket::WebSocket(Medium& medium, const Endpoint& endpoint, WireLog& log, int number, std::string_view target,
                     std::string_view header_lines)
    : Connection(medium, endpoint, log, number) {
  // The key is the sample of RFC 6455 1.3: evidence is easier to read when it never changes.
  const std::string request = fmt::format(
      "GET {} HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{}\r\n",
      target, endpoint.authority(), header_lines);
  log_.sent(number, "http", request);
  queue(request);
  if (ended()) {
    mark_over();
  }
}

void WebSocket::frame(unsigned opcode, std::string_view payload, bool fin) {
  log_.sent(number(), frame_name(opcode), payload);
  if (open_) {
    queue(masked_frame(opcode, payload, fin));
  } else {
    waiting_.emplace_back(opcode, masked_frame(opcode, payload, fin));
  }
}

void WebSocket::packed_text(std::string_view payload) {
  log_.sent(number(), frame_name(kPacked | 1U), payload);
  queue(masked_frame(kPacked | 1U, packed_message(payload)));
}

void WebSocket::raw(std::string_view bytes) {
  log_.sent(number(), "raw bytes", bytes);
  if (open_) {
    queue(bytes);
  } else {
    waiting_.emplace_back(0, bytes);
  }
}

void WebSocket::on_bytes(std::string_view bytes) {
  if (open_) {
    on_frames(bytes);
    return;
  }
  const std::size_t used = handshake_.feed(bytes);
  log_.received(number(), "http", bytes.substr(0, used));
  if (handshake_.broken()) {
    hang_up();
    return;
  }
  if (!handshake_.complete()) {
    return;
  }
  HttpAnswer answer = handshake_.answer();
  answer.at = now();
  if (answer.status != 101) {
    refusal_ = std::move(answer);
    mark_over();
    hang_up();
    return;
  }
  open_ = true;
  for (const auto& [name, value] : answer.headers) {
    if (name == "sec-websocket-extensions" && value.find("permessage-deflate") != std::string::npos) {
      reader_.allow_packed();
    }
  }
  switched_ = std::move(answer);
  for (const auto& [opcode, raw] : waiting_) {
    queue(raw);
  }
  waiting_.clear();
  if (used < bytes.size()) {
    on_frames(bytes.substr(used));
  }
}

void WebSocket::on_frames(std::string_view bytes) {
  if (reader_.broken() || close_code_) {
    log_.received(number(), "after the end", bytes);
    return;
  }
  for (Frame& frame : reader_.feed(bytes)) {
    on_frame(std::move(frame));
  }
  if (reader_.broken()) {
    log_.received(number(), "no ws frame", reader_.garbage());
    mark_over();
  }
}

void WebSocket::on_frame(Frame frame) {
  if (!frame.packed) {  // what is packed is told unpacked
    log_.received(number(), frame_name(frame.opcode), frame.payload);
  }
  if (close_code_ || not_packed_) {
    return;
  }
  if (frame.opcode == 8) {
    close_code_ = 1005;
    if (frame.payload.size() >= 2) {
      close_code_ = (static_cast<unsigned>(static_cast<unsigned char>(frame.payload[0])) << 8U) |
                    static_cast<unsigned>(static_cast<unsigned char>(frame.payload[1]));
    }
    mark_over();
    this->frame(8, frame.payload.substr(0, 2));
  } else if (frame.opcode == 9) {
    this->frame(10, frame.payload);
  } else if (frame.opcode == 10) {
    pong_frames_.push_back(std::move(frame.payload));
  } else if (frame.opcode <= 2) {
    if (frame.opcode != 0) {
      partial_.clear();
      partial_binary_ = frame.opcode == 2;
      partial_packed_ = frame.packed;
    }
    partial_ += frame.payload;
    if (frame.fin) {
      on_end_of_message();
    }
  }
}

void WebSocket::on_end_of_message() {
  std::string payload = std::exchange(partial_, {});
  if (partial_packed_) {
    auto unpacked = inflater_.message(payload);
    not_packed_ = !unpacked.has_value();
    log_.received(number(), not_packed_ ? "no DEFLATE" : frame_name(kPacked | (partial_binary_ ? 2U : 1U)),
                  not_packed_ ? payload : *unpacked);
    if (not_packed_) {
      mark_over();
      return;
    }
    payload = std::move(*unpacked);
  }
  on_message(partial_binary_, partial_packed_, std::move(payload));
}

void WebSocket::on_message(bool is_binary, bool packed, std::string payload) {
  const Time at = now();
  if (!is_binary && payload == "2") {
    pings_.push_back(at);
    if (answer_pings_) {
      text("3");
      pongs_.push_back(now());
    }
    return;
  }
  if (!is_binary && offsets_off_) {
    payload = without_offset(std::move(payload));
  }
  messages_.push_back({at, is_binary, std::move(payload), packed});
}

void WebSocket::mark_over() {
  if (!marked_) {
    marked_ = true;
    over_at_ = now();
  }
}

std::string WebSocket::how_it_ended() const {
  if (refusal_) {
    return fmt::format("refused with HTTP {} {}", refusal_->status, brief(refusal_->body, 80));
  }
  if (not_packed_) {
    return "a compressed message that cannot be unpacked";
  }
  if (reader_.broken()) {
    return fmt::format("bytes that are no WebSocket frame: {}", brief(reader_.garbage(), 60));
  }
  if (close_code_) {
    return *close_code_ == 1005 ? "a close frame without a code"
                                : fmt::format("a close frame with code {}", *close_code_);
  }
  return ended() ? std::string("TCP connection ") + std::string(to_string(ending())) : "still open";
}

}  // namespace plumbline::conform
