// Engine.IO packets and polling payloads, driven through the echo application (engine.io-protocol v4, Packet encoding).
#include <fmt/format.h>

#include <array>

#include "cases/case_list.h"
#include "cases/session.h"
#include "cases/steps.h"

namespace plumbline::conform::cases {
namespace {

constexpr std::string_view kBytes{"\x01\x02\x03\x04", 4};

// Some JSON writers put `num` before `_placeholder`: compare values, not text.
bool is_binary_echo_header(std::string_view packet) {
  return packet.starts_with("451-") && same_json(packet.substr(4), R"(["message-back",{"_placeholder":true,"num":0}])");
}

// What a WebSocket does with input that is no v4 packet.
Finding bad_web_socket_input(Context& c, std::string_view input) {
  WebSocket* ws = nullptr;
  if (auto stop = open_joined(c, ws)) {
    return *stop;
  }
  const Time since = c.clock.now();
  ws->text(input);
  return must_close(c, *ws, since, input);
}

}  // namespace

Finding eio_hd_02_a(Context& c) {
  Polling session(c);
  if (auto stop = session.open()) {
    return *stop;
  }
  HttpExchange& post = session.post("40");
  c.wire.until([&] { return post.done(); }, c.answer_bound());
  const std::string seen = describe(post, c.answer_bound());
  if (post.answer() && post.answer()->status == 200 && post.answer()->body == "OK") {
    return took("other-case", seen);
  }
  const bool right = post.answer() && post.answer()->status == 200 && post.answer()->body == "ok";
  return right ? pass(seen) : violated("HTTP 200 with the body `ok`", seen);
}

Finding eio_pk_01_a(Context& c) {
  Polling session(c);
  if (auto stop = session.open()) {
    return *stop;
  }
  if (auto stop = session.join()) {
    return *stop;
  }
  session.post(R"(42["message","hello"])");
  if (const auto back = session.await(R"(42["message-back")", c.answer_bound())) {
    return same_json(std::string_view(*back).substr(2), R"(["message-back","hello"])")
               ? pass(brief(*back))
               : violated(R"(`42["message-back","hello"]`)", brief(*back));
  }
  return violated(R"(a poll delivers `42["message-back","hello"]`)",
                  fmt::format("nothing within {}", ms_text(c.answer_bound())));
}

Finding eio_pk_02_a(Context& c) {
  Polling session(c);
  if (auto stop = session.open()) {
    return *stop;
  }
  if (auto stop = session.join()) {
    return *stop;
  }
  session.post(
      "42[\"message\",\"a\"]\x1e"
      "42[\"message\",\"b\"]\x1e"
      "42[\"message\",\"c\"]");
  std::string got;
  for (const std::string_view word : {"a", "b", "c"}) {
    const auto back = session.await(fmt::format(R"(42["message-back","{}")", word), c.answer_bound());
    if (!back) {
      return violated("the echoes of a, b and c, in this order",
                      fmt::format("{}then no `{}` within {}", got, word, ms_text(c.answer_bound())));
    }
    got += std::string(word) + " ";
  }
  return pass("a b c");
}

Finding eio_pk_03_a(Context& c) {
  Polling session(c);
  if (auto stop = session.open()) {
    return *stop;
  }
  if (auto stop = session.join()) {
    return *stop;
  }
  session.post(
      "451-[\"message\",{\"_placeholder\":true,\"num\":0}]\x1e"
      "bAQIDBA==");
  const auto header = session.await("451-", c.answer_bound());
  if (!header || !is_binary_echo_header(*header)) {
    return violated("the echo header `451-[...]`",
                    header ? brief(*header) : "no such packet within " + ms_text(c.answer_bound()));
  }
  const auto bytes = session.await("b", c.answer_bound());
  return bytes && *bytes == "bAQIDBA=="
             ? pass("header, then bAQIDBA==")
             : violated("`bAQIDBA==` behind the header",
                        bytes ? brief(*bytes) : "nothing within " + ms_text(c.answer_bound()));
}

Finding eio_pk_06_a(Context& c) {
  std::string seen;
  for (const std::string_view bad : {"abc", "7", "9"}) {
    Polling session(c);
    if (auto stop = session.open()) {
      return *stop;
    }
    HttpExchange& post = session.post(bad);
    c.wire.until([&] { return post.done(); }, c.answer_bound());
    const Life life = polling_life(c, session, 2 * c.fast());
    if (!life.closed) {
      return violated(fmt::format("the session is closed after POST `{}`: next GET answers 400", bad),
                      fmt::format("POST: {}; {}", describe(post, c.answer_bound()), life.observed));
    }
    seen = life.observed;
  }
  return pass(seen);
}

Finding eio_pk_10_a(Context& c) {
  WebSocket* ws = nullptr;
  if (auto stop = open_joined(c, ws)) {
    return *stop;
  }
  const Time since = c.clock.now();
  const std::size_t from = ws->messages().size();
  ws->text("2");
  const Closing closing = await_close(c, *ws, since, 4 * c.fast());
  if (closing.closed) {
    return pass(closing.observed);
  }
  if (any_begins(*ws, from, "3")) {
    return violated("the connection is closed: in v4 the server sends pings", "answered " + heard(*ws, from));
  }
  return took("ignored", closing.observed);
}

Finding eio_pk_12_a(Context& c) {
  WebSocket* ws = nullptr;
  if (auto stop = open_joined(c, ws)) {
    return *stop;
  }
  if (!echoes(c, *ws, "hello")) {
    return violated(R"(text `42["message-back","hello"]`)", heard(*ws, 1));
  }
  const std::size_t from = ws->messages().size();
  ws->text(R"(451-["message",{"_placeholder":true,"num":0}])");
  ws->binary(kBytes);
  const auto header = await(c, *ws, "451-", c.answer_bound());
  c.wire.until([&] { return ws->messages().size() > ws->cursor || ws->over(); }, c.answer_bound());
  if (!header || !is_binary_echo_header(header->payload) || ws->cursor >= ws->messages().size()) {
    return violated("the echo header `451-[...]` and one binary message", heard(*ws, from));
  }
  const WsMessage& bytes = ws->messages()[ws->cursor];
  return bytes.binary && bytes.payload == kBytes ? pass("text echoed; binary \\x01\\x02\\x03\\x04 without a type digit")
                                                 : violated("binary \\x01\\x02\\x03\\x04", heard(*ws, ws->cursor));
}

Finding eio_pk_13_a(Context& c) {
  return bad_web_socket_input(c, "abc");
}
Finding eio_pk_13_b(Context& c) {
  return bad_web_socket_input(c, "");
}

namespace {

// 2-, 3- and 4-byte characters, U+2028, a combining mark, and NUL as JSON must write it.
constexpr std::string_view kWideArray =
    "[\"message-back\",\"\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80 \xe2\x80\xa8 e\xcc\x81 \\u0000.\"]";
constexpr std::string_view kWideEvent =
    "42[\"message\",\"\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80 \xe2\x80\xa8 e\xcc\x81 \\u0000.\"]";

Finding same_text(std::optional<std::string> back, Duration bound) {
  if (!back) {
    return violated("the same text comes back", "nothing within " + ms_text(bound));
  }
  return same_json(std::string_view(*back).substr(2), kWideArray) ? pass(brief(*back, 200))
                                                                  : violated(brief(kWideArray, 200), brief(*back, 200));
}

}  // namespace

Finding eio_pk_16_a(Context& c) {
  WebSocket* ws = nullptr;
  if (auto stop = open_joined(c, ws)) {
    return *stop;
  }
  ws->text(kWideEvent);
  const auto back = await(c, *ws, R"(42["message-back")", c.answer_bound());
  return same_text(back ? std::optional(back->payload) : std::nullopt, c.answer_bound());
}

Finding eio_pk_16_b(Context& c) {
  Polling session(c);
  if (auto stop = session.open()) {
    return *stop;
  }
  if (auto stop = session.join()) {
    return *stop;
  }
  session.post(kWideEvent);
  return same_text(session.await(R"(42["message-back")", c.answer_bound()), c.answer_bound());
}

Finding eio_lm_01_a(Context& c) {
  std::uint64_t limit = 0;
  if (auto stop = needs_limit(c, limit)) {
    return *stop;
  }
  Polling session(c);
  if (auto stop = session.open()) {
    return *stop;
  }
  if (auto stop = session.join()) {
    return *stop;
  }
  // An event that nobody listens to fills the body; an echo afterwards shows that it was taken and the session lives.
  std::string body = R"(42["fill",")";
  body.append(limit - body.size() - 2, 'x');
  body += "\"]";
  const Time sent = c.clock.now();
  HttpExchange& post = session.post(body);
  c.wire.until([&] { return post.done(); }, 2 * c.answer_bound());
  if (!post.answer() || post.answer()->status != 200) {
    return not_taken(c, post, sent, fmt::format("a POST body of {} bytes is accepted", body.size()));
  }
  session.post(R"(42["message","after"])");
  return session.await(R"(42["message-back","after")", c.answer_bound())
             ? pass(fmt::format("{} bytes accepted, session alive", body.size()))
             : violated("the session lives on", "no echo within " + ms_text(c.answer_bound()));
}

}  // namespace plumbline::conform::cases
