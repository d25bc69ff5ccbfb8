// The frame decoder in both roles: however the bytes are cut, the same messages and the same verdict.
#include "plumbline/websocket/codec.h"

#include "fuzz/target.h"

namespace {

using namespace plumbline::websocket;

struct Log final : Sink {
  explicit Log(Decoder& from) : decoder(from) {}
  void on_message(MessageKind kind, std::string_view payload) override {
    text += kind == MessageKind::text ? 't' : 'b';
    if (kind == MessageKind::text) {
      plumbline::fuzz::require(is_valid_utf8(payload));
    }
    add(payload);
    if (payload == "stop") {
      decoder.stop();
      last = true;
    }
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
    last = true;
  }
  void add(std::string_view payload) {
    plumbline::fuzz::require(!last);
    text += std::to_string(payload.size()) + ':' + std::string(payload);
  }

  Decoder& decoder;
  std::string text;
  bool last{false};  // nothing may come any more
};

struct Way {
  bool deflate;
  std::size_t limit;
};

std::string decode(Role role, Way way, std::string bytes, std::size_t step) {
  Decoder decoder(role, way.limit);
  if (way.deflate) {
    decoder.allow_deflate();
  }
  Log log(decoder);
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    const std::size_t count = std::min(step, bytes.size() - at);
    if (const auto failure = decoder.feed(std::span<char>(bytes).subspan(at, count), log)) {
      log.text += 'x' + std::to_string(static_cast<unsigned>(*failure));
      log.last = true;
    }
    plumbline::fuzz::require(!log.last || !decoder.between_fragments());
    if (at == 0) {
      Decoder elsewhere(std::move(decoder));  // what is half-received moves too
      decoder = std::move(elsewhere);
    }
  }
  return log.text;
}

}  // namespace

// The first byte chooses the step, the largest message and, by its highest bit, permessage-deflate; the rest is the
// stream.
PLUMBLINE_FUZZ_TARGET(websocket_decoder) {
  if (input.size() < 2) {
    return;
  }
  const unsigned first = static_cast<unsigned char>(input.front());
  const std::size_t step = first % 16U + 1U;
  const Way way{.deflate = first >= 0x80U, .limit = std::size_t{1} << (16U - first / 16U % 8U)};
  const std::string stream(input.substr(1));
  for (const Role role : {Role::server, Role::client}) {
    plumbline::fuzz::require(decode(role, way, stream, stream.size()) == decode(role, way, stream, step));
  }
}
