// Socket.IO CONNECT: namespaces, auth, refusal, and what must not come first (socket.io-protocol v5, Connection).
#include <fmt/format.h>

#include <boost/json/object.hpp>

#include "cases/case_list.h"
#include "cases/session.h"

namespace plumbline::conform::cases {
namespace {

Stop open_unjoined(Context& c, WebSocket*& ws) {
  ws = &c.wire.web_socket(kWebSocketHandshake);
  return expect_open_packet(c, *ws);
}

// The echo application reports the auth it was given; it may do so before or after the CONNECT reply.
Finding auth_seen(Context& c, std::string_view connect, std::string_view reply, std::string_view event,
                  std::string_view auth) {
  WebSocket* ws = nullptr;
  if (auto stop = open_unjoined(c, ws)) {
    return *stop;
  }
  const std::size_t from = ws->cursor;
  ws->text(connect);
  if (!await(c, *ws, reply, c.answer_bound())) {
    return violated(fmt::format("`{}\"sid\":...}}` in answer to `{}`", reply, connect), heard(*ws, from));
  }
  ws->cursor = from;
  const auto said = await(c, *ws, event, c.answer_bound());
  const std::string expected = fmt::format(R"(["auth",{}])", auth);
  if (said && same_json(std::string_view(said->payload).substr(event.size() - 1), expected)) {
    return pass(brief(said->payload));
  }
  return violated(fmt::format("the application sees the auth: `{}\"auth\",{}]`", event, auth), heard(*ws, from));
}

Finding closes_before_connect(Context& c, std::string_view input) {
  WebSocket* ws = nullptr;
  if (auto stop = open_unjoined(c, ws)) {
    return *stop;
  }
  const Time since = c.clock.now();
  ws->text(input);
  return must_close(c, *ws, since, input);
}

}  // namespace

Finding sio_co_01_a(Context& c) {
  WebSocket* ws = nullptr;
  if (auto stop = open_unjoined(c, ws)) {
    return *stop;
  }
  ws->text("40");
  const auto reply = await(c, *ws, "40{", c.answer_bound());
  const std::string expected = R"(`40{"sid":"..."}`)";
  if (!reply) {
    return violated(expected, heard(*ws, 1));
  }
  const auto fields = parse_json(std::string_view(reply->payload).substr(2));
  const boost::json::object* object = fields ? fields->if_object() : nullptr;
  const auto* sid = object != nullptr ? object->if_contains("sid") : nullptr;
  if (sid == nullptr || !sid->is_string() || sid->as_string().empty()) {
    return violated(expected, brief(reply->payload));
  }
  const std::size_t known = object->contains("pid") ? 2 : 1;
  return object->size() == known ? pass(brief(reply->payload)) : took("more-keys", brief(reply->payload));
}

Finding sio_co_02_a(Context& c) {
  return auth_seen(c, R"(40{"token":"123"})", "40{", "42[", R"({"token":"123"})");
}

Finding sio_co_03_a(Context& c) {
  if (!c.target.has("testapp.custom")) {
    return not_applicable("a fixture with the namespace /custom (capability testapp.custom)");
  }
  Finding plain = auth_seen(c, "40/custom,", "40/custom,{", "42/custom,[", "{}");
  if (plain.kind != Finding::Kind::took) {
    return plain;
  }
  return auth_seen(c, R"(40/custom,{"token":"abc"})", "40/custom,{", "42/custom,[", R"({"token":"abc"})");
}

Finding sio_co_03_b(Context& c) {
  if (!c.target.has("testapp.custom")) {
    return not_applicable("a fixture with the namespace /custom (capability testapp.custom)");
  }
  WebSocket* ws = nullptr;
  if (auto stop = open_unjoined(c, ws)) {
    return *stop;
  }
  ws->text(R"(40{"token":"main"})");
  if (!await(c, *ws, "42[", c.answer_bound())) {
    return unmet("SIO-CO-02", "the main namespace is joined", heard(*ws, 1));
  }
  ws->text("40/custom,");
  const auto said = await(c, *ws, "42/custom,[", c.answer_bound());
  return said && said->payload.find("main") == std::string::npos
             ? pass(brief(said->payload))
             : violated("`/custom` sees its own auth, `{}`", heard(*ws, 1));
}

Finding sio_co_05_a(Context& c) {
  WebSocket* ws = nullptr;
  if (auto stop = open_unjoined(c, ws)) {
    return *stop;
  }
  ws->text("40/random");
  const auto refusal = await(c, *ws, "44/random,", c.answer_bound());
  if (!refusal) {
    return violated(R"(`44/random,{"message":"Invalid namespace"}`)", heard(*ws, 1));
  }
  const auto body = parse_json(std::string_view(refusal->payload).substr(10));
  const auto* message = body && body->is_object() ? body->as_object().if_contains("message") : nullptr;
  if (message == nullptr || !message->is_string()) {
    return violated("an object with a message", brief(refusal->payload));
  }
  ws->text("40");
  if (!await(c, *ws, "40{", c.answer_bound())) {
    return violated("the connection stays usable for another `40`", heard(*ws, 1));
  }
  return message->as_string() == "Invalid namespace" ? pass(brief(refusal->payload))
                                                     : took("other-message", brief(refusal->payload));
}

Finding sio_co_08_a(Context& c) {
  return closes_before_connect(c, R"(42["message","early"])");
}
Finding sio_co_08_b(Context& c) {
  return closes_before_connect(c, R"(431["early"])");
}

Finding sio_co_08_c(Context& c) {
  Finding finding = closes_before_connect(c, "41");
  return finding.kind == Finding::Kind::violated ? took("disconnect-ignored", finding.observed) : finding;
}

Finding sio_co_09_a(Context& c) {
  const auto bound = c.target.timing.connect_timeout;
  if (!bound || *bound < std::chrono::milliseconds{400}) {
    return not_applicable("a target file that declares timing.connect_timeout_ms (at least 400)");
  }
  WebSocket* ws = nullptr;
  if (auto stop = open_unjoined(c, ws)) {
    return *stop;
  }
  const Time opened = ws->messages()[0].at;
  c.wire.until([&] { return ws->over(); }, *bound * 2 + c.slack_now(opened));
  const std::string expected =
      fmt::format("closed {} after the open packet, pings answered meanwhile", ms_text(*bound));
  if (!ws->over()) {
    return violated(expected, fmt::format("still open after {}", ms_text(c.clock.now() - opened)));
  }
  const std::string seen = fmt::format("{} after {}; {} pings answered", ws->how_it_ended(),
                                       ms_text(ws->over_at() - opened), ws->pongs().size());
  switch (c.place_span(opened, ws->over_at(), {*bound * 9 / 10, *bound + c.slack_now(opened)})) {
    case Placement::inside:
      return pass(seen);
    case Placement::early:
    case Placement::late:
      return violated(expected, seen);
    case Placement::unclear:
      break;
  }
  return unclear(seen + ", while the suite was late");
}

Finding sio_co_11_a(Context& c) {
  WebSocket* ws = nullptr;
  if (auto stop = open_joined(c, ws)) {
    return *stop;
  }
  const Time since = c.clock.now();
  const std::size_t from = ws->messages().size();
  ws->text("40");
  const Closing closing = await_close(c, *ws, since, std::max<Duration>(4 * c.fast(), c.quiet()));
  if (closing.closed) {
    return closing.fast ? pass(closing.observed) : took("slow", closing.observed);
  }
  for (std::size_t i = from; i < ws->messages().size(); ++i) {
    if (ws->messages()[i].payload.starts_with("40{")) {
      return violated("a second `40` closes the connection; one client never holds two sockets of a namespace",
                      heard(*ws, from));
    }
  }
  return echoes(c, *ws, "alive") ? took("ignored", closing.observed)
                                 : violated("closed, or the first socket lives on", heard(*ws, from));
}

}  // namespace plumbline::conform::cases
