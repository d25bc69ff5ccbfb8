// The frame decoder in both roles: however the bytes are cut, the same messages and the same verdict.
#include "plumbline/websocket/codec.h"

#include "fuzz/target.h"

namespace {

using namespace plumbline::websocket;

struct Log final : Sink {
  void on_message(MessageKind kind, std::string_view payload) override {
    text += kind == MessageKind::text ? 't' : 'b';
    if (kind == MessageKind::text) {
      plumbline::fuzz::require(is_valid_utf8(payload));
    }
    add(payload);
  }
  void on_ping(std::string_view payload) override {
    text += 'p';
    add(payload);
  }
  void on_pong(std::string_view payload) override {
    text += 'o';
    add(payload);
  }
  void on_close(CloseCode code, std::string_view reason) override {
    text += 'c' + std::to_string(static_cast<unsigned>(code));
    plumbline::fuzz::require(is_valid_utf8(reason));
    add(reason);
  }
  void add(std::string_view payload) { text += std::to_string(payload.size()) + ':' + std::string(payload); }

  std::string text;
};

std::string decode(Role role, bool deflate, std::string bytes, std::size_t step) {
  Decoder decoder(role, 1U << 16U);
  if (deflate) {
    decoder.allow_deflate();
  }
  Log log;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    const std::size_t count = std::min(step, bytes.size() - at);
    if (const auto failure = decoder.feed(std::span<char>(bytes).subspan(at, count), log)) {
      log.text += 'x' + std::to_string(static_cast<unsigned>(*failure));
    }
  }
  return log.text;
}

}  // namespace

// The first byte chooses the step, its highest bit permessage-deflate; the rest is the stream.
PLUMBLINE_FUZZ_TARGET(websocket_decoder) {
  if (input.size() < 2) {
    return;
  }
  const unsigned first = static_cast<unsigned char>(input.front());
  const std::size_t step = first % 16U + 1U;
  const bool deflate = first >= 0x80U;
  const std::string stream(input.substr(1));
  for (const Role role : {Role::server, Role::client}) {
    plumbline::fuzz::require(decode(role, deflate, stream, stream.size()) == decode(role, deflate, stream, step));
  }
}
