// What Engine.IO answers tell browsers about other origins: any, a list, or none (Fetch standard, HTTP extensions).
#include <fmt/format.h>

#include "cases/case_list.h"
#include "cases/engineio/answers.h"
#include "cases/steps.h"

namespace plumbline::conform::cases {
namespace {

constexpr std::string_view kAllowOrigin = "access-control-allow-origin";
constexpr std::string_view kAllowCredentials = "access-control-allow-credentials";
constexpr std::string_view kListed = "https://app.example";  // what a target with a list has on it
constexpr std::string_view kStranger = "Origin: https://stranger.example\r\n";

std::string origin_line(std::string_view origin) {
  return fmt::format("Origin: {}\r\n", origin);
}

std::string cors_of(const HttpExchange& request) {
  const HttpAnswer answer = answer_of(request);
  return fmt::format("HTTP {}, Allow-Origin '{}', Allow-Credentials '{}', Vary '{}'", answer.status,
                     header_of(answer, kAllowOrigin), header_of(answer, kAllowCredentials), header_of(answer, "vary"));
}

// A handshake, a POST and the GET that it answers, all with this Origin: how a browser uses a session.
Stop round_trip_from(Context& c, std::string_view origin, std::vector<HttpExchange*>& requests) {
  const std::string line = origin_line(origin);
  HttpExchange& handshake = ask(c, "GET", kPollingHandshake, line);
  if (!is_open(handshake)) {
    return unmet("EIO-HS-01", "an open packet", describe(handshake, c.answer_bound()));
  }
  const std::string query = fmt::format("{}&sid={}", kPollingHandshake, text_member(answer_of(handshake).body, "sid"));
  HttpExchange& post = ask(c, "POST", query, line, "40");
  HttpExchange& poll = ask(c, "GET", query, line);
  if (answer_of(post).status != 200 || answer_of(poll).status != 200) {
    return unmet("EIO-PK-01", "a CONNECT that is POSTed and answered by a poll",
                 fmt::format("POST: {}; GET: {}", describe(post, c.answer_bound()), describe(poll, c.answer_bound())));
  }
  requests = {&handshake, &post, &poll};
  return std::nullopt;
}

HttpExchange& preflight(Context& c, std::string_view asked_headers) {
  return ask(c, "OPTIONS", kPollingHandshake,
             fmt::format("{}Access-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: {}\r\n", kStranger,
                         asked_headers));
}

bool allows_headers(const HttpAnswer& answer, std::initializer_list<std::string_view> names) {
  const std::string allowed = header_of(answer, "access-control-allow-headers");
  return std::all_of(names.begin(), names.end(), [&](std::string_view name) { return lists(allowed, name); }) ||
         lists(allowed, "*");
}

}  // namespace

Finding eio_hs_14_a(Context& c) {
  Polling control(c);
  if (auto stop = control.open()) {
    return *stop;
  }
  Finding found = pass("HTTP 400 with code 2, as a plain request and as a preflight");
  for (const std::string& headers :
       {std::string(), fmt::format("{}Access-Control-Request-Method: POST\r\n", kStranger)}) {
    const HttpExchange& request = ask(c, "OPTIONS", kPollingHandshake, headers);
    const std::string seen = describe(request, c.answer_bound());
    const HttpAnswer answer = answer_of(request);
    if (answer.status == 0 || answer.body.find("\"sid\"") != std::string::npos) {
      return violated("OPTIONS is answered and opens no session", seen);
    }
    if (answer.status != 400 || code_of(request) != 2) {
      found = worst(std::move(found), took("other-answer", seen));
    }
  }
  return found;
}

Finding eio_hd_04_a(Context& c) {
  std::vector<HttpExchange*> requests;
  if (auto stop = round_trip_from(c, "https://stranger.example", requests)) {
    return *stop;
  }
  Finding found = pass("Access-Control-Allow-Origin: * for handshake, POST and GET, without credentials");
  for (const HttpExchange* request : requests) {
    const HttpAnswer answer = answer_of(*request);
    const std::string origin = header_of(answer, kAllowOrigin);
    if ((origin != "*" && origin != "https://stranger.example") || count_of(answer, kAllowCredentials) != 0) {
      return violated("Access-Control-Allow-Origin: * and no Access-Control-Allow-Credentials", cors_of(*request));
    }
    if (origin != "*") {
      found = worst(std::move(found), took("repeats", cors_of(*request)));
    }
  }
  return found;
}

Finding eio_hd_05_a(Context& c) {
  Polling control(c);
  if (auto stop = control.open()) {
    return *stop;
  }
  const HttpExchange& request = preflight(c, "content-type,x-plumbline");
  const HttpAnswer answer = answer_of(request);
  const std::string methods = header_of(answer, "access-control-allow-methods");
  const std::string seen =
      fmt::format("{}, Allow-Methods '{}', Allow-Headers '{}', body '{}'", cors_of(request), methods,
                  header_of(answer, "access-control-allow-headers"), brief(answer.body, 60));
  const std::string origin = header_of(answer, kAllowOrigin);
  const bool allowed = origin == "*" || origin == "https://stranger.example";
  const bool right = (answer.status == 204 || answer.status == 200) && allowed &&
                     (lists(methods, "*") || (lists(methods, "GET") && lists(methods, "POST"))) &&
                     allows_headers(answer, {"content-type", "x-plumbline"}) && answer.body.empty();
  return right ? pass(seen)
               : violated("204 (or 200) without a body, the origin, GET and POST, and both headers allowed", seen);
}

Finding eio_hd_05_b(Context& c) {
  const HttpAnswer first = answer_of(preflight(c, "x-one"));
  const HttpAnswer second = answer_of(preflight(c, "x-two"));
  const std::string one = header_of(first, "access-control-allow-headers");
  const std::string two = header_of(second, "access-control-allow-headers");
  const std::string vary = header_of(second, "vary");
  const std::string seen = fmt::format("'{}' and '{}' allowed, Vary '{}'", one, two, vary);
  if (first.status == 0 || second.status == 0 || !allows_headers(first, {"x-one"}) ||
      !allows_headers(second, {"x-two"})) {
    return violated("each preflight allows the header that it asks for", seen);
  }
  return one == two || lists(vary, "access-control-request-headers") || lists(vary, "*")
             ? pass(seen)
             : violated("an answer that follows Access-Control-Request-Headers says so in Vary", seen);
}

Finding eio_hd_06_a(Context& c) {
  std::vector<HttpExchange*> requests;
  if (auto stop = round_trip_from(c, kListed, requests)) {
    return *stop;
  }
  for (const HttpExchange* request : requests) {
    const HttpAnswer answer = answer_of(*request);
    const bool right = header_of(answer, kAllowOrigin) == kListed && header_of(answer, kAllowCredentials) == "true" &&
                       lists(header_of(answer, "vary"), "Origin");
    if (!right) {
      return violated(fmt::format("Access-Control-Allow-Origin: {}, with credentials and Vary: Origin", kListed),
                      cors_of(*request));
    }
  }
  return pass("origin repeated, with credentials and Vary: Origin, for handshake, POST and GET");
}

Finding eio_hd_06_b(Context& c) {
  // Each is near the listed one: by scheme, port, ending, beginning, or the origin of a file.
  for (const std::string_view other :
       {"https://stranger.example", "http://app.example", "https://app.example:8443", "https://app.example.evil.test",
        "https://evil-app.example", "https://sub.app.example", "null"}) {
    const HttpExchange& request = ask(c, "GET", kPollingHandshake, origin_line(other));
    const HttpAnswer answer = answer_of(request);
    if (answer.status == 0) {
      return violated("an answer, whatever the origin", describe(request, c.answer_bound()));
    }
    if (count_of(answer, kAllowOrigin) != 0) {
      return violated(fmt::format("no Access-Control-Allow-Origin for {}", other), cors_of(request));
    }
  }
  const HttpExchange& control = ask(c, "GET", kPollingHandshake, origin_line(kListed));
  return header_of(answer_of(control), kAllowOrigin) == kListed
             ? pass("no Access-Control-Allow-Origin for seven others; the listed one is repeated")
             : violated(fmt::format("{} is on the list", kListed), cors_of(control));
}

Finding eio_hd_08_a(Context& c) {
  const HttpExchange& control = ask(c, "GET", kPollingHandshake, kStranger);
  const std::string origin = header_of(answer_of(control), kAllowOrigin);
  if (!is_open(control)) {
    return unmet("EIO-HS-01", "an open packet", describe(control, c.answer_bound()));
  }
  if (origin.empty()) {
    return violated("Access-Control-Allow-Origin on an open packet and on errors", cors_of(control));
  }
  std::string seen;
  for (const auto& [method, query] :
       {std::pair{"GET", "EIO=4&transport=nothing"}, std::pair{"GET", "EIO=4&transport=polling&sid=nobody"},
        std::pair{"POST", "EIO=4&transport=polling"}, std::pair{"POST", "EIO=4&transport=polling&sid=nobody"},
        std::pair{"GET", "EIO=3&transport=polling"}}) {
    const HttpExchange& request = ask(c, method, query, kStranger);
    if (!is_4xx(request)) {
      continue;  // whether it should be an error is for other clauses
    }
    if (header_of(answer_of(request), kAllowOrigin) != origin) {
      return violated(fmt::format("Access-Control-Allow-Origin: {} on errors too", origin),
                      fmt::format("{} {}: {}", method, query, cors_of(request)));
    }
    seen += fmt::format("{}{}", seen.empty() ? "" : ", ", code_of(request));
  }
  return seen.empty() ? unmet("EIO-HS-15", "an error answer to an unknown sid", "none to five wrong requests")
                      : pass("the same Access-Control-Allow-Origin on errors of codes " + seen);
}

}  // namespace plumbline::conform::cases
