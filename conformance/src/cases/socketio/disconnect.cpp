// Socket.IO DISCONNECT and packets that are none (socket.io-protocol v5, Disconnection).
#include <fmt/format.h>

#include "cases/case_list.h"
#include "cases/session.h"

namespace plumbline::conform::cases {
namespace {

Finding invalid_packet(Context& c, std::string_view input) {
  WebSocket* ws = nullptr;
  if (auto stop = open_joined(c, ws)) {
    return *stop;
  }
  const Time since = c.clock.now();
  ws->text(input);
  return must_close(c, *ws, since, input);
}

bool contains(const WebSocket& ws, std::size_t from, std::string_view beginning) {
  for (std::size_t i = from; i < ws.messages().size(); ++i) {
    if (ws.messages()[i].payload.starts_with(beginning)) {
      return true;
    }
  }
  return false;
}

}  // namespace

Finding sio_di_01_a(Context& c) {
  WebSocket* ws = nullptr;
  if (auto stop = open_joined(c, ws)) {
    return *stop;
  }
  if (!echoes(c, *ws, "before")) {
    return unmet("SIO-EV-01", "an echo before the disconnect", heard(*ws, 2));
  }
  const std::size_t from = ws->messages().size();
  ws->text("41");
  c.wire.pump_for(c.fast() / 2);
  if (contains(*ws, from, "41")) {
    return violated("no packet in answer to `41`", heard(*ws, from));
  }
  const Time since = c.clock.now();
  ws->text(R"(42["message","late"])");
  const Closing closing = await_close(c, *ws, since, 4 * c.fast());
  if (contains(*ws, from, "42")) {
    return violated("after `41` an event is not dispatched and closes the connection", heard(*ws, from));
  }
  return closing.closed ? pass(closing.observed) : took("ignored", closing.observed);
}

Finding sio_di_02_a(Context& c) {
  if (!c.target.has("testapp.custom")) {
    return not_applicable("a fixture with the namespace /custom (capability testapp.custom)");
  }
  WebSocket* ws = nullptr;
  if (auto stop = open_joined(c, ws)) {
    return *stop;
  }
  if (auto stop = join(c, *ws, "/custom")) {
    return *stop;
  }
  const std::size_t from = ws->messages().size();
  ws->text("41/custom,");
  if (!echoes(c, *ws, "main")) {
    return violated("the main namespace still works", heard(*ws, from));
  }
  return contains(*ws, from, "41") ? violated("no packet in answer to `41/custom,`", heard(*ws, from))
                                   : pass("main namespace echoes, `41` not answered");
}

Finding sio_in_01_a(Context& c) {
  return invalid_packet(c, "47");
}
Finding sio_in_01_b(Context& c) {
  return invalid_packet(c, "4abc");
}
Finding sio_in_04_a(Context& c) {
  return invalid_packet(c, R"(42["message",})");
}
Finding sio_in_04_b(Context& c) {
  return invalid_packet(c, R"(42["mess)");
}

}  // namespace plumbline::conform::cases
