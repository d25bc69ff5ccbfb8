#include "cases/steps.h"

#include <fmt/format.h>

#include <boost/json/object.hpp>
#include <utility>

namespace plumbline::conform {
namespace {

int badness(const Finding& finding) {
  switch (finding.kind) {
    case Finding::Kind::violated:
      return 5;
    case Finding::Kind::unmet:
      return 4;
    case Finding::Kind::unclear:
      return 3;
    case Finding::Kind::not_supported:
    case Finding::Kind::not_applicable:
      return 2;
    case Finding::Kind::took:
      break;
  }
  return finding.alternative == "A" ? 0 : 1;
}

std::string brief_packets(std::initializer_list<Sent> packets) {
  std::string text;
  for (const Sent& packet : packets) {
    text += (text.empty() ? "" : " ") + std::string(packet.binary ? "binary " : "") + brief(packet.bytes, 60);
  }
  return text;
}

bool dispatched(const WebSocket& ws, std::size_t from) {
  for (std::size_t i = from; i < ws.messages().size(); ++i) {
    const std::string& payload = ws.messages()[i].payload;
    if (payload.find("message-back") != std::string::npos || payload.starts_with("43") || payload.starts_with("46")) {
      return true;
    }
  }
  return false;
}

}  // namespace

void send(WebSocket& ws, std::initializer_list<Sent> packets) {
  for (const Sent& packet : packets) {
    packet.binary ? ws.binary(packet.bytes) : ws.text(packet.bytes);
  }
}

Finding worst(Finding a, Finding b) {
  return badness(b) > badness(a) ? std::move(b) : std::move(a);
}

Finding judge_placement(Placement where, std::string_view expected, const std::string& seen) {
  switch (where) {
    case Placement::inside:
      return pass(seen);
    case Placement::early:
      return violated(std::string(expected), seen);
    case Placement::late:
      return took("late", seen);
    case Placement::unclear:
      break;
  }
  return unclear(seen + ", while the suite was late");
}

Finding judge_both_sides(Placement where, std::string_view expected, const std::string& seen) {
  Finding found = judge_placement(where, expected, seen);
  return found.alternative == "late" ? violated(std::string(expected), seen) : found;
}

Finding closes(Context& c, std::initializer_list<Sent> packets) {
  WebSocket* ws = nullptr;
  if (auto stop = open_joined(c, ws)) {
    return *stop;
  }
  if (!echoes(c, *ws, "before")) {
    return unmet("SIO-EV-01", "an echo before the bad packet", heard(*ws, 2));
  }
  const std::size_t from = ws->messages().size();
  const Time since = c.clock.now();
  send(*ws, packets);
  const Finding finding = must_close(c, *ws, since, brief_packets(packets));
  return dispatched(*ws, from) ? violated("closed, and nothing of it dispatched", heard(*ws, from)) : finding;
}

Finding each_closes(Context& c, std::initializer_list<std::initializer_list<Sent>> inputs) {
  Finding all = pass(fmt::format("closed after each of {} inputs", inputs.size()));
  for (const auto& input : inputs) {
    Finding one = closes(c, input);
    if (one.kind == Finding::Kind::violated) {
      one.observed = "`" + brief_packets(input) + "`: " + one.observed;
      return one;
    }
    all = worst(std::move(all), std::move(one));
  }
  return all;
}

Finding ignores(Context& c, std::initializer_list<Sent> packets) {
  WebSocket* ws = nullptr;
  if (auto stop = open_joined(c, ws)) {
    return *stop;
  }
  if (!echoes(c, *ws, "before")) {
    return unmet("SIO-EV-01", "an echo before the packet", heard(*ws, 2));
  }
  const std::size_t from = ws->messages().size();
  send(*ws, packets);
  const bool alive = echoes(c, *ws, "after");
  const std::string expected = fmt::format("nothing follows `{}`, and the connection lives on", brief_packets(packets));
  if (!alive || ws->messages().size() != from + 1) {
    return violated(expected, heard(*ws, from));
  }
  return pass("ignored, then an echo");
}

Finding closes_or_ignores(Context& c, std::initializer_list<Sent> packets) {
  WebSocket* ws = nullptr;
  if (auto stop = open_joined(c, ws)) {
    return *stop;
  }
  if (!echoes(c, *ws, "before")) {
    return unmet("SIO-EV-01", "an echo before the packet", heard(*ws, 2));
  }
  const std::size_t from = ws->messages().size();
  const Time since = c.clock.now();
  send(*ws, packets);
  const Closing closing = await_close(c, *ws, since, 2 * c.fast());
  if (dispatched(*ws, from)) {
    return violated(fmt::format("`{}` is not dispatched", brief_packets(packets)), heard(*ws, from));
  }
  if (closing.closed) {
    return pass(closing.observed);
  }
  return echoes(c, *ws, "after") ? took("ignored", closing.observed)
                                 : violated("closed, or ignored and alive", heard(*ws, from));
}

std::string text_member(std::string_view packet, std::string_view key) {
  const std::size_t begin = packet.find('{');
  const auto value = begin == std::string_view::npos ? std::nullopt : parse_json(packet.substr(begin));
  const auto* member = value && value->is_object() ? value->as_object().if_contains(key) : nullptr;
  return member != nullptr && member->is_string() ? std::string(member->as_string()) : std::string{};
}

Stop open_fenced(Context& c, Polling& session) {
  if (auto stop = session.open()) {
    return stop;
  }
  if (auto stop = session.join()) {
    return stop;
  }
  if (!polling_echoes(c, session, "fence")) {
    return unmet("EIO-PK-01", "an echo on a poll", "nothing within " + ms_text(c.answer_bound()));
  }
  return std::nullopt;
}

bool ended_by_ping(const HttpExchange& poll) {
  return poll.answer() && poll.answer()->status == 200 && poll.answer()->body == "2";
}

Stop park(Context& c, Polling& session, Duration settled, HttpExchange*& parked) {
  for (int attempt = 0; attempt < 2; ++attempt) {  // some servers ping at once
    parked = &session.get();
    c.wire.pump_for(settled);
    if (!parked->done()) {
      return std::nullopt;
    }
    if (!ended_by_ping(*parked)) {
      break;
    }
    HttpExchange& pong = session.post("3");
    c.wire.until([&] { return pong.done(); }, c.answer_bound());
  }
  return unmet("EIO-PO-06", "a GET without anything to deliver stays open", describe(*parked, settled));
}

std::string upgrade_query(const Polling& session) {
  return std::string(kWebSocketHandshake) + "&sid=" + session.sid();
}

Stop probe_upgrade(Context& c, Polling& session, WebSocket*& ws) {
  session.stop();
  ws = &c.wire.web_socket(upgrade_query(session));
  ws->text("2probe");
  if (!await(c, *ws, "3probe", c.answer_bound())) {
    return unmet("EIO-UP-01", "`3probe` in answer to `2probe`", heard(*ws, 0));
  }
  return std::nullopt;
}

Stop send_upgrade(Context& c, Polling& session, WebSocket*& ws) {
  if (auto stop = probe_upgrade(c, session, ws)) {
    return stop;
  }
  c.wire.until([&] { return session.idle(); }, c.answer_bound());
  if (!session.idle()) {
    return unmet("EIO-UP-02", "the parked GET ends after the probe", "still parked after " + ms_text(c.answer_bound()));
  }
  ws->text("5");
  return std::nullopt;
}

Stop finish_upgrade(Context& c, Polling& session, WebSocket*& ws) {
  if (auto stop = send_upgrade(c, session, ws)) {
    return stop;
  }
  if (!echoes(c, *ws, "upgraded")) {
    return unmet("EIO-UP-01", "messages flow on the WebSocket after `5`", heard(*ws, 1));
  }
  return std::nullopt;
}

bool polling_echoes(Context& c, Polling& session, std::string_view word) {
  session.post(fmt::format(R"(42["message","{}"])", word));
  return session.await(fmt::format(R"(42["message-back","{}")", word), c.answer_bound()).has_value();
}

Stop needs_custom(const Context& c) {
  if (!c.target.has("testapp.custom")) {
    return not_applicable("a fixture with the namespace /custom (capability testapp.custom)");
  }
  return std::nullopt;
}

Finding not_taken(Context& c, const HttpExchange& post, Time sent, std::string expected) {
  const std::string seen = describe(post, 2 * c.answer_bound());
  const Duration took_so_long = c.clock.now() - sent;
  if (took_so_long >= c.target.timing.ping_timeout) {
    return unclear(fmt::format("{}, {} after it was sent: as long as a pong may take", seen, ms_text(took_so_long)));
  }
  return violated(std::move(expected), seen);
}

Stop needs_limit(const Context& c, std::uint64_t& limit) {
  constexpr std::uint64_t kLargest = 16U << 20U;
  limit = c.target.max_payload.value_or(kLargest + 1);
  if (limit > kLargest) {
    return not_applicable("a declared limits.max_payload of at most 16 MiB");
  }
  return std::nullopt;
}

}  // namespace plumbline::conform
