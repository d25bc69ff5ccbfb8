// What a server may add to the Engine.IO handshake: a cookie, a greeting, a refusal of its application.
#include <fmt/format.h>

#include <algorithm>

#include "cases/case_list.h"
#include "cases/engineio/answers.h"
#include "cases/steps.h"

namespace plumbline::conform::cases {
namespace {

constexpr std::string_view kCookie = "io";  // the name that a target with a cookie is set to
constexpr std::string_view kRefused = "&refuse=me";
constexpr std::string_view kRefusal = "refused by the fixture";

// The attributes behind `name=value`, each with a comma before and behind it, so that lists() finds them.
std::string attributes_of(std::string cookie) {
  std::replace(cookie.begin(), cookie.end(), ';', ',');
  return cookie;
}

Stop control_opens(Context& c) {
  Polling control(c);
  return control.open();
}

}  // namespace

Finding eio_hs_23_a(Context& c) {
  if (auto stop = control_opens(c)) {
    return *stop;
  }
  const HttpExchange& request = ask(c, "GET", std::string(kPollingHandshake) + std::string(kRefused));
  const std::string seen = describe(request, c.answer_bound());
  const HttpAnswer answer = answer_of(request);
  return answer.status == 403 && same_json(answer.body, fmt::format(R"({{"code":4,"message":"{}"}})", kRefusal))
             ? pass(seen)
             : violated(fmt::format("HTTP 403 with code 4 and the message '{}'", kRefusal), seen);
}

Finding eio_hs_23_b(Context& c) {
  WebSocket& control = c.wire.web_socket(kWebSocketHandshake);
  if (auto stop = expect_open_packet(c, control)) {
    return *stop;
  }
  WebSocket& refused = c.wire.web_socket(std::string(kWebSocketHandshake) + std::string(kRefused));
  c.wire.until([&] { return refused.over() || refused.was_open(); }, c.answer_bound());
  const HttpAnswer* answer = refused.refusal();
  return answer != nullptr && answer->status >= 400 && answer->status < 500
             ? pass(refused.how_it_ended())
             : violated("a WebSocket handshake that is refused with a 4xx status", heard(refused, 0));
}

Finding eio_hs_25_a(Context& c) {
  const HttpExchange& handshake = ask(c, "GET", kPollingHandshake);
  if (!is_open(handshake)) {
    return unmet("EIO-HS-01", "an open packet", describe(handshake, c.answer_bound()));
  }
  const HttpAnswer answer = answer_of(handshake);
  const std::string cookie = header_of(answer, "set-cookie");
  const std::string expected = fmt::format("{}={}", kCookie, text_member(answer.body, "sid"));
  const std::string attributes = attributes_of(cookie);
  const bool right = count_of(answer, "set-cookie") == 1 && cookie.starts_with(expected + ";") &&
                     lists(attributes, "Path=/") && lists(attributes, "HttpOnly") && lists(attributes, "SameSite=Lax");
  const std::string seen = fmt::format("Set-Cookie '{}'", cookie);
  return right ? pass(seen)
               : violated(fmt::format("one Set-Cookie: {}; Path=/; HttpOnly; SameSite=Lax", expected), seen);
}

Finding eio_hs_25_b(Context& c) {
  const HttpExchange& handshake = ask(c, "GET", kPollingHandshake);
  if (!is_open(handshake) || count_of(answer_of(handshake), "set-cookie") == 0) {
    return unmet("EIO-HS-25", "an open packet with Set-Cookie", describe(handshake, c.answer_bound()));
  }
  const std::string query = fmt::format("{}&sid={}", kPollingHandshake, text_member(answer_of(handshake).body, "sid"));
  const HttpExchange* later[] = {&ask(c, "POST", query, {}, "40"), &ask(c, "GET", query),
                                 &ask(c, "GET", "EIO=4&transport=polling&sid=nobody")};
  for (const HttpExchange* request : later) {
    const HttpAnswer answer = answer_of(*request);
    if (answer.status == 0) {
      return unmet("EIO-PK-01", "an answer", describe(*request, c.answer_bound()));
    }
    if (count_of(answer, "set-cookie") != 0) {
      return violated(
          "no Set-Cookie behind the handshake",
          fmt::format("{}: Set-Cookie '{}'", describe(*request, c.answer_bound()), header_of(answer, "set-cookie")));
    }
  }
  return pass("none on a POST, a poll and an error");
}

Finding eio_hs_27_a(Context& c) {
  const HttpExchange& handshake = ask(c, "GET", kPollingHandshake);
  if (!is_open(handshake)) {
    return unmet("EIO-HS-01", "an open packet", describe(handshake, c.answer_bound()));
  }
  const auto packets = split_payload(answer_of(handshake).body);
  const std::string seen = brief(answer_of(handshake).body, 200);
  if (packets.size() == 2 && packets[1].size() > 1 && packets[1][0] == '4') {
    return pass(seen);
  }
  if (packets.size() != 1) {
    return violated("the open packet and one message", seen);
  }
  const std::string query = fmt::format("{}&sid={}", kPollingHandshake, text_member(answer_of(handshake).body, "sid"));
  const HttpExchange& poll = ask(c, "GET", query);
  return answer_of(poll).body.starts_with("4") ? took("next-poll", describe(poll, c.answer_bound()))
                                               : violated("a greeting", describe(poll, c.answer_bound()));
}

}  // namespace plumbline::conform::cases
