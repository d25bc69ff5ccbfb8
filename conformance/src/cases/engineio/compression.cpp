// Compression of poll answers (Content-Encoding) and of WebSocket messages (permessage-deflate, RFC 7692).
#include <fmt/format.h>

#include <algorithm>

#include "cases/case_list.h"
#include "cases/engineio/answers.h"
#include "cases/steps.h"
#include "wire/deflate.h"

namespace plumbline::conform::cases {
namespace {

constexpr std::string_view kOffer = "Sec-WebSocket-Extensions: permessage-deflate\r\n";
constexpr std::size_t kLarge = 16'384;
constexpr std::size_t kThreshold = 1024;  // of a target with http.compression

// The answer to a GET with these headers that brings one echo of so many bytes. `alone`: nothing else came with it.
struct Fetched {
  HttpAnswer answer;
  std::string expected;  // the packet
  std::string body;      // decoded
  bool intact{false};
  bool alone{false};

  [[nodiscard]] std::string coding() const { return header_of(answer, "content-encoding"); }
  [[nodiscard]] std::string seen() const {
    return fmt::format("HTTP {}, Content-Encoding '{}', {} bytes{}", answer.status, coding(), answer.body.size(),
                       intact ? "" : ", which are not the echo");
  }
};

Stop fetch(Context& c, std::size_t bytes, std::string_view headers, Fetched& into) {
  Polling session(c);
  if (auto stop = session.open()) {
    return stop;
  }
  ask(c, "POST", session.query(), {}, "40");
  const HttpExchange& joined = ask(c, "GET", session.query());
  if (("\x1e" + answer_of(joined).body)
          .find("\x1e"
                "40{") == std::string::npos) {
    return unmet("EIO-PK-01", "the answer to CONNECT on a poll", describe(joined, c.answer_bound()));
  }
  const std::string empty = R"(42["message-back",""])";
  const std::string word(bytes - empty.size(), 'x');
  into.expected = fmt::format(R"(42["message-back","{}"])", word);
  ask(c, "POST", session.query(), {}, fmt::format(R"(42["message","{}"])", word));
  for (int polls = 0; polls < 3 && !into.intact; ++polls) {  // the application's greeting, or a ping, may come first
    into.answer = answer_of(ask(c, "GET", session.query(), headers));
    const std::string coding = into.coding();
    into.body = coding.empty() ? into.answer.body : decoded_body(coding, into.answer.body).value_or("");
    const auto packets = split_payload(into.body);
    into.intact = std::any_of(packets.begin(), packets.end(),
                              [&](const std::string& packet) { return c.wire.as_read(packet) == into.expected; });
    into.alone = packets.size() == 1;
    if (into.answer.status != 200) {
      break;
    }
  }
  return std::nullopt;
}

std::string extensions_of(const WebSocket& ws) {
  return ws.switched() != nullptr ? header_of(*ws.switched(), "sec-websocket-extensions") : std::string{};
}

Stop open_offering(Context& c, std::string_view headers, WebSocket*& ws) {
  ws = &c.wire.web_socket(kWebSocketHandshake, headers);
  if (auto stop = expect_open_packet(c, *ws)) {
    return stop;
  }
  return join(c, *ws);
}

// A joined WebSocket whose messages may be compressed.
Stop open_negotiated(Context& c, WebSocket*& ws) {
  if (auto stop = open_offering(c, kOffer, ws)) {
    return stop;
  }
  if (extensions_of(*ws).find("permessage-deflate") == std::string::npos) {
    return unmet("EIO-HD-10", "permessage-deflate is negotiated", fmt::format("'{}'", extensions_of(*ws)));
  }
  return std::nullopt;
}

// Only what the offer allows: a name without a value, or a window of the server's own.
bool answers_the_offer(std::string extensions) {
  std::replace(extensions.begin(), extensions.end(), ';', ',');
  return lists(extensions, "permessage-deflate") && !lists(extensions, "client_max_window_bits") &&
         extensions.find("client_max_window_bits") == std::string::npos;
}

// An event that nobody listens to, of so many bytes in all.
std::string event_of(std::uint64_t bytes) {
  return R"(42["fill",")" + std::string(bytes - 13, 'x') + R"("])";
}

Finding closes_with_1009(Context& c, WebSocket& ws, std::uint64_t bytes) {
  const Time since = c.clock.now();
  ws.packed_text(event_of(bytes));
  const Closing closing = await_close(c, ws, since, 2 * c.answer_bound());
  const std::string seen = fmt::format("{} bytes, packed: {}", bytes, closing.observed);
  if (!closing.closed) {
    return violated("a message that inflates above maxPayload closes with 1009", seen);
  }
  return ws.close_code() == 1009 ? pass(seen) : took("other-close", seen);
}

Stop open_limited(Context& c, std::uint64_t& limit, WebSocket*& ws) {
  if (auto stop = needs_limit(c, limit)) {
    return stop;
  }
  return open_negotiated(c, ws);
}

}  // namespace

Finding eio_hd_09_a(Context& c) {
  for (const std::string_view coding : {"gzip", "deflate"}) {
    Fetched got;
    if (auto stop = fetch(c, kLarge, fmt::format("Accept-Encoding: {}\r\n", coding), got)) {
      return *stop;
    }
    if (got.answer.status != 200 || !got.intact || got.coding() != coding || got.answer.body.size() >= kLarge) {
      return violated(fmt::format("{} bytes come in Content-Encoding {} and decode to the echo", kLarge, coding),
                      got.seen());
    }
  }
  return pass("gzip and deflate as asked for, the same payload");
}

Finding eio_hd_09_b(Context& c) {
  Fetched control;
  if (auto stop = fetch(c, kLarge, "Accept-Encoding: gzip\r\n", control)) {
    return *stop;
  }
  for (const std::string_view headers :
       {"", "Accept-Encoding: identity\r\n", "Accept-Encoding: gzip;q=0, deflate;q=0\r\n", "Accept-Encoding: br\r\n"}) {
    Fetched got;
    if (auto stop = fetch(c, kLarge, headers, got)) {
      return *stop;
    }
    if (got.answer.status != 200 || !got.intact || !got.coding().empty()) {
      return violated("a plain answer where no coding is accepted", fmt::format("with '{}': {}", headers, got.seen()));
    }
  }
  return control.coding() == "gzip" ? pass("plain without Accept-Encoding and with none that fits; gzip where it does")
                                    : violated("gzip where it is accepted", control.seen());
}

Finding eio_hd_09_c(Context& c) {
  for (const std::size_t bytes : {kThreshold - 1, kThreshold + 1}) {
    Fetched got;
    if (auto stop = fetch(c, bytes, "Accept-Encoding: gzip\r\n", got)) {
      return *stop;
    }
    if (got.intact && !got.alone) {
      return unclear("another packet came with the echo");
    }
    const bool plain = got.coding().empty();
    if (!got.intact || plain != (bytes < kThreshold)) {
      return violated(fmt::format("{} bytes come {}", bytes, bytes < kThreshold ? "plain" : "compressed"), got.seen());
    }
  }
  return pass("1,023 bytes plain, 1,025 compressed");
}

Finding eio_hd_10_a(Context& c) {
  for (const std::string_view headers : {"", "Sec-WebSocket-Extensions: x-webkit-deflate-frame\r\n"}) {
    WebSocket* ws = nullptr;
    if (auto stop = open_offering(c, headers, ws)) {
      return *stop;
    }
    if (!extensions_of(*ws).empty()) {
      return violated("no extension that was not offered", fmt::format("'{}'", extensions_of(*ws)));
    }
    if (!echoes(c, *ws, "plain")) {
      return unmet("SIO-EV-01", "an echo", heard(*ws, 2));
    }
  }
  return pass("no Sec-WebSocket-Extensions, then an echo");
}

Finding eio_hd_10_b(Context& c) {
  if (c.target.has("permessage-deflate")) {
    return not_applicable("a target without permessage-deflate");
  }
  WebSocket* ws = nullptr;
  if (auto stop = open_offering(c, kOffer, ws)) {
    return *stop;
  }
  if (!extensions_of(*ws).empty()) {
    return violated("not negotiated where it is off", fmt::format("'{}'", extensions_of(*ws)));
  }
  return echoes(c, *ws, std::string(kLarge, 'x')) ? pass("offered and not taken; a large echo comes plain")
                                                  : unmet("SIO-EV-01", "an echo", heard(*ws, 2));
}

Finding eio_hd_10_c(Context& c) {
  if (!c.target.has("permessage-deflate")) {
    return not_applicable("the capability permessage-deflate");
  }
  WebSocket* ws = nullptr;
  if (auto stop = open_offering(c, kOffer, ws)) {
    return *stop;
  }
  const std::string extensions = extensions_of(*ws);
  if (!answers_the_offer(extensions)) {
    return violated("permessage-deflate, with no parameter that was not offered", fmt::format("'{}'", extensions));
  }
  std::size_t packed = 0;
  for (const std::size_t size : std::initializer_list<std::size_t>{0, 1, 100, 1'023, 1'025, 65'535, 200'000}) {
    const std::string word(size, 'x');
    for (const bool pack : {false, true}) {
      const std::string event = fmt::format(R"(42["message","{}"])", word);
      pack ? ws->packed_text(event) : ws->text(event);
      const auto back = await(c, *ws, R"(42["message-back")", c.answer_bound());
      if (!back || back->payload != fmt::format(R"(42["message-back","{}"])", word)) {
        return violated(fmt::format("the echo of {} bytes that went out {}", size, pack ? "packed" : "plain"),
                        back ? brief(back->payload) : heard(*ws, ws->cursor));
      }
      packed += back->packed ? 1U : 0U;
    }
  }
  return pass(fmt::format("{}; 14 echoes intact, {} of them compressed", extensions, packed));
}

Finding eio_hd_11_a(Context& c) {
  std::uint64_t limit = 0;
  WebSocket* ws = nullptr;
  if (auto stop = open_limited(c, limit, ws)) {
    return *stop;
  }
  ws->packed_text(event_of(limit));
  if (!echoes(c, *ws, "after")) {
    return violated("a message that inflates to exactly maxPayload bytes is taken", heard(*ws, 2));
  }
  return closes_with_1009(c, *ws, limit + 1);
}

Finding eio_hd_11_b(Context& c) {
  std::uint64_t limit = 0;
  WebSocket* ws = nullptr;
  if (auto stop = open_limited(c, limit, ws)) {
    return *stop;
  }
  if (!echoes(c, *ws, "before")) {
    return unmet("SIO-EV-01", "an echo", heard(*ws, 2));
  }
  return closes_with_1009(c, *ws, std::max<std::uint64_t>(16 * limit, 4096));
}

Finding sio_ev_14_a(Context& c) {
  WebSocket* ws = nullptr;
  if (auto stop = open_negotiated(c, ws)) {
    return *stop;
  }
  const std::string word(kLarge, 'x');
  bool packed[2]{};
  for (const std::string_view event : {"message", "plain"}) {
    ws->text(fmt::format(R"(42["{}","{}"])", event, word));
    const auto back = await(c, *ws, fmt::format(R"(42["{}-back")", event), c.answer_bound());
    if (!back || back->payload != fmt::format(R"(42["{}-back","{}"])", event, word)) {
      return unmet("SIO-EV-01", fmt::format("the echo of `{}`", event), heard(*ws, ws->cursor));
    }
    packed[event == "plain" ? 1U : 0U] = back->packed;
  }
  if (!packed[0]) {
    return not_applicable("a target that compresses a message of 16 KiB");
  }
  return packed[1] ? took("compressed-anyway", "`plain-back` came compressed as `message-back` did")
                   : pass("`message-back` compressed, `plain-back` of the same size plain");
}

}  // namespace plumbline::conform::cases
