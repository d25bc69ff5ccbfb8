// What events may carry: names, values, sizes, many at a time; acknowledgement ids (socket.io-protocol v5).
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <vector>

#include "cases/case_list.h"
#include "cases/steps.h"

namespace plumbline::conform::cases {
namespace {

// Sends the arguments as they are written and compares what comes back as JSON.
enum class Value { same, changed, closed };
struct Sounding {
  Value value{Value::changed};
  std::string observed;
};

Sounding sound(Context& c, WebSocket& ws, std::string_view arguments) {
  const std::size_t from = ws.messages().size();
  ws.text(fmt::format(R"(42["message",{}])", arguments));
  const auto back = await(c, ws, R"(42["message-back")", c.answer_bound());
  if (!back) {
    return {ws.over() ? Value::closed : Value::changed, heard(ws, from)};
  }
  const bool same =
      same_json(std::string_view(back->payload).substr(2), fmt::format(R"(["message-back",{}])", arguments));
  return {same ? Value::same : Value::changed, brief(back->payload)};
}

Finding values(Context& c, const std::vector<std::string>& all, std::string_view if_changed) {
  Finding found = pass(fmt::format("{} values came back equal", all.size()));
  for (const std::string& value : all) {
    WebSocket* ws = nullptr;
    if (auto stop = open_joined(c, ws)) {
      return *stop;
    }
    const Sounding one = sound(c, *ws, value);
    const std::string seen = fmt::format("{}: {}", brief(value, 40), one.observed);
    if (one.value == Value::closed) {
      found = worst(std::move(found), took("closed", seen));
    } else if (one.value == Value::changed && if_changed.empty()) {
      return violated("equal JSON, or the connection is closed", seen);
    } else if (one.value == Value::changed) {
      found = worst(std::move(found), took(if_changed, seen));
    }
  }
  WebSocket* ws = nullptr;
  if (auto stop = open_joined(c, ws)) {
    return violated("the server lives on", stop->observed);
  }
  return found;
}

}  // namespace

Finding sio_ev_03_a(Context& c) {
  constexpr int kEvents = 10'000;
  constexpr int kAtATime = 500;  // more unread echoes than this could make a careful server close
  WebSocket* ws = nullptr;
  if (auto stop = open_joined(c, ws)) {
    return *stop;
  }
  const std::size_t from = ws->messages().size();
  for (int i = 0; i < kEvents; ++i) {
    ws->text(fmt::format(R"(42["message",{},"{}"])", i, std::string(static_cast<std::size_t>(i % 97), 'x')));
    if (i % kAtATime == kAtATime - 1) {
      const std::size_t due = from + static_cast<std::size_t>(i) + 1;
      c.wire.until([&] { return ws->messages().size() >= due || ws->over(); }, c.answer_bound());
    }
  }
  if (!echoes(c, *ws, "end")) {
    return unmet("SIO-EV-01", "an echo as a fence", heard(*ws, from));
  }
  int next = 0;
  for (std::size_t i = from; i < ws->messages().size(); ++i) {
    const std::string& payload = ws->messages()[i].payload;
    if (payload.starts_with(R"(42["message-back",)") && !payload.ends_with(R"("end"])")) {
      if (!payload.starts_with(fmt::format(R"(42["message-back",{},)", next))) {
        return violated(fmt::format("echo {} is the next", next), brief(payload));
      }
      ++next;
    }
  }
  return next == kEvents ? pass(fmt::format("{} echoes in order", kEvents))
                         : violated(fmt::format("{} echoes", kEvents), fmt::format("{} echoes", next));
}

Finding sio_ev_03_b(Context& c) {
  constexpr int kEvents = 10'000;
  constexpr int kAtATime = 500;
  Polling session(c);
  if (auto stop = open_fenced(c, session)) {
    return *stop;
  }
  for (int first = 0; first < kEvents; first += kAtATime) {
    std::string body;
    for (int i = first; i < first + kAtATime; ++i) {
      body += (body.empty() ? "" : std::string(1, kSeparator)) +
              fmt::format(R"(42["message",{},"{}"])", i, std::string(static_cast<std::size_t>(i % 97), 'x'));
    }
    session.post(body);
    for (int i = first; i < first + kAtATime; ++i) {
      const auto back = session.await(R"(42["message-back")", c.answer_bound());
      if (!back || !back->starts_with(fmt::format(R"(42["message-back",{},)", i))) {
        return violated(fmt::format("echo {} is the next", i), back ? brief(*back) : "no further echo");
      }
    }
  }
  return pass(fmt::format("{} echoes in order by polling", kEvents));
}

Finding sio_ev_05_a(Context& c) {
  WebSocket* ws = nullptr;
  if (auto stop = open_joined(c, ws)) {
    return *stop;
  }
  ws->text("42[1,2]");
  const bool alive = echoes(c, *ws, "after");
  Finding found = alive ? pass("a number is accepted") : took("number-closed", heard(*ws, 2));
  for (const std::string_view bad : {"42[null,1]", "42[{},1]", "42[[1],1]"}) {
    found = worst(std::move(found), closes_or_ignores(c, {{bad}}));
  }
  return found;
}

Finding sio_ev_06_a(Context& c) {
  Finding found = pass("closed after each reserved name");
  for (const std::string_view name :
       {"connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"}) {
    const std::string event = fmt::format(R"(42["{}","x"])", name);
    found = worst(std::move(found), closes_or_ignores(c, {{event}}));
  }
  return found;
}

Finding sio_ev_07_a(Context& c) {
  return values(c,
                {R"("\"\\\/\b\f\n\r\t")", R"("\u0000")", R"("\ud83d\ude00")", R"("\u00e9\u2028\u2029")",
                 R"([[],{},"",null,true,false,0])", std::string(500, '[') + std::string(500, ']')},
                "");
}
Finding sio_ev_07_b(Context& c) {
  return values(c, {"9007199254740991", "-9007199254740991", "-0", "1e21", "1.5e-7", "0.1"}, "number-as-double");
}
Finding sio_ev_07_c(Context& c) {
  // Beyond what a double holds, and deeper than a parser may recurse: any answer but a crash.
  for (const std::string& value : {std::string("1e400"), std::string("123456789012345678901234567890"),
                                   std::string(1000, '[') + std::string(1000, ']'), std::string(R"("\ud83d")")}) {
    WebSocket* ws = nullptr;
    if (auto stop = open_joined(c, ws)) {
      return *stop;
    }
    const std::size_t answered = ws->messages().size();
    ws->text(fmt::format(R"(42["message",{}])", value));
    c.wire.until([&] { return ws->over() || ws->messages().size() > answered; }, c.fast());
    WebSocket* next = nullptr;
    if (auto stop = open_joined(c, next)) {
      return violated(fmt::format("the server lives on after {}", brief(value, 40)), stop->observed);
    }
  }
  return pass("alive after each");
}

Finding sio_ev_08_a(Context& c) {
  WebSocket* bystander = nullptr;
  if (auto stop = open_joined(c, bystander)) {
    return *stop;
  }
  for (const std::string_view value : {R"({"a":1,"a":2})", R"({"__proto__":{"polluted":true}})",
                                       R"({"constructor":{"prototype":{"polluted":true}}})"}) {
    WebSocket* ws = nullptr;
    if (auto stop = open_joined(c, ws)) {
      return *stop;
    }
    ws->text(fmt::format(R"(42["message",{}])", value));
    const auto echo = await(c, *ws, R"(42["message-back")", c.fast());  // none where it is refused
    if (echo && !same_json(std::string_view(echo->payload).substr(2), fmt::format(R"(["message-back",{}])", value))) {
      return violated(fmt::format("`{}` comes back as it is", value), brief(echo->payload));
    }
    bystander->text(R"(42["message",{}])");
    const auto back = await(c, *bystander, R"(42["message-back")", c.answer_bound());
    if (!back || back->payload != R"(42["message-back",{}])") {
      return violated("another client still gets `{}` for `{}`", heard(*bystander, 2));
    }
  }
  return pass("later events of another client are not changed");
}

Finding sio_ev_09_a(Context& c) {
  return ignores(c, {{R"(42["nobody-listens-to-this",1])"}});
}

Finding sio_ev_10_a(Context& c) {
  for (const std::string_view event : {R"(42["message"])", R"(42["message-with-ack"])", R"(42["message",null])",
                                       R"(42["message-with-ack",7])", R"(425["message"])"}) {
    WebSocket* ws = nullptr;
    if (auto stop = open_joined(c, ws)) {
      return *stop;
    }
    ws->text(event);
    c.wire.pump_for(c.fast() / 4);
    WebSocket* next = nullptr;
    if (auto stop = open_joined(c, next)) {
      return violated(fmt::format("the server lives on after `{}`", event), stop->observed);
    }
    if (!echoes(c, *next, "alive")) {
      return violated(fmt::format("other clients are served after `{}`", event), heard(*next, 2));
    }
  }
  return pass("alive after each");
}

Finding sio_ak_05_a(Context& c) {
  constexpr int kIds = 1'000;
  WebSocket* ws = nullptr;
  if (auto stop = open_joined(c, ws)) {
    return *stop;
  }
  const std::size_t from = ws->messages().size();
  for (int i = 0; i < kIds; ++i) {
    const int id = (i * 7919) % kIds;  // a permutation: 7919 is prime
    ws->text(fmt::format(R"(42{}["message-with-ack",{}])", id, id * 3));
  }
  if (!echoes(c, *ws, "end")) {
    return unmet("SIO-EV-01", "an echo as a fence", heard(*ws, from));
  }
  std::vector<int> answered(kIds, 0);
  for (int id = 0; id < kIds; ++id) {
    const std::string expected = fmt::format("43{}[{}]", id, id * 3);
    answered[static_cast<std::size_t>(id)] =
        static_cast<int>(std::count_if(ws->messages().begin() + static_cast<std::ptrdiff_t>(from), ws->messages().end(),
                                       [&expected](const WsMessage& m) { return m.payload == expected; }));
  }
  const auto once = std::count(answered.begin(), answered.end(), 1);
  return once == kIds ? pass("1000 ids answered once each, with their own data")
                      : violated("each id answered once with its own data", fmt::format("{} of {}", once, kIds));
}

Finding sio_ak_07_a(Context& c) {
  WebSocket* ws = nullptr;
  if (auto stop = open_joined(c, ws)) {
    return *stop;
  }
  for (const std::string_view id : {"2147483647", "2147483648", "4294967296", "9007199254740991"}) {
    const std::size_t from = ws->messages().size();
    ws->text(fmt::format(R"(42{}["message-with-ack","x"])", id));
    const auto ack = await(c, *ws, "43", c.answer_bound());
    if (!ack || ack->payload != fmt::format(R"(43{}["x"])", id)) {
      return violated(fmt::format("`43{}[...]`", id), heard(*ws, from));
    }
  }
  return pass("up to 2^53-1");
}

Finding sio_ak_09_a(Context& c) {
  return ignores(c, {{R"(43999["nobody asked"])"}, {R"(43999["nobody asked"])"}, {R"(430[])"}});
}

}  // namespace plumbline::conform::cases
