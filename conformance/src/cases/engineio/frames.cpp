// Engine.IO packets at their edges: separators, wrong directions, frames of RFC 6455 (engine.io-protocol v4).
#include <fmt/format.h>

#include <algorithm>

#include "cases/case_list.h"
#include "cases/steps.h"

namespace plumbline::conform::cases {
namespace {

// Posts a body to a fresh joined session; is the session closed by it, and what did the application still do?
struct Posted {
  Stop stop;
  bool closed{false};
  std::string echoed;  // what came back before the close
  std::string observed;
};

Posted post_bad(Context& c, std::string_view body) {
  Posted result;
  Polling session(c);
  if (auto stop = open_fenced(c, session)) {
    result.stop = stop;
    return result;
  }
  const std::size_t from = session.packets().size();
  HttpExchange& post = session.post(body);
  c.wire.until([&] { return session.dead(); }, 2 * c.fast());
  for (std::size_t i = from; i < session.packets().size(); ++i) {
    result.echoed += session.packets()[i] + " ";
  }
  result.closed = session.dead();
  result.observed = fmt::format("POST: {}; then {}{}", describe(post, 2 * c.fast()), brief(result.echoed),
                                result.closed ? "closed" : "still open");
  return result;
}

Finding closed_with(Context& c, WebSocket& ws, std::string_view code, std::string_view what, Time since) {
  const Closing closing = await_close(c, ws, since, 4 * c.fast());
  const std::string seen = fmt::format("{}: {}", what, closing.observed);
  if (!closing.closed) {
    return violated(fmt::format("closed with {}", code), seen);
  }
  return ws.how_it_ended().find(code) != std::string::npos ? pass(seen) : took("no-code", seen);
}

// Sends frames on a joined WebSocket and says how the connection ended.
Finding closes_with(Context& c, std::string_view code, std::string_view what, unsigned opcode,
                    std::string_view payload) {
  WebSocket& ws = c.wire.web_socket(kWebSocketHandshake);
  if (auto stop = expect_open_packet(c, ws)) {
    return *stop;
  }
  const Time since = c.clock.now();
  ws.frame(opcode, payload);
  return closed_with(c, ws, code, what, since);
}

}  // namespace

Finding eio_pk_04_a(Context& c) {
  Polling session(c);
  if (auto stop = open_fenced(c, session)) {
    return *stop;
  }
  session.stop();
  session.post(R"(42["message","wake"])");
  c.wire.until([&] { return session.idle(); }, c.answer_bound());
  // Nobody polls while ten echoes are made, so that one answer has to carry several.
  std::string body;
  for (int i = 0; i < 10; ++i) {
    body += (i == 0 ? "" : std::string(1, kSeparator)) + fmt::format(R"(42["message",{}])", i);
  }
  HttpExchange& post = session.post(body);
  c.wire.until([&] { return post.done(); }, c.answer_bound());
  c.wire.pump_for(c.fast() / 4);
  HttpExchange& get = session.get();
  c.wire.until([&] { return get.done(); }, c.answer_bound());
  if (!get.answer() || get.answer()->status != 200) {
    return violated("ten echoes by the next poll", describe(get, c.answer_bound()));
  }
  int next = 0;
  for (const std::string& raw : split_payload(get.answer()->body)) {
    const std::string packet = c.wire.as_read(raw);
    if (packet == fmt::format(R"(42["message-back",{}])", next)) {
      ++next;
    } else if (packet.empty() || packet.find(kSeparator) != std::string::npos || packet.starts_with("42[")) {
      if (packet != R"(42["message-back","wake"])") {
        return violated("ten packets with one separator between each two", brief(get.answer()->body, 300));
      }
    }
  }
  return next == 10 ? pass("ten packets in one answer, properly separated")
                    : violated("ten packets in one answer", brief(get.answer()->body, 300));
}

Finding eio_pk_05_a(Context& c) {
  constexpr int kPackets = 500;
  Polling session(c);
  if (auto stop = open_fenced(c, session)) {
    return *stop;
  }
  std::string body;
  for (int i = 0; i < kPackets; ++i) {
    body += (i == 0 ? "" : std::string(1, kSeparator)) + fmt::format(R"(42["message",{}])", i);
  }
  session.post(body);
  for (int i = 0; i < kPackets; ++i) {
    const auto back = session.await(R"(42["message-back")", c.answer_bound());
    if (back != fmt::format(R"(42["message-back",{}])", i)) {
      return violated(fmt::format("echo {} of {} is the next", i, kPackets), back ? brief(*back) : "no further echo");
    }
  }
  return pass("500 packets processed in order");
}

Finding eio_pk_07_a(Context& c) {
  Finding found = pass("closed after each");
  const std::string separator(1, kSeparator);
  const std::string good = R"(42["message","good"])";
  for (const std::string& body :
       {separator, separator + good, good + separator, fmt::format("{1}{0}{0}{1}", separator, good)}) {
    const Posted posted = post_bad(c, body);
    if (posted.stop) {
      return *posted.stop;
    }
    if (!posted.closed) {
      found = worst(std::move(found), took("ignored", fmt::format("`{}`: {}", escape(body), posted.observed)));
    }
  }
  return found;
}

Finding eio_pk_07_b(Context& c) {
  const Posted posted = post_bad(c, "");
  if (posted.stop) {
    return *posted.stop;
  }
  return posted.closed ? pass(posted.observed) : took("ignored", posted.observed);
}

Finding eio_pk_08_a(Context& c) {
  const Posted posted = post_bad(c,
                                 "42[\"message\",\"first\"]\x1e"
                                 "abc\x1e"
                                 "42[\"message\",\"third\"]");
  if (posted.stop) {
    return *posted.stop;
  }
  return posted.closed && posted.echoed.find("third") == std::string::npos
             ? pass(posted.observed)
             : violated("closed, and what stands after the bad packet is not processed", posted.observed);
}

namespace {

// Ignoring is what the reference does, closing the alternative.
Finding ignored_or_closed(Context& c, std::initializer_list<std::string_view> packets) {
  Finding found = pass("ignored, alive");
  for (const std::string_view packet : packets) {
    Finding one = closes_or_ignores(c, {{packet}});
    if (one.kind != Finding::Kind::took) {
      return one;
    }
    found = one.alternative == "A" ? worst(std::move(found), took("closed", one.observed)) : std::move(found);
  }
  return found;
}

}  // namespace

Finding eio_pk_09_a(Context& c) {
  return ignored_or_closed(c, {R"(0{"sid":"x"})", "5", "6"});
}
Finding eio_pk_11_a(Context& c) {
  return ignored_or_closed(c, {"3", "3xyz", "3probe"});
}

Finding eio_pk_14_a(Context& c) {
  WebSocket* ws = nullptr;
  if (auto stop = open_joined(c, ws)) {
    return *stop;
  }
  const std::size_t from = ws->messages().size();
  ws->text(R"(451-["message",{"_placeholder":true,"num":0}])");
  ws->text("bAQIDBA==");
  const auto back = await(c, *ws, "451-", 2 * c.fast());
  if (back) {
    return pass("decoded as binary: " + brief(back->payload));
  }
  return took(ws->over() ? "closed" : "ignored", heard(*ws, from));
}

Finding eio_pk_15_a(Context& c) {
  const Posted posted = post_bad(c,
                                 "451-[\"message\",{\"_placeholder\":true,\"num\":0}]\x1e"
                                 "bA*D!");
  if (posted.stop) {
    return *posted.stop;
  }
  return posted.closed ? pass(posted.observed) : took("lenient", posted.observed);
}

Finding eio_pk_17_a(Context& c) {
  WebSocket* ws = nullptr;
  if (auto stop = open_joined(c, ws)) {
    return *stop;
  }
  const std::size_t from = ws->messages().size();
  ws->text(R"(451-["message",{"_placeholder":true,"num":0}])");
  ws->binary("");
  const auto header = await(c, *ws, "451-", c.answer_bound());
  c.wire.until([&] { return ws->messages().size() > ws->cursor || ws->over(); }, c.answer_bound());
  const bool right = header && ws->cursor < ws->messages().size() && ws->messages()[ws->cursor].binary &&
                     ws->messages()[ws->cursor].payload.empty();
  return right ? pass("an empty binary message came back") : violated("an empty binary message", heard(*ws, from));
}

Finding eio_pk_18_a(Context& c) {
  WebSocket* ws = nullptr;
  if (auto stop = open_joined(c, ws)) {
    return *stop;
  }
  const std::size_t from = ws->messages().size();
  ws->frame(1, R"(42["mess)", false);
  ws->frame(0, R"(age","frag)", false);
  ws->frame(9, "between");  // a WebSocket ping
  ws->frame(0, R"(ments"])", true);
  const auto back = await(c, *ws, R"(42["message-back")", c.answer_bound());
  return back && back->payload == R"(42["message-back","fragments"])"
             ? pass(back->payload)
             : violated(R"(`42["message-back","fragments"]`)", heard(*ws, from));
}

Finding eio_pk_19_a(Context& c) {
  constexpr unsigned kReservedBit = 0x40;
  Finding found = closes_with(c, "1002", "reserved bit", 1 | kReservedBit, "40");
  found = worst(std::move(found), closes_with(c, "1002", "opcode 3", 3, "40"));
  return worst(std::move(found), closes_with(c, "1007", "text that is no UTF-8", 1, "4\xff\xfe"));
}

Finding eio_pk_19_b(Context& c) {
  WebSocket& ws = c.wire.web_socket(kWebSocketHandshake);
  if (auto stop = expect_open_packet(c, ws)) {
    return *stop;
  }
  const Time since = c.clock.now();
  ws.raw(
      "\x81\x02"
      "40");
  return closed_with(c, ws, "1002", "a frame without a mask", since);
}

Finding eio_pk_20_a(Context& c) {
  WebSocket& ws = c.wire.web_socket(kWebSocketHandshake);
  if (auto stop = expect_open_packet(c, ws)) {
    return *stop;
  }
  const std::vector<std::string> sent{"", "abc", std::string(125, '\xff')};  // 125 bytes is the most
  for (const std::string& data : sent) {
    ws.frame(9, data);
  }
  c.wire.until([&] { return ws.pong_frames().size() >= sent.size() || ws.over(); }, c.answer_bound());
  const std::string seen = fmt::format("{} pong frames; connection: {}", ws.pong_frames().size(), ws.how_it_ended());
  return ws.pong_frames() == sent ? pass(seen) : violated("a pong frame with the same data for each of 3 pings", seen);
}

// No first byte of these can begin a client's frame: reserved bits, or no mask.
Finding eio_hs_29_a(Context& c) {
  WebSocket* other = nullptr;
  if (auto stop = open_joined(c, other)) {
    return *stop;
  }
  for (const std::string& bytes :
       {std::string("GET / HTTP/1.1\r\n\r\n"), std::string(300, '\xff'), std::string(64, '\0')}) {
    for (const bool upgrading : {false, true}) {
      if (upgrading && !c.target.has("transport.upgrade")) {
        continue;
      }
      Polling session(c);
      if (upgrading) {
        if (auto stop = session.open()) {
          return *stop;
        }
      }
      WebSocket& ws = c.wire.web_socket(upgrading ? upgrade_query(session) : std::string(kWebSocketHandshake));
      ws.raw(bytes);
      const Closing ended = await_close(c, ws, c.clock.now(), 4 * c.fast());  // no time is named
      if (!ws.was_open()) {
        return unmet("EIO-HS-04", "a WebSocket handshake", ws.how_it_ended());
      }
      if (!ended.closed) {
        return violated(fmt::format("the connection ends after `{}`", brief(bytes, 60)), ended.observed);
      }
    }
  }
  const Finding found = pass("each ended its connection only");
  return echoes(c, *other, "undisturbed") ? found : violated("others do not notice", heard(*other, 2));
}

Finding eio_pk_21_a(Context& c) {
  WebSocket* ws = nullptr;
  if (auto stop = open_joined(c, ws)) {
    return *stop;
  }
  for (int i = 0; i < 50; ++i) {
    ws->text(fmt::format(R"(42["message",{}])", i));
  }
  if (!echoes(c, *ws, "end")) {
    return unmet("SIO-EV-01", "an echo as a fence", heard(*ws, 2));
  }
  const auto joined = std::find_if(ws->messages().begin(), ws->messages().end(),
                                   [](const WsMessage& m) { return m.payload.find(kSeparator) != std::string::npos; });
  return joined == ws->messages().end() ? pass("51 echoes in 51 messages")
                                        : violated("one packet a message", brief(joined->payload, 200));
}

Finding eio_pk_22_a(Context& c) {
  WebSocket& ws = c.wire.web_socket(kWebSocketHandshake);
  if (auto stop = expect_open_packet(c, ws)) {
    return *stop;
  }
  ws.frame(8, "\x03\xe8");
  c.wire.until([&] { return ws.ended(); }, 4 * c.fast());
  const std::string seen = fmt::format("{}; TCP {}", ws.how_it_ended(), to_string(ws.ending()));
  if (!ws.over()) {
    return violated("a close frame with 1000, then the end of TCP", seen);
  }
  return ws.how_it_ended().find("1000") != std::string::npos && ws.ended() ? pass(seen) : took("other-code", seen);
}

Finding eio_cl_06_a(Context& c) {
  WebSocket* ws = nullptr;
  if (auto stop = open_joined(c, ws)) {
    return *stop;
  }
  const Time since = c.clock.now();
  ws->text("4abc");
  const Closing closing = await_close(c, *ws, since, 4 * c.fast());
  if (!closing.closed) {
    return unmet("SIO-IN-01", "the connection is closed after a bad packet", closing.observed);
  }
  const std::string how = ws->how_it_ended();
  for (const std::string_view known : {"without a code", "1000", "1001", "1002", "1005", "1007", "TCP"}) {
    if (how.find(known) != std::string::npos) {
      return pass(how);
    }
  }
  return how.find("code 1") != std::string::npos ? took("other-code", how) : violated("a declared close code", how);
}

}  // namespace plumbline::conform::cases
