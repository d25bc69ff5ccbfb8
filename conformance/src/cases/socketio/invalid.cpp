// Socket.IO packets that must not be there: types, payloads, namespaces, attachments (socket.io-protocol v5).
#include <fmt/format.h>

#include "cases/case_list.h"
#include "cases/steps.h"

namespace plumbline::conform::cases {
namespace {

constexpr std::string_view kThreeBytes{"\x01\x02\x03", 3};
constexpr Sent kAttachment{kThreeBytes, true};
constexpr Sent kHeader{R"(451-["message",{"_placeholder":true,"num":0}])"};

}  // namespace

Finding sio_in_02_a(Context& c) {
  return closes(c, {{"4"}});
}

Finding sio_in_03_a(Context& c) {
  return each_closes(c, {{{R"(44{"message":"no"})"}}, {{R"(44/custom,{"message":"no"})"}}});
}

Finding sio_in_05_a(Context& c) {
  if (auto stop = needs_custom(c)) {
    return *stop;
  }
  return each_closes(c, {{{R"(42/custom,["message","astray"])"}}, {{R"(42/nowhere,["message","astray"])"}}});
}

Finding sio_di_07_a(Context& c) {
  return each_closes(c, {{{R"(41{"a":1})"}}, {{R"(41["a"])"}}, {{R"(41"a")"}}});
}

Finding sio_ak_11_a(Context& c) {
  return closes_or_ignores(c, {{"431"}});
}
Finding sio_ak_11_b(Context& c) {
  return closes_or_ignores(c, {{R"(431{"a":1})"}});
}

Finding sio_bi_07_a(Context& c) {
  return closes(c, {kAttachment});
}

Finding sio_bi_08_a(Context& c) {
  return closes(c, {kHeader, {R"(42["message","between"])"}});
}

Finding sio_bi_09_a(Context& c) {
  return each_closes(c, {{{R"(451-["message",{"_placeholder":true,"num":-1}])"}, kAttachment},
                         {{R"(451-["message",{"_placeholder":true,"num":"0"}])"}, kAttachment},
                         {{R"(451-["message",{"_placeholder":true}])"}, kAttachment}});
}
Finding sio_bi_09_b(Context& c) {
  return closes(c, {{R"(451-["message",{"_placeholder":true,"num":1}])"}, kAttachment});
}

Finding sio_bi_10_a(Context& c) {
  return each_closes(c, {{{R"(45["message",{"_placeholder":true,"num":0}])"}, kAttachment},
                         {{R"(45x-["message",{"_placeholder":true,"num":0}])"}, kAttachment}});
}

Finding sio_bi_16_a(Context& c) {
  if (auto stop = needs_custom(c)) {
    return *stop;
  }
  WebSocket* ws = nullptr;
  if (auto stop = open_joined(c, ws)) {
    return *stop;
  }
  if (auto stop = join(c, *ws, "/custom")) {
    return *stop;
  }
  const Time since = c.clock.now();
  const std::string_view second = R"(451-/custom,["message",{"_placeholder":true,"num":0}])";
  send(*ws, {kHeader, {second}, kAttachment});
  return must_close(c, *ws, since, second);
}

Finding sio_co_07_a(Context& c) {
  if (auto stop = needs_custom(c)) {
    return *stop;
  }
  WebSocket& ws = c.wire.web_socket(kWebSocketHandshake);
  if (auto stop = expect_open_packet(c, ws)) {
    return *stop;
  }
  if (auto stop = join(c, ws, "/custom")) {
    return *stop;
  }
  const std::size_t from = ws.messages().size();
  const Time since = c.clock.now();
  ws.text(R"(42["message","astray"])");
  Finding finding = must_close(c, ws, since, "42 on / after 40/custom,");
  for (std::size_t i = from; i < ws.messages().size(); ++i) {
    if (ws.messages()[i].payload.starts_with("42[")) {
      return violated("the main namespace was not joined", heard(ws, from));
    }
  }
  return finding;
}

Finding sio_co_13_a(Context& c) {
  Finding all = pass("closed after each payload");
  for (const std::string_view input : {R"(40["a"])", R"(40"a")", "40null", R"(40{"a":)", R"(40{"a":1}x)"}) {
    WebSocket& ws = c.wire.web_socket(kWebSocketHandshake);
    if (auto stop = expect_open_packet(c, ws)) {
      return *stop;
    }
    const Time since = c.clock.now();
    ws.text(input);
    Finding one = must_close(c, ws, since, input);
    if (ws.messages().size() > 1) {
      return violated(fmt::format("`{}` is not answered with a sid", input), heard(ws, 1));
    }
    all = worst(std::move(all), std::move(one));
  }
  return all;
}

}  // namespace plumbline::conform::cases
