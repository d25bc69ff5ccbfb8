// Socket.IO namespaces of one connection: names, ids, separation, leaving and coming back (socket.io-protocol v5).
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/object.hpp>
#include <set>

#include "cases/case_list.h"
#include "cases/steps.h"

namespace plumbline::conform::cases {
namespace {

bool custom_echoes(Context& c, WebSocket& ws, std::string_view word) {
  ws.text(fmt::format(R"(42/custom,["message","{}"])", word));
  const std::string expected = fmt::format(R"(["message-back","{}"])", word);
  while (const auto back = await(c, ws, "42/custom,[", c.answer_bound())) {
    if (same_json(std::string_view(back->payload).substr(10), expected)) {
      return true;
    }
  }
  return false;
}

// Both namespaces joined on one WebSocket, greetings read.
Stop open_both(Context& c, WebSocket*& ws) {
  if (auto stop = needs_custom(c)) {
    return stop;
  }
  if (auto stop = open_joined(c, ws)) {
    return stop;
  }
  if (auto stop = join(c, *ws, "/custom")) {
    return stop;
  }
  if (!custom_echoes(c, *ws, "fence") || !echoes(c, *ws, "fence")) {
    return unmet("SIO-CO-03", "echoes in both namespaces", heard(*ws, 1));
  }
  return std::nullopt;
}

}  // namespace

Finding sio_co_04_a(Context& c) {
  Finding all = pass("answered as with the comma");
  for (const std::string_view connect : {"40/custom", "40/", "40/,"}) {
    const bool custom = connect == "40/custom";
    if (custom && !c.target.has("testapp.custom")) {
      continue;
    }
    WebSocket& ws = c.wire.web_socket(kWebSocketHandshake);
    if (auto stop = expect_open_packet(c, ws)) {
      return *stop;
    }
    ws.text(connect);
    c.wire.until([&] { return ws.messages().size() > 1 || ws.over(); }, c.answer_bound());
    if (!any_begins(ws, 1, custom ? "40/custom,{" : "40{")) {
      all = worst(std::move(all), took("not-known", fmt::format("`{}`: {}", connect, heard(ws, 1))));
    }
  }
  return all;
}

Finding sio_co_06_a(Context& c) {
  std::set<std::string> ids;
  std::size_t given = 0;
  for (int n = 0; n < 40; ++n) {
    WebSocket& ws = c.wire.web_socket(kWebSocketHandshake);
    if (auto stop = expect_open_packet(c, ws)) {
      return *stop;
    }
    ids.insert(text_member(ws.messages()[0].payload, "sid"));
    ++given;
    for (const std::string_view nsp : {"", "/custom"}) {
      if (!nsp.empty() && !c.target.has("testapp.custom")) {
        continue;
      }
      const std::size_t from = ws.messages().size();
      if (auto stop = join(c, ws, nsp)) {
        return *stop;
      }
      for (std::size_t i = from; i < ws.messages().size(); ++i) {
        if (ws.messages()[i].payload.starts_with("40")) {
          ids.insert(text_member(ws.messages()[i].payload, "sid"));
          ++given;
        }
      }
    }
    ws.hang_up();
  }
  return ids.size() == given && ids.count("") == 0
             ? pass(fmt::format("{} ids of engine sessions and sockets, all different", given))
             : violated("every sid is another one", fmt::format("{} different ids of {}", ids.size(), given));
}

Finding sio_co_10_a(Context& c) {
  const auto bound = c.target.timing.connect_timeout;
  if (!bound || *bound > std::chrono::seconds{2}) {
    return not_applicable("a target file that declares timing.connect_timeout_ms (at most 2000)");
  }
  WebSocket* ws = nullptr;
  if (auto stop = open_joined(c, ws)) {
    return *stop;
  }
  ws->text("41");
  c.wire.until([&] { return ws->over(); }, *bound + *bound / 4 + c.slack_now(c.clock.now()));
  if (ws->over()) {
    const bool at_once = ws->over_at() - ws->messages().back().at < *bound / 2;
    return at_once ? not_applicable("a target that keeps a connection without namespaces")
                   : violated("the connect timeout ends with the first CONNECT", heard(*ws, 2));
  }
  ws->text("40");
  return await(c, *ws, "40{", c.answer_bound())
             ? pass("still open after the connect timeout, and joined again")
             : violated("the connection can be used after the timeout", heard(*ws, 2));
}

Finding sio_co_12_a(Context& c) {
  WebSocket& ws = c.wire.web_socket(kWebSocketHandshake);
  if (auto stop = expect_open_packet(c, ws)) {
    return *stop;
  }
  ws.text("40");
  ws.text("40");
  c.wire.until([&] { return ws.over(); }, std::max<Duration>(c.quiet(), 2 * c.fast()));
  const auto sids = std::count_if(ws.messages().begin(), ws.messages().end(),
                                  [](const WsMessage& m) { return m.payload.starts_with("40{"); });
  const std::string seen = heard(ws, 1);
  if (!ws.over() && sids == 0) {
    return unmet("SIO-CO-01", "`40{...}` after CONNECT", seen);
  }
  return ws.over() || sids == 1 ? pass(seen)
                                : witnessed("one sid, or the connection is closed", "two live sockets: " + seen);
}

Finding sio_co_14_a(Context& c) {
  if (auto stop = needs_custom(c)) {
    return *stop;
  }
  WebSocket& ws = c.wire.web_socket(kWebSocketHandshake);
  if (auto stop = expect_open_packet(c, ws)) {
    return *stop;
  }
  ws.text("40/custom?x=1,");
  c.wire.until([&] { return ws.messages().size() > 1 || ws.over(); }, c.answer_bound());
  if (any_begins(ws, 1, "44/custom?x=1,")) {
    return pass(heard(ws, 1));
  }
  return any_begins(ws, 1, "40/custom,") ? took("query-cut", heard(ws, 1))
                                         : violated("CONNECT_ERROR for the whole name", heard(ws, 1));
}

Finding sio_co_18_a(Context& c) {
  WebSocket* ws = nullptr;
  if (auto stop = open_both(c, ws)) {
    return *stop;
  }
  const std::size_t from = ws->messages().size();
  for (int i = 0; i < 10; ++i) {
    ws->text(fmt::format(R"(42["message","main-{}"])", i));
    ws->text(fmt::format(R"(42/custom,["message","custom-{}"])", i));
  }
  ws->text(R"(421["message-with-ack","main"])");
  ws->text(R"(42/custom,1["message-with-ack","custom"])");
  if (!custom_echoes(c, *ws, "end") || !echoes(c, *ws, "end")) {
    return unmet("SIO-EV-01", "echoes as fences", heard(*ws, from));
  }
  std::size_t events = 0;
  for (std::size_t i = from; i < ws->messages().size(); ++i) {
    const std::string& payload = ws->messages()[i].payload;
    const bool in_custom = payload.starts_with("42/custom,") || payload.starts_with("43/custom,");
    const bool of_custom = payload.find("\"custom") != std::string::npos;
    const bool of_main = payload.find("\"main") != std::string::npos;
    events += of_custom || of_main ? 1 : 0;
    if ((in_custom && of_main) || (!in_custom && of_custom)) {
      return violated("what belongs to one namespace stays in it", brief(payload));
    }
  }
  return events == 22 ? pass("10 events and an acknowledgement in each, none astray")
                      : violated("10 events and one acknowledgement in each", fmt::format("{} of 22", events));
}

Finding sio_co_20_a(Context& c) {
  Finding all = pass("each refused or joined under its own name");
  const std::string names[]{"/\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", "/123456", "/" + std::string(10'000, 'n')};
  for (const std::string& name : names) {
    WebSocket& ws = c.wire.web_socket(kWebSocketHandshake);
    if (auto stop = expect_open_packet(c, ws)) {
      return *stop;
    }
    ws.text("40" + name + ",");
    c.wire.until([&] { return ws.messages().size() > 1 || ws.over(); }, c.answer_bound());
    const bool own = any_begins(ws, 1, "44" + name + ",") || any_begins(ws, 1, "40" + name + ",");
    if (!own && (!ws.over() || ws.messages().size() > 1)) {
      return violated("`44` or `40` with exactly this name", fmt::format("`40{}`: {}", brief(name, 40), heard(ws, 1)));
    }
    all = own ? std::move(all) : worst(std::move(all), took("closed", brief(name, 40) + ": " + heard(ws, 1)));
  }
  return all;
}

Finding sio_co_21_a(Context& c) {
  WebSocket* ws = nullptr;
  if (auto stop = open_joined(c, ws)) {
    return *stop;
  }
  if (!echoes(c, *ws, "fence")) {
    return unmet("SIO-EV-01", "an echo", heard(*ws, 1));
  }
  const std::string& first = ws->messages()[1].payload;
  if (first.starts_with("42") && text_member(ws->messages()[2].payload, "pid").empty() == false) {
    return not_applicable("a target without recovery");
  }
  return first.starts_with("40{") ? pass("first " + brief(first))
                                  : violated("the CONNECT answer before any event", heard(*ws, 1));
}

Finding sio_co_22_a(Context& c) {
  WebSocket& ws = c.wire.web_socket(kWebSocketHandshake);
  if (auto stop = expect_open_packet(c, ws)) {
    return *stop;
  }
  ws.text("40");
  ws.text(R"(42["message","pipelined"])");
  if (!await(c, ws, "40{", c.answer_bound()) && !ws.over()) {
    return unmet("SIO-CO-01", "`40{...}` after CONNECT", heard(ws, 1));
  }
  // A fence, and a while for handlers that run in any order.
  if (!ws.over() && !echoes(c, ws, "fence") && !ws.over()) {
    return unmet("SIO-EV-01", "an echo of a later event", heard(ws, 1));
  }
  c.wire.until([&] { return ws.over() || any_begins(ws, 1, R"(42["message-back","pipelined")"); }, c.fast());
  if (ws.over() || any_begins(ws, 1, R"(42["message-back","pipelined")")) {
    return pass(heard(ws, 1));
  }
  return took("dropped", heard(ws, 1));
}

Finding sio_co_23_a(Context& c) {
  Polling session(c);
  if (auto stop = open_fenced(c, session)) {
    return *stop;
  }
  if (c.target.has("testapp.custom")) {
    session.post("40/custom,");
    if (!session.await("40/custom,{", c.answer_bound())) {
      return violated("`40/custom,{...}` by a poll", "nothing within " + ms_text(c.answer_bound()));
    }
  }
  WebSocket* ws = nullptr;
  if (auto stop = finish_upgrade(c, session, ws)) {
    return *stop;
  }
  if (c.target.has("testapp.custom") && !custom_echoes(c, *ws, "upgraded")) {
    return violated("the second namespace is still joined after the upgrade", heard(*ws, 1));
  }
  return any_begins(*ws, 0, "40") ? violated("no second CONNECT answer after the upgrade", heard(*ws, 0))
                                  : pass("joined by polling, used on the WebSocket");
}

Finding sio_di_03_a(Context& c) {
  WebSocket* ws = nullptr;
  if (auto stop = open_both(c, ws)) {
    return *stop;
  }
  const std::size_t from = ws->messages().size();
  ws->text("41");
  return custom_echoes(c, *ws, "alive") ? pass("the other namespace echoes")
                                        : violated("the other namespace still works", heard(*ws, from));
}

Finding sio_di_04_a(Context& c) {
  WebSocket* ws = nullptr;
  if (auto stop = open_joined(c, ws)) {
    return *stop;
  }
  const std::string before = text_member(ws->messages()[1].payload, "sid");
  const std::size_t from = ws->messages().size();
  ws->text("41");
  c.wire.pump_for(c.fast() / 4);  // what is done in one go is a matter of races
  ws->text("40");
  const auto reply = await(c, *ws, "40{", c.answer_bound());
  if (!reply || !echoes(c, *ws, "again")) {
    return violated("`40{...}` after `41`, and an echo", heard(*ws, from));
  }
  const std::string after = text_member(reply->payload, "sid");
  return !after.empty() && after != before ? pass(brief(reply->payload)) : violated("a new sid", brief(reply->payload));
}

Finding sio_di_05_a(Context& c) {
  WebSocket* ws = nullptr;
  if (auto stop = open_joined(c, ws)) {
    return *stop;
  }
  const Time since = c.clock.now();
  ws->text("41");
  const Closing closing = await_close(c, *ws, since, std::max<Duration>(2 * c.fast(), c.quiet()));
  return closing.closed ? took("closed", closing.observed) : pass(closing.observed);
}

Finding sio_di_09_a(Context& c) {
  WebSocket* ws = nullptr;
  if (auto stop = open_both(c, ws)) {
    return *stop;
  }
  const std::size_t from = ws->messages().size();
  ws->text("41/custom,");
  ws->text(R"(42/custom,["message","late"])");
  c.wire.until([&] { return ws->over(); }, 2 * c.fast());
  return any_begins(*ws, from, "42/custom,") ? violated("an event behind `41` is not dispatched", heard(*ws, from))
                                             : pass(heard(*ws, from));
}

Finding sio_ak_03_a(Context& c) {
  WebSocket* ws = nullptr;
  if (auto stop = open_both(c, ws)) {
    return *stop;
  }
  const std::size_t from = ws->messages().size();
  ws->text(R"(42/custom,9["message-with-ack","x"])");
  const auto ack = await(c, *ws, "43", c.answer_bound());
  return ack && ack->payload == R"(43/custom,9["x"])" ? pass(ack->payload)
                                                      : violated(R"(`43/custom,9["x"]`)", heard(*ws, from));
}

Finding sio_re_01_a(Context& c) {
  WebSocket& ws = c.wire.web_socket(kWebSocketHandshake);
  if (auto stop = expect_open_packet(c, ws)) {
    return *stop;
  }
  ws.text(R"(40{"pid":"no-such-pid","offset":"no-such-offset"})");
  const auto reply = await(c, ws, "40{", c.answer_bound());
  if (!reply) {
    return violated("`40{\"sid\":...}` although pid and offset were given", heard(ws, 1));
  }
  if (!text_member(reply->payload, "pid").empty()) {
    return c.target.timing_declared ? violated("no pid where nothing can be recovered", brief(reply->payload))
                                    : not_applicable("a target without recovery (capability recovery.off)");
  }
  const std::size_t from = ws.messages().size();
  ws.text(R"(42["message","plain"])");
  const auto back = await(c, ws, R"(42["message-back")", c.answer_bound());
  return back && same_json(std::string_view(back->payload).substr(2), R"(["message-back","plain"])")
             ? pass("no pid, no offset")
             : violated(R"(`42["message-back","plain"]` without an offset)", heard(ws, from));
}

}  // namespace plumbline::conform::cases
