// Engine.IO handshake: what opens a session, what must not (engine.io-protocol v4, Handshake).
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "cases/case_list.h"
#include "cases/session.h"

namespace plumbline::conform::cases {
namespace {

namespace json = boost::json;

struct OpenPacket {
  Stop stop;
  json::object fields;
};

OpenPacket polling_open_packet(Context& c) {
  OpenPacket open;
  HttpExchange& handshake = c.wire.http("GET", kPollingHandshake);
  c.wire.until([&] { return handshake.done(); }, c.answer_bound());
  const auto& answer = handshake.answer();
  if (answer && answer->status == 200 && answer->body.starts_with("0")) {
    const std::string first = split_payload(answer->body).front();
    const auto value = parse_json(std::string_view(first).substr(1));
    if (value && value->is_object()) {
      open.fields = value->as_object();
      return open;
    }
  }
  open.stop = unmet("EIO-HS-01", "HTTP 200 with `0` and a JSON object", describe(handshake, c.answer_bound()));
  return open;
}

bool positive_integer(const json::object& fields, std::string_view key) {
  const json::value* value = fields.if_contains(key);
  return value != nullptr && value->is_number() && value->to_number<double>() > 0 &&
         (value->is_int64() || value->is_uint64());
}

// What an Engine.IO error answer says: its status, and the number in {"code": n}, given as a number or as text.
enum class Refusal { as_specified, other_form, wrong };

Refusal judge_refusal(const HttpAnswer& answer, std::string_view code) {
  if (answer.status < 400 || answer.status >= 500) {
    return Refusal::wrong;
  }
  const auto body = parse_json(answer.body);
  const json::value* said = body && body->is_object() ? body->as_object().if_contains("code") : nullptr;
  if (said == nullptr) {
    return Refusal::other_form;
  }
  if (said->is_string()) {
    return said->as_string() == code ? Refusal::other_form : Refusal::wrong;
  }
  if (json::serialize(*said) != code) {
    return Refusal::wrong;
  }
  return answer.status == 400 ? Refusal::as_specified : Refusal::other_form;
}

struct BadRequest {
  std::string_view method;
  std::string_view query;
};

// Every request is refused with 400 and the code; a session that opens beside them is the positive control.
Finding all_refused(Context& c, const std::vector<BadRequest>& requests, std::string_view code) {
  Polling control(c);
  if (auto stop = control.open()) {
    return *stop;
  }
  std::string others;
  for (const BadRequest& bad : requests) {
    HttpExchange& request = c.wire.http(bad.method, bad.query);
    c.wire.until([&] { return request.done(); }, c.answer_bound());
    const std::string seen = fmt::format("{} ?{}: {}", bad.method, bad.query, describe(request, c.answer_bound()));
    const Refusal refusal = request.answer() ? judge_refusal(*request.answer(), code) : Refusal::wrong;
    if (refusal == Refusal::wrong) {
      return violated(fmt::format("HTTP 400 with {{\"code\":{},...}}", code), seen);
    }
    if (refusal == Refusal::other_form) {
      others += (others.empty() ? "" : "; ") + seen;
    }
  }
  return others.empty() ? pass(fmt::format("{} requests refused with 400, code {}", requests.size(), code))
                        : took("other-form", others);
}

// A WebSocket request that must not get a session: 4xx is right; 101 and a close at once is tolerated.
Finding web_socket_refused(Context& c, const std::vector<std::string_view>& queries) {
  Polling control(c);
  if (auto stop = control.open()) {
    return *stop;
  }
  std::string late;
  for (const std::string_view query : queries) {
    const Time since = c.clock.now();
    WebSocket& ws = c.wire.web_socket(query);
    c.wire.until([&] { return ws.was_open() || ws.over(); }, c.answer_bound());
    c.wire.until([&] { return ws.over() || !ws.messages().empty(); }, 4 * c.fast());
    const std::string seen = fmt::format("?{}: {}", query, heard(ws, 0));
    if (ws.refusal() && ws.refusal()->status >= 400 && ws.refusal()->status < 500) {
      continue;
    }
    if (!ws.was_open() || !ws.over() || !ws.messages().empty()) {
      return violated("HTTP 400 in place of the upgrade", fmt::format("{} ({})", seen, ms_text(c.clock.now() - since)));
    }
    late += (late.empty() ? "" : "; ") + seen;
  }
  return late.empty() ? pass("refused with a 4xx status") : took("closed-after-101", late);
}

}  // namespace

Finding eio_hs_01_a(Context& c) {
  const OpenPacket open = polling_open_packet(c);
  return open.stop ? *open.stop : pass("HTTP 200, " + brief("0" + json::serialize(open.fields)));
}

Finding eio_hs_02_a(Context& c) {
  const OpenPacket open = polling_open_packet(c);
  if (open.stop) {
    return *open.stop;
  }
  const std::string seen = json::serialize(open.fields);
  const std::string expected =
      "sid: text, upgrades: array of texts, pingInterval, pingTimeout, maxPayload: positive integers";
  const json::value* sid = open.fields.if_contains("sid");
  const json::value* upgrades = open.fields.if_contains("upgrades");
  bool right = sid != nullptr && sid->is_string() && !sid->as_string().empty() && upgrades != nullptr &&
               upgrades->is_array() && positive_integer(open.fields, "pingInterval") &&
               positive_integer(open.fields, "pingTimeout");
  if (right) {
    const auto& list = upgrades->as_array();
    right = std::all_of(list.begin(), list.end(), [](const json::value& v) { return v.is_string(); });
  }
  const bool limit_known = open.fields.contains("maxPayload");
  if (!right || (limit_known && !positive_integer(open.fields, "maxPayload"))) {
    return violated(expected, seen);
  }
  if (!limit_known) {
    return took("no-max-payload", seen);
  }
  return open.fields.size() > 5 ? took("more-keys", seen) : pass(seen);
}

Finding eio_hs_03_a(Context& c) {
  if (!c.target.timing_declared) {
    return not_applicable("a target file that declares timing.ping_interval_ms and timing.ping_timeout_ms");
  }
  const OpenPacket open = polling_open_packet(c);
  if (open.stop) {
    return *open.stop;
  }
  std::string expected = fmt::format(R"({{"pingInterval":{:.0f},"pingTimeout":{:.0f})",
                                     to_ms(c.target.timing.ping_interval), to_ms(c.target.timing.ping_timeout));
  expected += c.target.max_payload ? fmt::format(R"(,"maxPayload":{}}})", *c.target.max_payload) : "}";
  const json::value parsed = parse_json(expected).value_or(json::object{});
  const json::object& declared = parsed.as_object();
  for (const auto& [key, value] : declared) {
    const json::value* seen = open.fields.if_contains(key);
    const bool first_edition = seen == nullptr && key == "maxPayload";  // that it is absent is told by EIO-HS-02
    if (!first_edition && (seen == nullptr || *seen != value)) {
      return violated("as declared: " + expected, json::serialize(open.fields));
    }
  }
  return pass(expected);
}

Finding eio_hs_04_a(Context& c) {
  WebSocket& ws = c.wire.web_socket(kWebSocketHandshake);
  if (auto stop = expect_open_packet(c, ws)) {
    return *stop;
  }
  const std::string& packet = ws.messages()[0].payload;
  const auto open = parse_json(std::string_view(packet).substr(1));
  const json::value* upgrades = open && open->is_object() ? open->as_object().if_contains("upgrades") : nullptr;
  const json::value* sid = open && open->is_object() ? open->as_object().if_contains("sid") : nullptr;
  if (upgrades == nullptr || !upgrades->is_array() || sid == nullptr || !sid->is_string()) {
    return violated("`0` and a JSON object with sid and upgrades", brief(packet));
  }
  return upgrades->as_array().empty() ? pass(brief(packet)) : took("upgrades-listed", brief(packet));
}

Finding eio_hs_06_a(Context& c) {
  return all_refused(c, {{"GET", "transport=polling"}}, "5");
}

Finding eio_hs_07_a(Context& c) {
  HttpExchange& request = c.wire.http("GET", "EIO=3&transport=polling");
  c.wire.until([&] { return request.done(); }, c.answer_bound());
  // A server that also speaks v3 answers in v3 framing, `<length>:0{...}`, which is no v4 session.
  if (request.answer() && request.answer()->status == 200) {
    const std::string& body = request.answer()->body;
    const std::size_t digits = body.find_first_not_of("0123456789");
    if (digits != 0 && digits != std::string::npos && std::string_view(body).substr(digits).starts_with(":0{")) {
      return not_applicable("a target that does not offer Engine.IO 3 as well");
    }
  }
  return all_refused(c, {{"GET", "EIO=3&transport=polling"}}, "5");
}

Finding eio_hs_08_a(Context& c) {
  return all_refused(
      c,
      {{"GET", "EIO=abc&transport=polling"}, {"GET", "EIO=5&transport=polling"}, {"GET", "EIO=4abc&transport=polling"}},
      "5");
}

Finding eio_hs_08_b(Context& c) {
  Polling control(c);
  if (auto stop = control.open()) {
    return *stop;
  }
  HttpExchange& request = c.wire.http("GET", "EIO=4&EIO=3&transport=polling");
  c.wire.until([&] { return request.done(); }, c.answer_bound());
  const std::string seen = describe(request, c.answer_bound());
  if (request.answer() && request.answer()->status == 200) {
    return took("one-of-two", seen);
  }
  return request.answer() && judge_refusal(*request.answer(), "5") != Refusal::wrong
             ? pass(seen)
             : violated("HTTP 400 with code 5, or the first value is used", seen);
}

Finding eio_hs_09_a(Context& c) {
  return all_refused(c, {{"GET", "EIO=4"}, {"GET", "EIO=4&transport=abc"}}, "0");
}

Finding eio_hs_12_a(Context& c) {
  return all_refused(c,
                     {{"POST", kPollingHandshake},
                      {"PUT", kPollingHandshake},
                      {"PATCH", kPollingHandshake},
                      {"DELETE", kPollingHandshake}},
                     "2");
}

Finding eio_hs_15_a(Context& c) {
  return all_refused(
      c,
      {{"GET", "EIO=4&transport=polling&sid=no-such-session"}, {"POST", "EIO=4&transport=polling&sid=no-such-session"}},
      "1");
}

Finding eio_hs_20_a(Context& c) {
  return web_socket_refused(c, {"EIO=4", "EIO=4&transport=abc"});
}

Finding eio_hs_22_a(Context& c) {
  return web_socket_refused(c, {"EIO=4&transport=websocket&sid=no-such-session"});
}

}  // namespace plumbline::conform::cases
