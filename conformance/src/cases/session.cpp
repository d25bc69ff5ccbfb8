#include "cases/session.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>

namespace plumbline::conform {

std::string describe(const HttpExchange& exchange, Duration waited) {
  if (exchange.answer()) {
    return fmt::format("HTTP {} {}", exchange.answer()->status, brief(exchange.answer()->body, 100));
  }
  if (exchange.failed()) {
    return fmt::format("no HTTP answer; connection {}", to_string(exchange.ending()));
  }
  return fmt::format("no answer within {}", ms_text(waited));
}

std::optional<boost::json::value> parse_json(std::string_view text) {
  boost::system::error_code error;
  boost::json::parse_options deep;
  deep.max_depth = 1'100;  // targets echo what cases nest
  boost::json::value value = boost::json::parse(text, error, {}, deep);
  if (error) {
    return std::nullopt;
  }
  return value;
}

bool same_json(std::string_view a, std::string_view b) {
  const auto left = parse_json(a);
  const auto right = parse_json(b);
  return left && right && *left == *right;
}

std::vector<std::string> split_payload(std::string_view body) {
  std::vector<std::string> packets;
  std::size_t from = 0;
  while (true) {
    const std::size_t end = body.find(kSeparator, from);
    packets.emplace_back(body.substr(from, end - from));
    if (end == std::string_view::npos) {
      return packets;
    }
    from = end + 1;
  }
}

Stop Polling::open() {
  HttpExchange& handshake = c_.wire.http("GET", kPollingHandshake);
  c_.wire.until([&] { return handshake.done(); }, c_.answer_bound());
  const auto& answer = handshake.answer();
  if (answer && answer->status == 200 && answer->body.starts_with("0{")) {
    const auto first = split_payload(answer->body).front();
    const auto open = parse_json(std::string_view(first).substr(1));
    const auto* sid = open && open->is_object() ? open->as_object().if_contains("sid") : nullptr;
    if (sid != nullptr && sid->is_string()) {
      sid_ = sid->as_string();
      return std::nullopt;
    }
  }
  return unmet("EIO-HS-01", "a polling handshake answered by an open packet", describe(handshake, c_.answer_bound()));
}

Stop Polling::join(std::string_view nsp) {
  HttpExchange& connect = post(nsp.empty() ? std::string("40") : fmt::format("40{},", nsp));
  start();
  const auto reply = await(nsp.empty() ? std::string("40{") : fmt::format("40{},{{", nsp), c_.answer_bound());
  if (!reply) {
    return unmet("EIO-PK-01", "the CONNECT packet that was POSTed is answered by `40{...}` on a poll",
                 connect.answer() && connect.answer()->status == 200
                     ? fmt::format("POST ok, no CONNECT reply within {}", ms_text(c_.answer_bound()))
                     : fmt::format("POST: {}", describe(connect, c_.answer_bound())));
  }
  return std::nullopt;
}

void Polling::start() {
  polling_ = true;
  if (!self_) {
    self_ = std::make_shared<Polling*>(this);
    c_.wire.on_round([weak = std::weak_ptr<Polling*>(self_)] {
      if (const auto self = weak.lock()) {
        (*self)->round();
      }
    });
  }
  round();
}

void Polling::round() {
  if (poll_ != nullptr && poll_->done()) {
    const HttpExchange* finished = poll_;
    poll_ = nullptr;
    on_poll_answer(*finished);
  }
  pay_pong();
  if (poll_ == nullptr && polling_ && !dead_) {
    poll_ = &get();
  }
}

void Polling::on_poll_answer(const HttpExchange& poll) {
  const auto die = [this] {
    dead_ = true;
    dead_at_ = c_.clock.now();
  };
  if (!poll.answer() || poll.answer()->status != 200) {
    die();
    return;
  }
  for (std::string& packet : split_payload(poll.answer()->body)) {
    if (packet == "2") {
      pings_.push_back(poll.answer()->at);
      if (answer_pings_) {
        pong_owed_ = poll.answer()->at;
        pay_pong();
      }
    } else {
      if (packet == "1") {
        die();
      }
      packets_.push_back(c_.wire.as_read(std::move(packet)));
    }
  }
}

HttpExchange& Polling::post(std::string_view body) {
  if (posting()) {
    c_.wire.until([this] { return !posting(); }, c_.answer_bound());
  }
  return send(body);
}

HttpExchange& Polling::send(std::string_view body) {
  post_ = &c_.wire.http("POST", query(), body);
  return *post_;
}

// On a busy machine a large POST is still under way when the ping comes; the server would be right to close the
// session.
void Polling::pay_pong() {
  if (pong_owed_ && !posting()) {
    c_.hold_pong(c_.wire.medium().time() - *pong_owed_);
    pong_owed_.reset();
    send("3");
  }
}

std::optional<std::string> Polling::await(std::string_view beginning, Duration bound) {
  std::optional<std::string> found;
  const auto look = [&] {
    for (; cursor < packets_.size() && !found; ++cursor) {
      if (std::string_view(packets_[cursor]).starts_with(beginning)) {
        found = packets_[cursor];
      }
    }
    return found.has_value() || dead_;
  };
  c_.wire.until(look, bound);
  return found;
}

Life polling_life(Context& c, Polling& session, Duration within) {
  const Time deadline = c.clock.now() + within;
  std::string seen = "the session stayed usable";
  for (int attempt = 0; attempt < 4; ++attempt) {
    HttpExchange& poll = session.get();
    const Duration left = std::max<Duration>(deadline - c.clock.now(), std::chrono::milliseconds{20});
    c.wire.until([&] { return poll.done(); }, left);
    seen = fmt::format("GET: {}", describe(poll, left));
    const HttpAnswer* answer = poll.answer();
    if (answer == nullptr) {
      if (!poll.failed()) {
        return {false, "the session stayed open: " + seen};
      }
      continue;  // a connection cut without an answer: the next GET tells
    }
    const auto packets = split_payload(answer->body);
    const bool close_packet = std::find(packets.begin(), packets.end(), "1") != packets.end();
    if ((answer->status >= 400 && answer->status < 600) || close_packet) {
      return {true, seen};
    }
    if (std::find(packets.begin(), packets.end(), "2") != packets.end()) {
      return {false, "the session stayed open: it even got a ping"};
    }
  }
  return {false, seen};
}

Stop expect_open_packet(Context& c, WebSocket& ws) {
  c.wire.until([&] { return !ws.messages().empty() || ws.over(); }, c.answer_bound());
  if (!ws.messages().empty() && !ws.messages()[0].binary && ws.messages()[0].payload.starts_with("0{")) {
    ws.cursor = 1;
    return std::nullopt;
  }
  return unmet("EIO-HS-04", "a WebSocket handshake followed by an open packet", heard(ws, 0));
}

Stop join(Context& c, WebSocket& ws, std::string_view nsp) {
  ws.text(nsp.empty() ? std::string("40") : fmt::format("40{},", nsp));
  const std::string beginning = nsp.empty() ? std::string("40{") : fmt::format("40{},{{", nsp);
  const std::size_t from = ws.cursor;
  if (!await(c, ws, beginning, c.answer_bound())) {
    return unmet(nsp.empty() ? "SIO-CO-01" : "SIO-CO-03", fmt::format("`{}...` after CONNECT", beginning),
                 heard(ws, from));
  }
  return std::nullopt;
}

Stop open_joined(Context& c, WebSocket*& ws) {
  ws = &c.wire.web_socket(kWebSocketHandshake);
  if (auto stop = expect_open_packet(c, *ws)) {
    return stop;
  }
  return join(c, *ws);
}

std::optional<WsMessage> await(Context& c, WebSocket& ws, std::string_view beginning, Duration bound) {
  std::optional<WsMessage> found;
  const auto look = [&] {
    for (; ws.cursor < ws.messages().size() && !found; ++ws.cursor) {
      const WsMessage& message = ws.messages()[ws.cursor];
      if (!message.binary && message.payload.starts_with(beginning)) {
        found = message;
      }
    }
    return found.has_value() || ws.over();
  };
  c.wire.until(look, bound);
  return found;
}

bool any_begins(const WebSocket& ws, std::size_t from, std::string_view beginning) {
  return std::any_of(ws.messages().begin() + static_cast<std::ptrdiff_t>(from), ws.messages().end(),
                     [beginning](const WsMessage& m) { return !m.binary && m.payload.starts_with(beginning); });
}

std::string heard(const WebSocket& ws, std::size_t from) {
  std::string text;
  for (std::size_t i = from; i < ws.messages().size() && i < from + 4; ++i) {
    const WsMessage& message = ws.messages()[i];
    text += fmt::format("{}{} `{}`", text.empty() ? "" : ", ", message.binary ? "binary" : "text",
                        brief(message.payload, 60));
  }
  if (text.empty()) {
    text = "nothing";
  }
  return text + "; connection: " + ws.how_it_ended();
}

bool echoes(Context& c, WebSocket& ws, std::string_view word) {
  ws.text(fmt::format(R"(42["message","{}"])", word));
  const std::string expected = fmt::format(R"(["message-back","{}"])", word);
  while (const auto message = await(c, ws, "42[", c.answer_bound())) {
    if (same_json(std::string_view(message->payload).substr(2), expected)) {
      return true;
    }
  }
  return false;
}

Closing await_close(Context& c, WebSocket& ws, Time since, Duration patience) {
  c.wire.until([&] { return ws.over(); }, patience);
  Closing closing;
  closing.closed = ws.over();
  closing.after = (closing.closed ? ws.over_at() : c.clock.now()) - since;
  closing.fast = closing.closed && closing.after <= c.fast();
  closing.observed = closing.closed ? fmt::format("{} after {}", ws.how_it_ended(), ms_text(closing.after))
                                    : fmt::format("still open after {}, pings answered", ms_text(closing.after));
  return closing;
}

Finding must_close(Context& c, WebSocket& ws, Time since, std::string_view input) {
  const Closing closing = await_close(c, ws, since, std::max<Duration>(4 * c.fast(), c.quiet()));
  if (!closing.closed) {
    return violated(fmt::format("the connection is closed within {} of `{}`", ms_text(c.fast()), brief(input, 60)),
                    closing.observed);
  }
  return closing.fast ? pass(closing.observed) : took("slow", closing.observed);
}

}  // namespace plumbline::conform
