// Socket.IO binary events: places, sizes, acknowledgement, namespaces, polling (socket.io-protocol v5, Binary).
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "cases/case_list.h"
#include "cases/steps.h"

namespace plumbline::conform::cases {
namespace {

namespace json = boost::json;

constexpr std::string_view kFirst{"\x01\x02\x03", 3};
constexpr std::string_view kSecond{"\x04\x05\x06", 3};

// What came back: the JSON behind the header, and the binary messages right after it.
struct Answer {
  bool complete{false};
  std::string header;
  json::value args;
  std::vector<std::string> parts;
};

Answer await_binary(Context& c, WebSocket& ws, std::string_view prefix, std::size_t parts) {
  Answer answer;
  const auto header = await(c, ws, prefix, c.answer_bound());
  if (!header) {
    return answer;
  }
  answer.header = header->payload;
  c.wire.until([&] { return ws.messages().size() >= ws.cursor + parts || ws.over(); }, c.answer_bound());
  const auto value = parse_json(std::string_view(header->payload).substr(prefix.size()));
  answer.complete = value && ws.messages().size() >= ws.cursor + parts;
  answer.args = value.value_or(nullptr);
  for (std::size_t i = 0; answer.complete && i < parts; ++i) {
    const WsMessage& message = ws.messages()[ws.cursor++];
    answer.complete = message.binary;
    answer.parts.push_back(message.payload);
  }
  return answer;
}

// Numbering is the sender's choice: the bytes that stand in the place of a placeholder.
std::optional<std::string> bytes_at(const Answer& answer, const json::value* place) {
  const json::object* object = place != nullptr ? place->if_object() : nullptr;
  const json::value* num = object != nullptr ? object->if_contains("num") : nullptr;
  if (num == nullptr || !num->is_int64() || num->as_int64() < 0 ||
      static_cast<std::size_t>(num->as_int64()) >= answer.parts.size()) {
    return std::nullopt;
  }
  return answer.parts[static_cast<std::size_t>(num->as_int64())];
}

const json::value* element(const json::value& array, std::size_t at) {
  const json::array* items = array.if_array();
  return items != nullptr && at < items->size() ? &(*items)[at] : nullptr;
}

// Sends a binary call with two attachments and an id, and compares the acknowledgement.
Finding binary_ack(Context& c, WebSocket& ws, std::string_view nsp, std::string_view id) {
  const std::size_t from = ws.messages().size();
  ws.text(fmt::format(R"(452-{}{}["message-with-ack",{{"_placeholder":true,"num":0}},{{"_placeholder":true,"num":1}}])",
                      nsp, id));
  ws.binary(kFirst);
  ws.binary(kSecond);
  const Answer answer = await_binary(c, ws, fmt::format("462-{}{}", nsp, id), 2);
  const bool right = answer.complete && bytes_at(answer, element(answer.args, 0)) == kFirst &&
                     bytes_at(answer, element(answer.args, 1)) == kSecond;
  return right ? pass(brief(answer.header) + " and both attachments")
               : violated(fmt::format("`462-{}{}[...]` and both attachments", nsp, id), heard(ws, from));
}

Finding echo_of_bytes(Context& c, WebSocket& ws, std::string_view bytes) {
  const std::size_t from = ws.messages().size();
  ws.text(R"(451-["message",{"_placeholder":true,"num":0}])");
  ws.binary(bytes);
  const Answer answer = await_binary(c, ws, "451-", 1);
  const bool right = answer.complete && bytes_at(answer, element(answer.args, 1)) == bytes;
  return right ? pass(fmt::format("{} bytes came back", bytes.size()))
               : violated(fmt::format("an attachment of {} bytes comes back", bytes.size()), heard(ws, from));
}

}  // namespace

Finding sio_bi_02_a(Context& c) {
  WebSocket* ws = nullptr;
  if (auto stop = open_joined(c, ws)) {
    return *stop;
  }
  return binary_ack(c, *ws, "", "789");
}

Finding sio_bi_03_a(Context& c) {
  WebSocket* ws = nullptr;
  if (auto stop = open_joined(c, ws)) {
    return *stop;
  }
  const std::size_t from = ws->messages().size();
  for (int i = 0; i < 20; ++i) {
    ws->text(R"(452-["message",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])");
    ws->binary(kFirst);
    ws->binary(kSecond);
    ws->text(fmt::format(R"(42["message",{}])", i));
  }
  if (!echoes(c, *ws, "end")) {
    return unmet("SIO-EV-01", "an echo as a fence", heard(*ws, from));
  }
  std::string order;
  for (std::size_t i = from; i < ws->messages().size(); ++i) {
    const WsMessage& message = ws->messages()[i];
    order += message.binary                        ? 'b'
             : message.payload.starts_with("452-") ? 'H'
             : message.payload.starts_with("42[")  ? 't'
                                                   : '?';
  }
  order.erase(0, order.find('H') == std::string::npos ? 0 : order.find('H'));  // the greeting of the application
  std::string expected;
  for (int i = 0; i < 20; ++i) {
    expected += "Hbbt";
  }
  expected += "t";
  return order == expected ? pass("20 times header, two attachments, the next event")
                           : violated("header and its attachments without a gap: " + expected, order);
}

Finding sio_bi_04_a(Context& c) {
  WebSocket* ws = nullptr;
  if (auto stop = open_joined(c, ws)) {
    return *stop;
  }
  const std::size_t from = ws->messages().size();
  ws->text(R"(452-["message",{"a":[1,{"_placeholder":true,"num":1}],"b":{"c":{"_placeholder":true,"num":0}}}])");
  ws->binary(kFirst);
  ws->binary(kSecond);
  const Answer answer = await_binary(c, *ws, "452-", 2);
  const json::value* object = element(answer.args, 1);
  const json::object* fields = object != nullptr ? object->if_object() : nullptr;
  const json::value* a = fields != nullptr ? fields->if_contains("a") : nullptr;
  const json::value* b = fields != nullptr ? fields->if_contains("b") : nullptr;
  const json::value* inner = b != nullptr && b->is_object() ? b->as_object().if_contains("c") : nullptr;
  const bool right = answer.complete && a != nullptr && bytes_at(answer, element(*a, 1)) == kSecond &&
                     bytes_at(answer, inner) == kFirst;
  if (!right) {
    return violated("both attachments at their places inside the object", heard(*ws, from));
  }
  const std::size_t large = std::min<std::uint64_t>(c.target.max_payload.value_or(100'000), 100'000);
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, large}) {
    Finding one = echo_of_bytes(c, *ws, std::string(size, '\x7f'));
    if (one.kind != Finding::Kind::took) {
      return one;
    }
  }
  return pass(fmt::format("nested placeholders; attachments of 0, 1 and {} bytes", large));
}

Finding sio_bi_05_a(Context& c) {
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
  return binary_ack(c, *ws, "/custom,", "3");
}

Finding sio_bi_06_a(Context& c) {
  for (const bool together : {true, false}) {
    Polling session(c);
    if (auto stop = open_fenced(c, session)) {
      return *stop;
    }
    const std::string header = R"(451-["message",{"_placeholder":true,"num":0}])";
    if (together) {
      session.post(header + kSeparator + "bAQIDBA==");
    } else {
      HttpExchange& first = session.post(header);
      c.wire.until([&] { return first.done(); }, c.answer_bound());
      session.post("bAQIDBA==");
    }
    const auto back = session.await("451-", c.answer_bound());
    const auto bytes = back ? session.await("b", c.answer_bound()) : std::nullopt;
    if (bytes != "bAQIDBA==") {
      return violated(fmt::format("header and attachment, POSTed {}, come back", together ? "together" : "apart"),
                      bytes ? brief(*bytes) : "nothing within " + ms_text(c.answer_bound()));
    }
  }
  return pass("in one payload and in two");
}

Finding sio_bi_11_a(Context& c) {
  WebSocket* ws = nullptr;
  if (auto stop = open_joined(c, ws)) {
    return *stop;
  }
  // The header alone: a server with a limit need not wait for the attachments.
  std::string header = R"(451000-["message")";
  for (int i = 0; i < 1000; ++i) {
    header += fmt::format(R"(,{{"_placeholder":true,"num":{}}})", i);
  }
  header += "]";
  const Time since = c.clock.now();
  ws->text(header);
  const Closing closing = await_close(c, *ws, since, 2 * c.fast());
  return closing.closed ? pass(closing.observed) : took("accepted", "1000 attachments announced: " + closing.observed);
}

Finding sio_bi_12_a(Context& c) {
  WebSocket* ws = nullptr;
  if (auto stop = open_joined(c, ws)) {
    return *stop;
  }
  const std::size_t from = ws->messages().size();
  ws->text(R"(450-["message","none"])");
  const auto back = await(c, *ws, R"(4)", c.fast());
  c.wire.until([&] { return ws->over(); }, c.fast());
  if (ws->over()) {
    return took("closed", heard(*ws, from));
  }
  ws->cursor = from;
  if (echoes(c, *ws, "next") && echoes(c, *ws, "after")) {
    return pass(back ? brief(back->payload) + ", then usable" : "not dispatched, then usable");
  }
  return violated("the connection stays usable after a binary event without attachments", heard(*ws, from));
}

Finding sio_bi_13_a(Context& c) {
  WebSocket* ws = nullptr;
  if (auto stop = open_joined(c, ws)) {
    return *stop;
  }
  const std::size_t from = ws->messages().size();
  ws->text(R"(452-["message",{"_placeholder":true,"num":0},{"_placeholder":true,"num":0}])");
  ws->binary(kFirst);
  ws->binary(kSecond);
  ws->text(R"(42["message",{"_placeholder":true,"num":0}])");
  const bool fenced = echoes(c, *ws, "end");
  if (ws->over()) {
    return took("closed", heard(*ws, from));
  }
  const bool twice = std::any_of(ws->messages().begin() + static_cast<std::ptrdiff_t>(from), ws->messages().end(),
                                 [](const WsMessage& m) { return m.binary && m.payload == kFirst; });
  const bool plain = std::any_of(
      ws->messages().begin() + static_cast<std::ptrdiff_t>(from), ws->messages().end(), [](const WsMessage& m) {
        return !m.binary && m.payload.starts_with("42[") &&
               same_json(std::string_view(m.payload).substr(2), R"(["message-back",{"_placeholder":true,"num":0}])");
      });
  return fenced && twice && plain
             ? pass("filled twice; the plain event keeps its object")
             : violated("a placeholder used twice is filled; in a plain event it is data", heard(*ws, from));
}

// One of two attachments never comes. Longer than any timer that a living client resets.
Finding sio_bi_14_a(Context& c) {
  WebSocket* ws = nullptr;
  if (auto stop = open_joined(c, ws)) {
    return *stop;
  }
  if (!echoes(c, *ws, "before")) {
    return unmet("SIO-EV-01", "an echo", heard(*ws, 1));
  }
  const std::size_t from = ws->messages().size();
  const Time since = c.clock.now();
  ws->text(R"(452-["message",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])");
  ws->binary(kFirst);
  const Duration heartbeat = c.target.timing.ping_interval + c.target.timing.ping_timeout;
  const Closing closing = await_close(c, *ws, since, 2 * heartbeat + c.slack_now(since));
  if (ws->messages().size() != from) {
    return violated("half an event is not dispatched", heard(*ws, from));
  }
  if (closing.closed) {
    return pass("let go: " + closing.observed);
  }
  if (echoes(c, *ws, "after")) {
    return pass("let go within " + ms_text(closing.after) + ", the connection echoes");
  }
  return ws->over() ? took("held", closing.observed + ", still waiting for the attachment")
                    : violated("the connection takes the next event, or ends", heard(*ws, from));
}

Finding sio_bi_15_a(Context& c) {
  WebSocket* ws = nullptr;
  if (auto stop = open_joined(c, ws)) {
    return *stop;
  }
  ws->text(R"(451-["message",{"_placeholder":true,"num":0}])");
  ws->text("3");
  ws->binary(kFirst);
  const std::size_t from = ws->cursor;
  const Answer answer = await_binary(c, *ws, "451-", 1);
  return answer.complete && bytes_at(answer, element(answer.args, 1)) == kFirst
             ? pass(brief(answer.header))
             : violated("the event comes back although a pong came before its attachment", heard(*ws, from));
}

}  // namespace plumbline::conform::cases
