// Socket.IO events, acknowledgements and binary events through the echo application (socket.io-protocol v5).
#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "cases/case_list.h"
#include "cases/session.h"

namespace plumbline::conform::cases {
namespace {

Finding bad_packet(Context& c, std::string_view input) {
  WebSocket* ws = nullptr;
  if (auto stop = open_joined(c, ws)) {
    return *stop;
  }
  const Time since = c.clock.now();
  ws->text(input);
  return must_close(c, *ws, since, input);
}

// One acknowledged call: the packet goes out, the text message that begins with `43` comes back.
Finding acknowledged(Context& c, std::string_view call, std::string_view reply_prefix, std::string_view array) {
  WebSocket* ws = nullptr;
  if (auto stop = open_joined(c, ws)) {
    return *stop;
  }
  ws->text(call);
  const auto ack = await(c, *ws, "43", c.answer_bound());
  const std::string expected = fmt::format("`{}{}`", reply_prefix, array);
  if (!ack) {
    return violated(expected, "no acknowledgement; heard " + heard(*ws, 2));
  }
  const std::string_view seen = ack->payload;
  return seen.starts_with(reply_prefix) && same_json(seen.substr(reply_prefix.size()), array)
             ? pass(brief(seen))
             : violated(expected, brief(seen));
}

}  // namespace

Finding sio_ev_01_a(Context& c) {
  WebSocket* ws = nullptr;
  if (auto stop = open_joined(c, ws)) {
    return *stop;
  }
  ws->text(R"(42["message",1,"2",{"3":[true]}])");
  const auto back = await(c, *ws, R"(42["message-back")", c.answer_bound());
  const std::string expected = R"(`42["message-back",1,"2",{"3":[true]}]`)";
  if (!back) {
    return violated(expected, heard(*ws, 2));
  }
  return same_json(std::string_view(back->payload).substr(2), R"(["message-back",1,"2",{"3":[true]}])")
             ? pass(brief(back->payload))
             : violated(expected, brief(back->payload));
}

Finding sio_ev_02_a(Context& c) {
  constexpr int kEvents = 50;
  WebSocket* ws = nullptr;
  if (auto stop = open_joined(c, ws)) {
    return *stop;
  }
  const std::size_t from = ws->messages().size();
  std::string expected;
  for (int i = 0; i < kEvents; ++i) {
    ws->text(fmt::format(R"(42["message",{}])", i));
    expected += fmt::format("{} ", i);
  }
  const bool fenced = echoes(c, *ws, "end");
  c.wire.pump_for(c.quiet());
  std::string got;
  int ends = 0;
  for (std::size_t i = from; i < ws->messages().size(); ++i) {
    const std::string_view payload = ws->messages()[i].payload;
    constexpr std::string_view kEcho = R"(42["message-back",)";
    if (payload == R"(42["message-back","end"])") {
      ++ends;
    } else if (payload.starts_with(kEcho) && payload.ends_with("]")) {
      got += std::string(payload.substr(kEcho.size(), payload.size() - kEcho.size() - 1)) + " ";
    }
  }
  const std::string tail = fmt::format(" (fence answered {} times, quiet window {})", ends, ms_text(c.quiet()));
  if (got == expected && fenced && ends == 1) {
    return pass(fmt::format("{} echoes in order{}", kEvents, tail));
  }
  return violated(fmt::format("0 to {} once each and in order, then the fence once", kEvents - 1), brief(got) + tail);
}

Finding sio_ev_04_a(Context& c) {
  return bad_packet(c, R"(42{"message":1})");
}

Finding sio_ev_04_b(Context& c) {
  WebSocket* ws = nullptr;
  if (auto stop = open_joined(c, ws)) {
    return *stop;
  }
  const Time since = c.clock.now();
  const std::size_t from = ws->messages().size();
  ws->text("42");
  const Closing closing = await_close(c, *ws, since, 4 * c.fast());
  if (closing.closed) {
    return pass(closing.observed);
  }
  for (std::size_t i = from; i < ws->messages().size(); ++i) {
    if (ws->messages()[i].payload.starts_with(R"(42["message-back")")) {
      return violated("an event without payload is not dispatched", heard(*ws, from));
    }
  }
  return took("ignored", closing.observed);
}

Finding sio_ev_04_c(Context& c) {
  return bad_packet(c, R"(42"message")");
}
Finding sio_ev_04_d(Context& c) {
  return bad_packet(c, "42[]");
}

Finding sio_ak_01_a(Context& c) {
  return acknowledged(c, R"(42456["message-with-ack",1,"2",{"3":[false]}])", "43456", R"([1,"2",{"3":[false]}])");
}

Finding sio_ak_02_a(Context& c) {
  return acknowledged(c, R"(420["message-with-ack"])", "430", "[]");
}

Finding sio_ak_04_a(Context& c) {
  WebSocket* ws = nullptr;
  if (auto stop = open_joined(c, ws)) {
    return *stop;
  }
  const std::size_t from = ws->messages().size();
  ws->text(R"(427["message-with-ack","once"])");
  if (!await(c, *ws, "43", c.answer_bound())) {
    return unmet("SIO-AK-01", "an acknowledgement", heard(*ws, from));
  }
  // A later echo on the same ordered path is the fence; the quiet window catches a straggler.
  if (!echoes(c, *ws, "end")) {
    return unmet("SIO-EV-01", "an echo", heard(*ws, from));
  }
  c.wire.pump_for(c.quiet());
  int acks = 0;
  for (std::size_t i = from; i < ws->messages().size(); ++i) {
    acks += ws->messages()[i].payload.starts_with("43") ? 1 : 0;
  }
  return acks == 1 ? pass(fmt::format("one ACK up to the fence and {} after", ms_text(c.quiet())))
                   : violated("one ACK for id 7", fmt::format("{} ACKs: {}", acks, heard(*ws, from)));
}

Finding sio_ak_06_a(Context& c) {
  return bad_packet(c, R"(42abc["message-with-ack","x"])");
}
Finding sio_ak_06_b(Context& c) {
  return bad_packet(c, R"(42-1["message-with-ack","x"])");
}

Finding sio_bi_01_a(Context& c) {
  constexpr std::string_view kFirst{"\x01\x02\x03", 3};
  constexpr std::string_view kSecond{"\x04\x05\x06", 3};
  WebSocket* ws = nullptr;
  if (auto stop = open_joined(c, ws)) {
    return *stop;
  }
  const std::size_t from = ws->messages().size();
  ws->text(R"(452-["message",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])");
  ws->binary(kFirst);
  ws->binary(kSecond);
  const auto header = await(c, *ws, "452-", c.answer_bound());
  c.wire.until([&] { return ws->messages().size() >= ws->cursor + 2 || ws->over(); }, c.answer_bound());
  const std::string expected = R"(`452-["message-back",<01 02 03>,<04 05 06>]` and its two binary messages)";
  if (!header || ws->messages().size() < ws->cursor + 2) {
    return violated(expected, heard(*ws, from));
  }
  const WsMessage* parts[2] = {&ws->messages()[ws->cursor], &ws->messages()[ws->cursor + 1]};
  const auto args = parse_json(std::string_view(header->payload).substr(4));
  if (!args || !args->is_array() || args->as_array().size() != 3 || args->as_array()[0] != "message-back") {
    return violated(expected, heard(*ws, from));
  }
  // Numbering is the sender's choice: what counts is which bytes each argument stands for.
  for (std::size_t i = 0; i < 2; ++i) {
    const auto& argument = args->as_array()[i + 1];
    const auto* num = argument.is_object() ? argument.as_object().if_contains("num") : nullptr;
    const bool known = num != nullptr && num->is_int64() && (num->as_int64() == 0 || num->as_int64() == 1);
    const WsMessage* part = known ? parts[num->as_int64()] : nullptr;
    if (part == nullptr || !part->binary || part->payload != (i == 0 ? kFirst : kSecond)) {
      return violated(expected, heard(*ws, from));
    }
  }
  return pass(brief(header->payload) + " and both attachments");
}

}  // namespace plumbline::conform::cases
