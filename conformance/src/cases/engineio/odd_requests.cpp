// Engine.IO requests at the edges of the handshake, and what the answers' headers say (engine.io-protocol v4).
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <set>

#include "cases/case_list.h"
#include "cases/engineio/answers.h"
#include "cases/steps.h"

namespace plumbline::conform::cases {
namespace {

namespace json = boost::json;

// A session that opens is the positive control of every refusal.
Stop opens(Context& c) {
  Polling control(c);
  return control.open();
}

Finding refused_with_code(Context& c, const HttpExchange& request, std::int64_t code) {
  const std::string seen = describe(request, c.answer_bound());
  if (!is_4xx(request)) {
    return violated(fmt::format("HTTP 400 with code {}", code), seen);
  }
  return answer_of(request).status == 400 && code_of(request) == code ? pass(seen) : took("other-form", seen);
}

}  // namespace

Finding eio_hs_05_a(Context& c) {
  constexpr std::size_t kHandshakes = 200;
  std::vector<std::string> ids;
  while (ids.size() < kHandshakes) {
    std::array<HttpExchange*, 20> batch{};
    for (HttpExchange*& request : batch) {
      request = &c.wire.http("GET", kPollingHandshake);
    }
    c.wire.until([&] { return std::all_of(batch.begin(), batch.end(), [](auto* one) { return one->done(); }); },
                 2 * c.answer_bound());
    for (const HttpExchange* request : batch) {
      if (!is_open(*request)) {
        return unmet("EIO-HS-01", "an open packet", describe(*request, c.answer_bound()));
      }
      ids.push_back(text_member(answer_of(*request).body, "sid"));
    }
  }
  const std::set<std::string> different(ids.begin(), ids.end());
  const std::size_t shortest =
      std::min_element(ids.begin(), ids.end(), [](auto& a, auto& b) { return a.size() < b.size(); })->size();
  std::size_t common = 0;
  while (common < shortest &&
         std::all_of(ids.begin(), ids.end(), [&](const std::string& id) { return id[common] == ids[0][common]; })) {
    ++common;
  }
  const bool grows = std::is_sorted(ids.begin(), ids.end());
  const std::string seen =
      fmt::format("{} different of {}, at least {} characters, common beginning of {}, {}", different.size(),
                  ids.size(), shortest, common, grows ? "growing" : "in no order");
  return different.size() == ids.size() && shortest >= 16 && common < 4 && !grows
             ? pass(seen)
             : violated("all different, 16 characters or more, no common beginning, in no order", seen);
}

Finding eio_hs_10_a(Context& c) {
  if (auto stop = opens(c)) {
    return *stop;
  }
  Finding found = pass("each refused with 400, code 0");
  for (const std::string_view name : {"constructor", "__proto__", "toString"}) {
    const HttpExchange& request = ask(c, "GET", fmt::format("EIO=4&transport={}", name));
    found = worst(std::move(found), refused_with_code(c, request, 0));
  }
  return found;
}

Finding eio_hs_10_b(Context& c) {
  Finding found = refused_with_code(c, ask(c, "GET", "EIO=4&transport="), 0);
  const HttpExchange& longest = ask(c, "GET", "EIO=4&transport=" + std::string(4'000, 'p'));
  if (!is_4xx(longest)) {
    return violated("a very long transport is refused", describe(longest, c.answer_bound()));
  }
  if (answer_of(longest).status != 400) {
    found = worst(std::move(found), took("uri-too-long", describe(longest, c.answer_bound())));
  }
  if (auto stop = opens(c)) {
    return violated("the server serves the next request", stop->observed);
  }
  return found;
}

Finding eio_hs_11_a(Context& c) {
  if (auto stop = opens(c)) {
    return *stop;
  }
  return refused_with_code(c, ask(c, "GET", kWebSocketHandshake), 3);
}

Finding eio_hs_16_a(Context& c) {
  if (auto stop = opens(c)) {
    return *stop;
  }
  const HttpExchange& request = ask(c, "GET", "EIO=4&transport=polling&sid=");
  const std::string seen = describe(request, c.answer_bound());
  if (is_open(request)) {
    return pass(seen);
  }
  return is_4xx(request) ? took("refused", seen) : violated("a new session, or a 4xx status", seen);
}

Finding eio_hs_17_a(Context& c) {
  const HttpExchange& request = ask(c, "GET", "EIO=4&transport=polling&t=abc123&b64=1&foo=bar&foo=baz&empty=");
  const std::string seen = describe(request, c.answer_bound());
  return is_open(request) ? pass(seen) : violated("HTTP 200 and an open packet", seen);
}

namespace {

// No open packet: refused before the upgrade, or closed after it.
Finding no_session(Context& c, std::string_view query) {
  const Time since = c.clock.now();
  WebSocket& ws = c.wire.web_socket(query);
  c.wire.until([&] { return ws.was_open() || ws.over(); }, c.answer_bound());
  c.wire.until([&] { return ws.over() || !ws.messages().empty(); }, 4 * c.fast());
  const std::string seen = fmt::format("?{}: {} ({})", query, heard(ws, 0), ms_text(c.clock.now() - since));
  if (ws.refusal() && ws.refusal()->status >= 400 && ws.refusal()->status < 500) {
    return pass(seen);
  }
  return ws.was_open() && ws.over() && ws.messages().empty() ? took("closed-after-101", seen)
                                                             : violated("a 4xx status, or closed at once", seen);
}

}  // namespace

Finding eio_hs_19_a(Context& c) {
  if (auto stop = opens(c)) {
    return *stop;
  }
  Finding found = no_session(c, "transport=websocket");
  for (const std::string_view query : {"EIO=3&transport=websocket", "EIO=abc&transport=websocket"}) {
    found = worst(std::move(found), no_session(c, query));
  }
  return found;
}

Finding eio_hs_21_a(Context& c) {
  if (auto stop = opens(c)) {
    return *stop;
  }
  return no_session(c, kPollingHandshake);
}

Finding eio_hs_24_a(Context& c) {
  if (auto stop = opens(c)) {
    return *stop;
  }
  constexpr std::pair<std::string_view, std::string_view> kTexts[]{
      {"EIO=4", R"({"code":0,"message":"Transport unknown"})"},
      {"EIO=4&transport=polling&sid=no-such-session", R"({"code":1,"message":"Session ID unknown"})"},
      {"EIO=3&transport=polling", R"({"code":5,"message":"Unsupported protocol version"})"}};
  Finding found = pass("application/json with code and message");
  for (const auto& [query, text] : kTexts) {
    const HttpExchange& request = ask(c, "GET", query);
    const std::string seen = fmt::format("?{}: {}", query, describe(request, c.answer_bound()));
    if (!is_4xx(request) || answer_of(request).status == 403) {
      return violated("HTTP 400", seen);
    }
    const std::string type = header_of(answer_of(request), "content-type");
    const bool same = type.starts_with("application/json") && same_json(answer_of(request).body, text);
    found = same ? std::move(found) : worst(std::move(found), took("other-form", fmt::format("{} {}", type, seen)));
  }
  return found;
}

Finding eio_hs_26_a(Context& c) {
  const HttpExchange& request = ask(c, "GET", kPollingHandshake);
  const auto open = is_open(request) ? parse_json(split_payload(answer_of(request).body)[0].substr(1)) : std::nullopt;
  const json::value* upgrades = open && open->is_object() ? open->as_object().if_contains("upgrades") : nullptr;
  if (upgrades == nullptr || !upgrades->is_array()) {
    return unmet("EIO-HS-02", "an open packet with upgrades", describe(request, c.answer_bound()));
  }
  const auto& list = upgrades->as_array();
  const bool offered = std::find(list.begin(), list.end(), "websocket") != list.end();
  const bool known = std::all_of(list.begin(), list.end(),
                                 [](const json::value& one) { return one == "websocket" || one == "webtransport"; });
  return known && offered == c.target.has("transport.upgrade")
             ? pass("upgrades " + json::serialize(list))
             : violated("upgrades lists websocket exactly when an upgrade is possible", json::serialize(list));
}

Finding eio_hs_26_b(Context& c) {
  WebSocket& ws = c.wire.web_socket(kWebSocketHandshake);
  if (auto stop = expect_open_packet(c, ws)) {
    return *stop;
  }
  const std::string& packet = ws.messages()[0].payload;
  return packet.find(R"("upgrades":[])") != std::string::npos
             ? pass(brief(packet))
             : violated("upgrades is empty on WebSocket", brief(packet));
}

Finding eio_hs_28_a(Context& c) {
  if (auto stop = opens(c)) {
    return *stop;
  }
  const HttpExchange& request = ask(c, "GET", kPollingHandshake,
                                    "Origin: http://a\x01"
                                    "b\r\n");
  const std::string seen = describe(request, c.answer_bound());
  if (auto stop = opens(c)) {
    return violated("the server serves the next request", stop->observed);
  }
  if (answer_of(request).status == 400) {
    return pass(seen);
  }
  return request.failed() ? took("cut", seen) : violated("HTTP 400", seen);
}

Finding eio_hs_30_a(Context& c) {
  constexpr int kSessions = 100;
  std::vector<WebSocket*> all;
  for (int i = 0; i < kSessions; ++i) {
    all.push_back(&c.wire.web_socket(kWebSocketHandshake));
    all.back()->text("40");
  }
  const auto joined = [](const WebSocket* ws) {
    return std::any_of(ws->messages().begin(), ws->messages().end(),
                       [](const WsMessage& m) { return m.payload.starts_with("40{"); });
  };
  if (!c.wire.until([&] { return std::all_of(all.begin(), all.end(), joined); }, 4 * c.answer_bound())) {
    return unmet("SIO-CO-01", "100 sessions that join", "not all joined");
  }
  for (int i = 0; i < kSessions; ++i) {
    all[static_cast<std::size_t>(i)]->text(fmt::format(R"(42["message","own-{}"])", i));
  }
  const auto echoed = [](const WebSocket* ws) {
    return std::any_of(ws->messages().begin(), ws->messages().end(),
                       [](const WsMessage& m) { return m.payload.find("own-") != std::string::npos; });
  };
  c.wire.until([&] { return std::all_of(all.begin(), all.end(), echoed); }, 4 * c.answer_bound());
  c.wire.pump_for(c.quiet());
  for (int i = 0; i < kSessions; ++i) {
    const std::string expected = fmt::format(R"(42["message-back","own-{}"])", i);
    const auto& messages = all[static_cast<std::size_t>(i)]->messages();
    const auto own =
        std::count_if(messages.begin(), messages.end(), [&](const auto& m) { return m.payload == expected; });
    const auto any = std::count_if(messages.begin(), messages.end(),
                                   [](const auto& m) { return m.payload.find("own-") != std::string::npos; });
    if (own != 1 || any != 1) {
      const bool received = own > 1 || any > own;  // more than its own: no load excuses that
      return (received ? witnessed : violated)("each session gets its own echo and no other",
                                               heard(*all[static_cast<std::size_t>(i)], 2));
    }
  }
  return pass("100 sessions, each with its own echo");
}

Finding eio_hs_32_a(Context& c) {
  const HttpExchange& request = ask(c, "GET", "EIO=4&transport=polling&j=0");
  const std::string seen = describe(request, c.answer_bound());
  if (answer_of(request).status == 200) {
    return answer_of(request).body.starts_with("___eio[0](") ? pass(seen) : took("plain", seen);
  }
  return is_4xx(request) ? took("refused", seen) : violated("JSONP, or a 4xx status", seen);
}

Finding eio_hd_01_a(Context& c) {
  const HttpExchange& request = ask(c, "GET", kPollingHandshake);
  if (!is_open(request)) {
    return unmet("EIO-HS-01", "an open packet", describe(request, c.answer_bound()));
  }
  std::string type = header_of(answer_of(request), "content-type");
  const std::string length = header_of(answer_of(request), "content-length");
  const std::string seen = fmt::format("Content-Type: {}; Content-Length: {}", type, length);
  if (type == "text/plain; charset=UTF-8" && length == std::to_string(answer_of(request).body.size())) {
    return pass(seen);
  }
  return type.starts_with("text/plain") ? took("other-type", seen) : violated("text/plain; charset=UTF-8", seen);
}

Finding eio_hd_03_a(Context& c) {
  Polling session(c);
  if (auto stop = session.open()) {
    return *stop;
  }
  HttpExchange& post = session.post("40");
  c.wire.until([&] { return post.done(); }, c.answer_bound());
  const HttpExchange& get = ask(c, "GET", session.query());
  for (const auto& [name, one] : {std::pair{"POST", &std::as_const(post)}, std::pair{"GET", &get}}) {
    const std::string control = header_of(answer_of(*one), "cache-control");
    if (control.find("no-store") == std::string::npos) {
      return violated("Cache-Control: no-store", fmt::format("{}: '{}'", name, control));
    }
  }
  return pass("Cache-Control: no-store on GET and POST");
}

Finding eio_hd_07_a(Context& c) {
  const HttpExchange& request = ask(c, "GET", kPollingHandshake, "Origin: http://stranger.example\r\n");
  if (!is_open(request)) {
    return unmet("EIO-HS-01", "an open packet", describe(request, c.answer_bound()));
  }
  const std::string origin = header_of(answer_of(request), "access-control-allow-origin");
  const std::string credentials = header_of(answer_of(request), "access-control-allow-credentials");
  const std::string seen = fmt::format("Allow-Origin '{}', Allow-Credentials '{}'", origin, credentials);
  const bool open_to_all = origin == "*" || origin == "http://stranger.example";
  return open_to_all && credentials == "true" ? violated("no credentials for any origin", seen) : pass(seen);
}

}  // namespace plumbline::conform::cases
