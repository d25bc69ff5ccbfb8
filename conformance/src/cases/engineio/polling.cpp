// Engine.IO polling: one GET at a time, parked until there is something to say; closing (engine.io-protocol v4,
// Polling).
#include <fmt/format.h>

#include <boost/json/object.hpp>

#include "cases/case_list.h"
#include "cases/session.h"
#include "cases/steps.h"

namespace plumbline::conform::cases {
namespace {

// Opens, joins, reads the greeting of the echo application, and leaves no poll in flight.
Stop open_quiet(Context& c, Polling& session) {
  if (auto stop = session.open()) {
    return stop;
  }
  if (auto stop = session.join()) {
    return stop;
  }
  // An echo is a fence: what the server had to say before it has been read.
  session.post(R"(42["message","fence"])");
  if (!session.await(R"(42["message-back","fence")", c.answer_bound())) {
    return unmet("EIO-PK-01", "an echo on a poll", "nothing within " + ms_text(c.answer_bound()));
  }
  return std::nullopt;
}

}  // namespace

Finding eio_po_01_a(Context& c) {
  Polling session(c);
  if (auto stop = session.open()) {
    return *stop;
  }
  HttpExchange* first = nullptr;
  if (auto stop = park(c, session, c.fast() / 4, first)) {
    return *stop;
  }
  HttpExchange& second = session.get();
  c.wire.until([&] { return second.done(); }, 2 * c.fast());
  c.wire.until([&] { return first->done(); }, c.fast());
  const std::string seen =
      fmt::format("second GET: {}; first GET: {}", describe(second, 2 * c.fast()), describe(*first, c.fast()));
  const bool refused = second.answer() ? second.answer()->status >= 400 : second.failed();
  if (ended_by_ping(*first)) {
    return unclear("a ping ended the first GET");
  }
  if (!refused) {
    return violated("the second GET is refused with 400 and the session is closed", seen);
  }
  const Life life = polling_life(c, session, c.fast());
  if (!first->done()) {
    return violated("the first GET ends with the session", seen);
  }
  if (!life.closed) {
    return violated("the session is closed after two GETs at a time", seen + "; " + life.observed);
  }
  return second.answer() && second.answer()->status == 400 ? pass(seen) : took("other-status", seen);
}

Finding eio_po_06_a(Context& c) {
  Polling session(c);
  if (auto stop = open_quiet(c, session)) {
    return *stop;
  }
  const std::size_t before = session.packets().size();
  const std::size_t pings = session.pings().size();
  HttpExchange* parked = session.parked();
  const Duration window = std::min<Duration>(c.fast(), c.target.timing.ping_interval / 2);
  c.wire.pump_for(window);
  const bool pinged = session.pings().size() > pings;
  if (session.dead() || session.packets().size() > before || (session.parked() != parked && !pinged)) {
    return violated(fmt::format("a GET stays open for {} when there is nothing to deliver", ms_text(window)),
                    session.packets().size() > before ? "answered with `" + brief(session.packets()[before]) + "`"
                                                      : "answered without need");
  }
  session.post(R"(42["message","wake"])");
  return session.await(R"(42["message-back","wake")", c.answer_bound())
             ? pass(fmt::format("parked for {}, then answered with the message", ms_text(window)))
             : violated("the parked GET is answered when there is a message",
                        "nothing within " + ms_text(c.answer_bound()));
}

Finding eio_po_10_a(Context& c) {
  WebSocket& ws = c.wire.web_socket(kWebSocketHandshake);
  if (auto stop = expect_open_packet(c, ws)) {
    return *stop;
  }
  const auto open = parse_json(std::string_view(ws.messages()[0].payload).substr(1));
  const auto* sid = open && open->is_object() ? open->as_object().if_contains("sid") : nullptr;
  if (sid == nullptr || !sid->is_string()) {
    return unmet("EIO-HS-04", "an open packet with a sid", heard(ws, 0));
  }
  if (auto stop = join(c, ws)) {
    return *stop;
  }
  const std::string query = std::string(kPollingHandshake) + "&sid=" + std::string(sid->as_string());
  std::string seen;
  for (const std::string_view method : {"GET", "POST"}) {
    HttpExchange& request = c.wire.http(method, query, method == "POST" ? R"(42["message","astray"])" : "");
    c.wire.until([&] { return request.done(); }, c.answer_bound());
    seen += fmt::format("{}: {}; ", method, describe(request, c.answer_bound()));
    if (!request.answer() || request.answer()->status < 400 || request.answer()->status >= 500) {
      return violated("HTTP 400 for a polling request on a WebSocket session", seen);
    }
  }
  return echoes(c, ws, "alive") ? pass(seen + "WebSocket alive")
                                : violated("the WebSocket session is not disturbed", seen + heard(ws, ws.cursor));
}

Finding eio_lm_07_a(Context& c) {
  std::uint64_t limit = 0;
  if (auto stop = needs_limit(c, limit)) {
    return *stop;
  }
  Polling session(c);
  if (auto stop = open_quiet(c, session)) {
    return *stop;
  }
  // Two events of two thirds of the limit each: what they make the server say is more than the limit.
  session.stop();
  const std::string word(limit / 3 * 2, 'x');
  for (int i = 0; i < 2; ++i) {
    HttpExchange& post = session.post(fmt::format(R"(42["message",{},"{}"])", i, word));
    c.wire.until([&] { return post.done(); }, 2 * c.answer_bound());
    if (!post.answer() || post.answer()->status != 200) {
      return unmet("EIO-LM-01", "a POST below maxPayload is accepted", describe(post, 2 * c.answer_bound()));
    }
  }
  session.start();
  std::size_t delivered = 0;
  for (int i = 0; i < 2; ++i) {
    const auto back = session.await(fmt::format(R"(42["message-back",{},)", i), 2 * c.answer_bound());
    delivered += back ? back->size() : 0;
  }
  const std::string seen = fmt::format("{} bytes delivered, session {}", delivered, session.dead() ? "closed" : "open");
  if (delivered > limit) {
    return pass(seen);
  }
  return session.dead() ? took("not-delivered", seen) : violated("both events are delivered", seen);
}

Finding eio_cl_01_a(Context& c) {
  Polling session(c);
  if (auto stop = open_quiet(c, session)) {
    return *stop;
  }
  session.stop();
  c.wire.until([&] { return session.parked() != nullptr || session.idle(); }, c.fast());
  HttpExchange* parked = session.parked();
  if (parked == nullptr) {
    parked = &session.get();
  }
  HttpExchange& post = session.post("1");
  c.wire.until([&] { return post.done() && parked->done(); }, c.fast());  // no timer may be the cause
  if (!parked->done()) {  // a further GET would be one too many: ask with a POST
    HttpExchange& pong = session.post("3");
    c.wire.until([&] { return pong.done(); }, c.fast());
    const std::string then = fmt::format("the GET stays open; a further POST: {}", describe(pong, c.fast()));
    const bool alive = pong.answer() && pong.answer()->status == 200;
    return alive ? violated("POST `1` ends the session", then) : took("poll-left-open", then);
  }
  const Life life = polling_life(c, session, c.fast());
  const std::string seen =
      fmt::format("POST: {}; GET: {}; then {}", describe(post, c.fast()), describe(*parked, c.fast()), life.observed);
  if (!life.closed) {
    return violated("POST `1` ends the session; the next GET answers 400", seen);
  }
  if (ended_by_ping(*parked)) {
    return unclear("a ping ended the poll before the close packet came");
  }
  const bool as_reference = post.answer() && post.answer()->status == 200 && parked->answer() &&
                            parked->answer()->status == 200 && parked->answer()->body == "6";
  return as_reference ? pass(seen) : took("other-answers", seen);
}

Finding eio_cl_03_a(Context& c) {
  WebSocket* ws = nullptr;
  if (auto stop = open_joined(c, ws)) {
    return *stop;
  }
  const Time since = c.clock.now();
  ws->text("1");
  const Closing closing = await_close(c, *ws, since, 2 * c.fast());
  return closing.closed ? pass(closing.observed) : took("ignored", closing.observed);
}

}  // namespace plumbline::conform::cases
