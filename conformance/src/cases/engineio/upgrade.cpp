// Engine.IO upgrade from polling to WebSocket: probe, noop, `5`, and nothing lost (engine.io-protocol v4, Upgrade).
#include <fmt/format.h>

#include "cases/case_list.h"
#include "cases/session.h"
#include "cases/steps.h"

namespace plumbline::conform::cases {
namespace {

// A joined polling session whose greeting has been read.
Stop open_joined_polling(Context& c, Polling& session) {
  if (auto stop = session.open()) {
    return stop;
  }
  if (auto stop = session.join()) {
    return stop;
  }
  session.post(R"(42["message","fence"])");
  if (!session.await(R"(42["message-back","fence")", c.answer_bound())) {
    return unmet("EIO-PK-01", "an echo on a poll", "nothing within " + ms_text(c.answer_bound()));
  }
  return std::nullopt;
}

// Sends the probe and waits for its answer; polling goes on until the server ends the poll that is parked.
Stop probe(Context& c, Polling& session, WebSocket*& ws) {
  session.stop();
  ws = &c.wire.web_socket(upgrade_query(session));
  ws->text("2probe");
  if (!await(c, *ws, "3probe", c.answer_bound())) {
    return unmet("EIO-UP-01", "`3probe` in answer to `2probe`", heard(*ws, 0));
  }
  return std::nullopt;
}

Stop upgraded(Context& c, Polling& session, WebSocket*& ws) {
  if (auto stop = open_joined_polling(c, session)) {
    return stop;
  }
  if (auto stop = probe(c, session, ws)) {
    return stop;
  }
  c.wire.until([&] { return session.idle(); }, c.answer_bound());
  if (!session.idle()) {
    return unmet("EIO-UP-02", "the parked GET ends after the probe", "still parked after " + ms_text(c.answer_bound()));
  }
  ws->text("5");
  if (!echoes(c, *ws, "upgraded")) {
    return unmet("EIO-UP-01", "messages flow on the WebSocket after `5`", heard(*ws, 1));
  }
  return std::nullopt;
}

}  // namespace

Finding eio_up_01_a(Context& c) {
  Polling session(c);
  WebSocket* ws = nullptr;
  if (auto stop = upgraded(c, session, ws)) {
    return *stop;
  }
  return pass("`3probe`, then an echo on the WebSocket");
}

Finding eio_up_02_a(Context& c) {
  Polling session(c);
  if (auto stop = open_joined_polling(c, session)) {
    return *stop;
  }
  HttpExchange* parked = session.parked();
  WebSocket* ws = nullptr;
  const Time since = c.clock.now();
  if (auto stop = probe(c, session, ws)) {
    return *stop;
  }
  const Duration bound = std::chrono::milliseconds{250};
  c.wire.until([&] { return session.idle(); }, 4 * bound);
  const std::string seen = parked != nullptr ? describe(*parked, 4 * bound) : "no GET was parked";
  const Duration after = c.clock.now() - since;
  if (!session.idle()) {
    return violated("the parked GET ends with `6` within 250 ms of the probe", seen);
  }
  if (parked != nullptr && parked->answer() && parked->answer()->status == 200 && parked->answer()->body == "2") {
    if (after > bound + c.lag(since, c.clock.now())) {
      return violated("the parked GET ends with `6` within 250 ms of the probe", "it waited for the next ping");
    }
    return unclear("a ping ended the poll first");
  }
  const bool noop = parked != nullptr && parked->answer() && parked->answer()->body == "6";
  const std::string text = fmt::format("{} after {}", seen, ms_text(after));
  return noop && after <= bound + c.lag(since, c.clock.now()) ? pass(text) : took("later-or-other", text);
}

Finding eio_up_04_a(Context& c) {
  Polling session(c);
  if (auto stop = open_joined_polling(c, session)) {
    return *stop;
  }
  WebSocket* ws = nullptr;
  if (auto stop = probe(c, session, ws)) {
    return *stop;
  }
  c.wire.until([&] { return session.idle(); }, c.answer_bound());
  // Sent between probe and `5`, so its echo is made while the server has no transport it may use yet.
  HttpExchange& post = session.post(R"(42["message","a"])");
  c.wire.until([&] { return post.done(); }, c.answer_bound());
  ws->text("5");
  ws->text(R"(42["message","b"])");
  const Time sent = c.clock.now();
  if (!echoes(c, *ws, "c")) {
    return unmet("EIO-UP-01", "messages flow on the WebSocket after `5`", heard(*ws, 1));
  }
  const Duration control = c.clock.now() - sent;
  c.wire.pump_for(c.quiet());
  std::string order;
  for (const std::string& packet : session.packets()) {
    if (packet == R"(42["message-back","a"])") {
      order += "a";
    }
  }
  for (const WsMessage& message : ws->messages()) {
    for (const std::string_view word : {"a", "b", "c"}) {
      if (!message.binary && message.payload == fmt::format(R"(42["message-back","{}"])", word)) {
        order += word;
      }
    }
  }
  return order == "abc"
             ? pass("a, b, c once each, in order")
             : violated(R"("a" (sent between probe and upgrade), "b", "c", once each and in this order)",
                        fmt::format(R"(got "{}"; POST of a: {}; positive control: "c" arrived {} after it was sent)",
                                    order, describe(post, c.answer_bound()), ms_text(control)));
}

Finding eio_up_05_a(Context& c) {
  Polling session(c);
  WebSocket* ws = nullptr;
  if (auto stop = upgraded(c, session, ws)) {
    return *stop;
  }
  std::string seen;
  for (const std::string_view method : {"GET", "POST"}) {
    HttpExchange& request = c.wire.http(method, session.query(), method == "POST" ? R"(42["message","astray"])" : "");
    c.wire.until([&] { return request.done(); }, 2 * c.fast());
    seen += fmt::format("{}: {}; ", method, describe(request, 2 * c.fast()));
    if (!request.answer() || request.answer()->status < 400 || request.answer()->status >= 500) {
      return violated("HTTP 400 for polling after the upgrade", seen);
    }
  }
  return echoes(c, *ws, "alive") ? pass(seen + "WebSocket alive")
                                 : violated("the WebSocket lives on", seen + heard(*ws, ws->cursor));
}

Finding eio_up_06_a(Context& c) {
  Polling session(c);
  WebSocket* first = nullptr;
  if (auto stop = upgraded(c, session, first)) {
    return *stop;
  }
  WebSocket& second = c.wire.web_socket(upgrade_query(session));
  second.text("2probe");
  c.wire.until([&] { return second.over() || !second.messages().empty(); }, 4 * c.fast());
  const std::string seen = heard(second, 0);
  if (!second.over() || !second.messages().empty()) {
    return violated("a second WebSocket on an upgraded session is refused or closed, without `3probe`", seen);
  }
  return echoes(c, *first, "alive") ? pass(seen)
                                    : violated("the first WebSocket lives on", heard(*first, first->cursor));
}

}  // namespace plumbline::conform::cases
