// Engine.IO sessions between transports: overlapping requests, broken and forged upgrades, limits (engine.io-protocol
// v4).
#include <fmt/format.h>

#include <algorithm>

#include "cases/case_list.h"
#include "cases/steps.h"

namespace plumbline::conform::cases {
namespace {

// A WebSocket that must get no `3probe`: refused, or closed while the pings of everybody are answered.
Finding refused_socket(Context& c, WebSocket& ws, std::string_view what) {
  const Time since = c.clock.now();
  c.wire.until([&] { return ws.over() || !ws.messages().empty(); }, 4 * c.fast());
  const std::string seen = fmt::format("{}: {} ({})", what, heard(ws, 0), ms_text(c.clock.now() - since));
  return ws.over() && ws.messages().empty() ? pass(seen) : violated("refused or closed, without `3probe`", seen);
}

std::size_t count_of(const std::vector<std::string>& all, const std::string& one) {
  return static_cast<std::size_t>(std::count(all.begin(), all.end(), one));
}

// Is the polling session still served after what happened?
Finding still_polls(Context& c, Polling& session, const Finding& so_far) {
  session.start();
  return polling_echoes(c, session, "alive")
             ? so_far
             : violated("the polling session lives on", so_far.observed + "; then no echo by a poll");
}

}  // namespace

Finding eio_po_03_a(Context& c) {
  Polling session(c);
  if (auto stop = open_fenced(c, session)) {
    return *stop;
  }
  const HttpExchange* parked = session.parked();
  HttpExchange& post = session.post(R"(42["nobody-listens"])");
  c.wire.until([&] { return post.done(); }, c.answer_bound());
  const std::string seen = describe(post, c.answer_bound());
  if (parked == nullptr || !post.answer() || post.answer()->status != 200) {
    return violated("a POST is accepted while a GET waits", seen);
  }
  return still_polls(c, session, pass(seen));
}

Finding eio_po_04_a(Context& c) {
  Polling session(c);
  if (auto stop = session.open()) {
    return *stop;
  }
  HttpExchange* parked = nullptr;
  if (auto stop = park(c, session, c.fast() / 2, parked)) {
    return *stop;
  }
  parked->hang_up();
  c.wire.pump_for(c.fast());  // the end of a connection is no message: give it time
  const Life life = polling_life(c, session, 2 * c.fast());
  return life.closed ? pass(life.observed) : took("kept", life.observed);
}

Finding eio_po_07_a(Context& c) {
  constexpr int kRounds = 1'000;
  Polling session(c);
  if (auto stop = open_fenced(c, session)) {
    return *stop;
  }
  for (int i = 0; i < kRounds; ++i) {
    if (i % 20 == 0) {
      session.stop();  // the poll in flight brings one echo, those after it wait together for the next poll
    }
    const HttpExchange& post = session.post(fmt::format(R"(42["message",{}])", i));
    if (i % 20 == 2) {
      c.wire.until([&] { return post.done(); }, c.answer_bound());
      session.start();
    } else if (i % 20 == 10) {
      c.wire.pump_for(std::chrono::milliseconds{i / 20 % 5});  // the echo falls now into a poll, now between two
    } else if (i % 3 == 0) {
      c.wire.until([&] { return post.done(); }, c.answer_bound());
    }
  }
  // POSTs of their own connections may overtake each other: each must come back, in whatever order.
  std::vector<std::string> got;
  while (got.size() < kRounds) {
    const auto back = session.await(R"(42["message-back")", c.answer_bound());
    if (!back) {
      break;
    }
    got.push_back(*back);
  }
  for (int i = 0; i < kRounds; ++i) {
    if (count_of(got, fmt::format(R"(42["message-back",{}])", i)) != 1) {
      return violated(fmt::format("each of {} echoes once", kRounds),
                      fmt::format("{} echoes; {} is missing", got.size(), i));
    }
  }
  return pass(fmt::format("{} echoes, none lost between two polls", kRounds));
}

Finding eio_po_08_a(Context& c) {
  Polling session(c);
  if (auto stop = open_fenced(c, session)) {
    return *stop;
  }
  Finding found = pass("refused with a 4xx status, session alive");
  for (const std::string_view method : {"PUT", "PATCH", "DELETE"}) {
    HttpExchange& request = c.wire.http(method, session.query());
    c.wire.until([&] { return request.done(); }, c.answer_bound());
    const std::string seen = fmt::format("{}: {}", method, describe(request, c.answer_bound()));
    if (!request.answer() || request.answer()->status < 400) {
      return violated("a 4xx status", seen);
    }
    if (request.answer()->status >= 500) {
      found = worst(std::move(found), took("server-error", seen));
    }
  }
  return still_polls(c, session, found);
}

Finding eio_po_09_a(Context& c) {
  Polling session(c);
  if (auto stop = open_fenced(c, session)) {
    return *stop;
  }
  HttpExchange& request = c.wire.http("GET", upgrade_query(session));
  c.wire.until([&] { return request.done(); }, c.answer_bound());
  const std::string seen = describe(request, c.answer_bound());
  if (!request.answer() || request.answer()->status < 400 || request.answer()->status >= 500) {
    return violated("HTTP 400 with code 3", seen);
  }
  const bool plain = request.answer()->status == 400 && request.answer()->body.find("\"code\":3") != std::string::npos;
  return still_polls(c, session, plain ? pass(seen) : took("other-form", seen));
}

Finding eio_up_03_a(Context& c) {
  Polling session(c);
  if (auto stop = open_fenced(c, session)) {
    return *stop;
  }
  WebSocket* ws = nullptr;
  if (auto stop = probe_upgrade(c, session, ws)) {
    return *stop;
  }
  c.wire.until([&] { return session.idle(); }, c.answer_bound());
  const Time asked = c.clock.now();
  HttpExchange& late = session.get();
  c.wire.until([&] { return late.done(); }, c.answer_bound());
  const std::string seen = describe(late, c.answer_bound());
  if (late.answer() && late.answer()->body == "2" && c.clock.now() - asked < c.fast()) {
    return unclear("a ping ended the poll first");
  }
  return late.answer() && late.answer()->status == 200 && late.answer()->body != "2"
             ? pass(seen)
             : violated("a GET after the probe is answered with `6`, not with the next ping", seen);
}

Finding eio_up_07_a(Context& c) {
  Polling session(c);
  if (auto stop = open_fenced(c, session)) {
    return *stop;
  }
  session.stop();
  WebSocket& first = c.wire.web_socket(upgrade_query(session));
  WebSocket& second = c.wire.web_socket(upgrade_query(session));
  first.text("2probe");
  second.text("2probe");
  const auto settled = [](const WebSocket& one) {
    return one.over() || !one.messages().empty();
  };
  c.wire.until([&] { return settled(first) && settled(second); }, 4 * c.fast());
  c.wire.pump_for(c.fast() / 2);
  const std::string seen = fmt::format("one: {}; other: {}", heard(first, 0), heard(second, 0));
  if (!first.messages().empty() && !second.messages().empty()) {
    return violated("at most one of two WebSockets is probed", seen);
  }
  WebSocket& winner = first.messages().empty() ? second : first;
  if (winner.messages().empty() || winner.over()) {
    return violated("one of two WebSockets can finish the upgrade", seen);
  }
  winner.text("5");
  return echoes(c, winner, "upgraded") ? pass(seen) : violated("the one that was probed carries on", heard(winner, 0));
}

Finding eio_up_08_a(Context& c) {
  WebSocket* ws = nullptr;
  if (auto stop = open_joined(c, ws)) {
    return *stop;
  }
  const std::string sid = text_member(ws->messages()[0].payload, "sid");
  WebSocket& second = c.wire.web_socket(std::string(kWebSocketHandshake) + "&sid=" + sid);
  second.text("2probe");
  Finding found = refused_socket(c, second, "second WebSocket");
  if (found.kind == Finding::Kind::took && !echoes(c, *ws, "alive")) {
    return violated("the first WebSocket lives on", heard(*ws, ws->cursor));
  }
  return found;
}

Finding eio_up_09_a(Context& c) {
  Polling session(c);
  if (auto stop = open_fenced(c, session)) {
    return *stop;
  }
  Finding found = pass("closed after each");
  for (const std::string_view frame : {"2", "2PROBE", "2other", R"(42["message","early"])"}) {
    WebSocket& ws = c.wire.web_socket(upgrade_query(session));
    const Time since = c.clock.now();
    ws.text(frame);
    Finding one = must_close(c, ws, since, frame);
    if (!ws.messages().empty()) {
      return violated("no `3probe`", fmt::format("`{}`: {}", frame, heard(ws, 0)));
    }
    found = worst(std::move(found), std::move(one));
  }
  return found.kind == Finding::Kind::took ? still_polls(c, session, found) : found;
}

Finding eio_up_10_a(Context& c) {
  Polling session(c);
  if (auto stop = open_fenced(c, session)) {
    return *stop;
  }
  WebSocket& ws = c.wire.web_socket(upgrade_query(session));
  ws.text("5");
  c.wire.until([&] { return ws.over(); }, 2 * c.fast());
  if (ws.over()) {
    return still_polls(c, session, pass(heard(ws, 0)));
  }
  return echoes(c, ws, "upgraded") ? took("completed", heard(ws, 0))
                                   : violated("closed, or the upgrade is completed", heard(ws, 0));
}

Finding eio_up_11_a(Context& c) {
  Polling session(c);
  if (auto stop = open_fenced(c, session)) {
    return *stop;
  }
  WebSocket* ws = nullptr;
  if (auto stop = probe_upgrade(c, session, ws)) {
    return *stop;
  }
  c.wire.until([&] { return session.idle(); }, c.answer_bound());
  HttpExchange& post = session.post(R"(42["message","waiting"])");
  c.wire.until([&] { return post.done(); }, c.answer_bound());
  ws->hang_up();
  c.wire.pump_for(c.fast() / 4);
  session.start();
  if (!session.await(R"(42["message-back","waiting")", c.answer_bound())) {
    return violated("a packet that waited during the upgrade is delivered by a poll",
                    "nothing within " + ms_text(c.answer_bound()));
  }
  return still_polls(c, session, pass("polling goes on, nothing lost"));
}

Finding eio_up_14_a(Context& c) {
  Polling session(c);
  if (auto stop = open_fenced(c, session)) {
    return *stop;
  }
  WebSocket* ws = nullptr;
  if (auto stop = probe_upgrade(c, session, ws)) {
    return *stop;
  }
  c.wire.until([&] { return session.idle(); }, c.answer_bound());
  HttpExchange& post = session.post("1");
  c.wire.until([&] { return post.done() && ws->over(); }, 2 * c.fast());
  const std::string seen = fmt::format("POST: {}; WebSocket: {}", describe(post, c.fast()), ws->how_it_ended());
  return ws->over() ? pass(seen) : violated("the WebSocket is closed with the session", seen);
}

Finding eio_up_16_a(Context& c) {
  Polling session(c);
  if (auto stop = open_fenced(c, session)) {
    return *stop;
  }
  HttpExchange& header = session.post(R"(452-["message",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])");
  c.wire.until([&] { return header.done(); }, c.answer_bound());
  HttpExchange& part = session.post("bAQID");
  c.wire.until([&] { return part.done(); }, c.answer_bound());
  WebSocket* ws = nullptr;
  if (auto stop = probe_upgrade(c, session, ws)) {
    return *stop;
  }
  c.wire.until([&] { return session.idle(); }, c.answer_bound());
  ws->text("5");
  ws->binary(std::string_view("\x04\x05\x06", 3));
  const auto back = await(c, *ws, "452-", c.answer_bound());
  c.wire.until([&] { return ws->messages().size() >= ws->cursor + 2 || ws->over(); }, c.answer_bound());
  const bool right = back && ws->messages().size() >= ws->cursor + 2 &&
                     ws->messages()[ws->cursor].payload == std::string_view("\x01\x02\x03", 3) &&
                     ws->messages()[ws->cursor + 1].payload == std::string_view("\x04\x05\x06", 3);
  return right ? pass("header and first attachment by polling, second by WebSocket")
               : violated("the event is put together across the upgrade", heard(*ws, 0));
}

Finding eio_cl_02_a(Context& c) {
  Polling session(c);
  if (auto stop = session.open()) {
    return *stop;
  }
  HttpExchange& post = session.post("1");
  c.wire.until([&] { return post.done(); }, c.answer_bound());
  const Life life = polling_life(c, session, c.fast());
  return life.closed ? pass(life.observed) : violated("the next GET answers 400 after `1`", life.observed);
}

namespace {

// An event that nobody listens to, of exactly so many bytes; `fill` is one character, maybe of several bytes.
std::string event_of(std::uint64_t bytes, std::string_view fill = "x") {
  std::string body = R"(42["fill",")";
  while (body.size() + fill.size() + 2 <= bytes) {
    body += fill;
  }
  body.append(bytes - body.size() - 2, 'x');
  return body + "\"]";
}

}  // namespace

Finding eio_lm_02_a(Context& c) {
  std::uint64_t limit = 0;
  if (auto stop = needs_limit(c, limit)) {
    return *stop;
  }
  Polling session(c);
  if (auto stop = open_fenced(c, session)) {
    return *stop;
  }
  HttpExchange& post = session.post(event_of(limit + 1));
  c.wire.until([&] { return post.done(); }, 2 * c.answer_bound());
  const std::string seen = describe(post, 2 * c.answer_bound());
  if (post.answer() && post.answer()->status == 413) {
    return pass(seen);
  }
  const bool refused = post.failed() || (post.answer() && post.answer()->status >= 400 && post.answer()->status < 500);
  return refused ? took("other-refusal", seen) : violated("HTTP 413 for one byte more than maxPayload", seen);
}

Finding eio_lm_03_a(Context& c) {
  std::uint64_t limit = 0;
  if (auto stop = needs_limit(c, limit)) {
    return *stop;
  }
  WebSocket* ws = nullptr;
  if (auto stop = open_joined(c, ws)) {
    return *stop;
  }
  ws->text(event_of(limit));
  if (!echoes(c, *ws, "after")) {
    return violated("a message of exactly maxPayload bytes is taken", heard(*ws, 2));
  }
  const Time since = c.clock.now();
  ws->text(event_of(limit + 1));
  const Closing closing = await_close(c, *ws, since, 2 * c.answer_bound());
  if (!closing.closed) {
    return violated("one byte more closes the connection", closing.observed);
  }
  return ws->how_it_ended().find("1009") != std::string::npos ? pass(closing.observed)
                                                              : took("other-close", closing.observed);
}

Finding eio_lm_04_a(Context& c) {
  std::uint64_t limit = 0;
  if (auto stop = needs_limit(c, limit)) {
    return *stop;
  }
  for (const std::uint64_t more : {0U, 3U}) {
    Polling session(c);
    if (auto stop = open_fenced(c, session)) {
      return *stop;
    }
    const std::string body = event_of(limit + more, "\xe2\x82\xac");
    const Time sent = c.clock.now();
    HttpExchange& post = session.post(body);
    c.wire.until([&] { return post.done(); }, 2 * c.answer_bound());
    const bool accepted = post.answer() && post.answer()->status == 200;
    if (!accepted && more == 0) {
      return not_taken(c, post, sent, fmt::format("{} bytes of three-byte characters are accepted", body.size()));
    }
    if (accepted && more != 0) {
      return violated(fmt::format("{} bytes of three-byte characters are refused", body.size()),
                      describe(post, 2 * c.answer_bound()));
    }
  }
  return pass("exactly maxPayload bytes accepted, one character more refused");
}

}  // namespace plumbline::conform::cases
