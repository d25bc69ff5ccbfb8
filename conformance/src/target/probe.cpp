// Stage: target.
#include "target/probe.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "cases/session.h"

namespace plumbline::conform {
namespace {

namespace json = boost::json;

constexpr Duration kProbeBound = std::chrono::seconds{2};

std::optional<std::uint64_t> positive(const json::object& fields, std::string_view key) {
  const json::value* value = fields.if_contains(key);
  if (value == nullptr || !value->is_int64() || value->as_int64() <= 0) {
    return std::nullopt;
  }
  return static_cast<std::uint64_t>(value->as_int64());
}

void learn_from_open_packet(Target& target, const json::object& open) {
  const auto interval = positive(open, "pingInterval");
  const auto timeout = positive(open, "pingTimeout");
  if (!target.timing_declared && interval && timeout) {
    target.timing.ping_interval = std::chrono::milliseconds{*interval};
    target.timing.ping_timeout = std::chrono::milliseconds{*timeout};
    target.assumptions.push_back(fmt::format(
        "heartbeat {} + {} ms, as its open packet says (EIO-HS-03 needs a target file)", *interval, *timeout));
  }
  if (const auto limit = positive(open, "maxPayload"); limit && !target.max_payload && !target.timing_declared) {
    target.max_payload = limit;
    target.assumptions.push_back(fmt::format("maxPayload {} bytes, as its open packet says", *limit));
  }
  const json::value* upgrades = open.if_contains("upgrades");
  if (target.capabilities.count("transport.upgrade") == 0 && upgrades != nullptr && upgrades->is_array()) {
    const auto& list = upgrades->as_array();
    const bool offered = std::any_of(list.begin(), list.end(), [](const json::value& v) { return v == "websocket"; });
    target.capabilities["transport.upgrade"] = offered;
    if (!offered) {
      target.assumptions.emplace_back("no upgrade, since the open packet offers none");
    }
  }
}

bool answers_echo(const Target& target, const Clock& clock, std::string_view connect, std::string_view event,
                  std::string_view reply) {
  WireLog log(clock);
  Wire wire(target.endpoint, log, clock);
  WebSocket& ws = wire.web_socket(kWebSocketHandshake);
  ws.text(connect);
  const auto said = [&](std::string_view beginning) {
    const auto& all = ws.messages();
    return std::any_of(all.begin(), all.end(),
                       [beginning](const WsMessage& message) { return message.payload.starts_with(beginning); });
  };
  wire.until([&] { return said(connect) || ws.over(); }, kProbeBound);
  ws.text(event);
  return wire.until([&] { return said(reply) || ws.over(); }, kProbeBound) && said(reply);
}

void look_for_test_application(Target& target, const Clock& clock) {
  if (target.capabilities.count("testapp") == 0 && target.has("transport.websocket")) {
    const bool found = answers_echo(target, clock, "40", R"(42["message","probe"])", R"(42["message-back")");
    target.capabilities["testapp"] = found;
    target.assumptions.emplace_back(found ? "an echo application on / (found)"
                                          : "no echo application on /: clauses that need one do not apply");
  }
  if (target.capabilities.count("testapp.custom") == 0 && target.has("transport.websocket")) {
    const bool found =
        answers_echo(target, clock, "40/custom,", R"(42/custom,["message","probe"])", R"(42/custom,["message-back")");
    target.capabilities["testapp.custom"] = found;
    if (!found) {
      target.assumptions.emplace_back("no namespace /custom");
    }
  }
}

}  // namespace

bool accepts_connections(const Endpoint& endpoint, const Clock& clock, Duration within) {
  WireLog log(clock);
  Wire wire(endpoint, log, clock);
  HttpExchange& knock = wire.http("GET", "plumbline=knock");
  // An answer, or a connection that was made and then closed or kept: all say that somebody listens.
  wire.until([&] { return knock.done() || !knock.wants_write(); }, within);
  return knock.ending() != Ending::refused && (knock.done() || !knock.wants_write());
}

bool answers(const Endpoint& endpoint, const Clock& clock, Duration within) {
  WireLog log(clock);
  Wire wire(endpoint, log, clock);
  HttpExchange& request = wire.http("GET", "EIO=4&transport=polling&sid=plumbline-canary");
  wire.until([&request] { return request.done(); }, within);
  return request.answer() != nullptr;
}

void pause(const Endpoint& endpoint, const Clock& clock, Duration span) {
  WireLog log(clock);
  Wire(endpoint, log, clock).pump_for(span);
}

void probe(Target& target, const Clock& clock) {
  WireLog log(clock);
  Wire wire(target.endpoint, log, clock);
  HttpExchange& handshake = wire.http("GET", kPollingHandshake);
  wire.until([&] { return handshake.done(); }, kProbeBound);
  const auto& answer = handshake.answer();
  if (answer && answer->status == 200 && answer->body.starts_with("0{")) {
    const std::string first = split_payload(answer->body).front();
    if (const auto open = parse_json(std::string_view(first).substr(1)); open && open->is_object()) {
      learn_from_open_packet(target, open->as_object());
      look_for_test_application(target, clock);
      return;
    }
  }
  if (!target.timing_declared) {
    target.timing.ping_interval = std::chrono::milliseconds{300};
    target.timing.ping_timeout = std::chrono::milliseconds{200};
  }
  target.assumptions.push_back("it speaks no Engine.IO at " + target.endpoint.path + ": " +
                               describe(handshake, kProbeBound));
}

}  // namespace plumbline::conform
