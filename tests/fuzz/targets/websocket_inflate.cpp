// permessage-deflate: any bytes inflate within their limit or not at all, and what we pack comes back.
#include "plumbline/websocket/deflate.h"

#include "fuzz/target.h"

namespace {

using namespace plumbline::websocket;

struct One final : Sink {
  void on_message(MessageKind, std::string_view payload) override { message = payload; }
  void on_ping(std::string_view) override { std::abort(); }
  void on_pong(std::string_view) override { std::abort(); }
  void on_close(CloseCode, std::string_view) override { std::abort(); }

  std::string message;
};

}  // namespace

// The first byte chooses the limit, the rest is the packed message.
PLUMBLINE_FUZZ_TARGET(websocket_inflate) {
  if (input.empty()) {
    return;
  }
  const std::size_t limit = std::size_t{1} << (static_cast<unsigned char>(input.front()) % 20U);
  const std::string_view rest = input.substr(1);
  std::string out;
  const Inflated inflated = inflate_message(rest, limit, out);
  plumbline::fuzz::require(out.size() <= limit);
  if (inflated == Inflated::whole) {
    std::string again;
    plumbline::fuzz::require(inflate_message(deflate_message(out), out.size(), again) == Inflated::whole);
    plumbline::fuzz::require(again == out);
  }
  std::string frame;
  append_deflated_message(frame, Role::server, MessageKind::binary, rest);
  Decoder decoder(Role::client, rest.size());
  decoder.allow_deflate();
  One back;
  plumbline::fuzz::require(!decoder.feed(frame, back) && back.message == rest);
  (void)accept_deflate(rest);
}
