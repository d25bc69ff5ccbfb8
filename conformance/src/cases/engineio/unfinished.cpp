// Engine.IO requests whose body does not come, or comes late (engine.io-protocol v4, HTTP long-polling).
#include <fmt/format.h>

#include <algorithm>
#include <deque>

#include "cases/case_list.h"
#include "cases/steps.h"

namespace plumbline::conform::cases {
namespace {

// The beginning of a POST that promises `length` bytes.
HttpExchange& begin_post(Context& c, const Polling& session, std::string_view length, std::string_view body) {
  return c.wire.http_raw(fmt::format("{}Content-Type: text/plain;charset=UTF-8\r\nContent-Length: {}\r\n\r\n{}",
                                     c.wire.request_head("POST", session.query()), length, body));
}

constexpr std::string_view kTenGigabytes = "10737418240";

}  // namespace

Finding eio_po_02_a(Context& c) {
  Polling session(c);
  if (auto stop = session.open()) {
    return *stop;
  }
  constexpr std::string_view kBody = "42[\"nobody-listens\"]";
  HttpExchange& first = begin_post(c, session, fmt::format("{}", kBody.size()), kBody.substr(0, 5));
  c.wire.pump_for(c.fast() / 4);  // the first POST has to be known before the second arrives
  HttpExchange& second = session.post("40");
  c.wire.until([&] { return second.done(); }, c.answer_bound());
  const bool refused = second.answer() ? second.answer()->status >= 400 : second.failed();
  std::string seen = "second POST: " + describe(second, c.answer_bound());
  if (!refused) {
    first.more(kBody.substr(5));
    c.wire.until([&] { return first.done(); }, c.answer_bound());
    seen += "; first POST: " + describe(first, c.answer_bound());
    const bool both =
        second.answer() && second.answer()->body == "ok" && first.answer() && first.answer()->body == "ok";
    return both ? took("body-first", seen) : violated("the second POST is refused with 400", seen);
  }
  const Life life = polling_life(c, session, c.fast());
  if (!life.closed) {
    return violated("the session is closed after two POSTs at a time", seen + "; " + life.observed);
  }
  return second.answer() && second.answer()->status == 400 ? pass(seen) : took("other-status", seen);
}

Finding eio_po_05_a(Context& c) {
  Polling session(c);
  if (auto stop = open_fenced(c, session)) {
    return *stop;
  }
  HttpExchange& cut = begin_post(c, session, "200", "42[\"message\",\"cut\"]\x1e");
  c.wire.pump_for(c.fast() / 4);  // what came so far is in the target's hands
  cut.abort();
  c.wire.until([&] { return session.dead(); }, 2 * c.fast());
  const bool alive = !session.dead() && polling_echoes(c, session, "after");
  const bool processed = std::any_of(session.packets().begin(), session.packets().end(),
                                     [](const std::string& packet) { return packet == R"(42["message-back","cut"])"; });
  if (processed) {
    return violated("nothing of a POST that was cut is processed", "its event came back");
  }
  return alive ? took("kept", "nothing processed, the session lives on") : pass("nothing processed, session closed");
}

Finding eio_lm_05_a(Context& c) {
  Polling session(c);
  if (auto stop = open_fenced(c, session)) {
    return *stop;
  }
  HttpExchange& post = begin_post(c, session, kTenGigabytes, "");
  c.wire.until([&] { return post.done(); }, 2 * c.answer_bound());
  const std::string seen = describe(post, 2 * c.answer_bound());
  if (!post.done()) {
    return took("later", seen);
  }
  const bool refused = post.answer() == nullptr || post.answer()->status >= 400;
  return refused ? pass(seen) : violated("refused, or cut off", seen);
}

Finding eio_lm_05_b(Context& c) {
  std::deque<Polling> sessions;
  for (int i = 0; i < 20; ++i) {
    Polling& session = sessions.emplace_back(c);
    if (auto stop = session.open()) {
      return *stop;
    }
    begin_post(c, session, kTenGigabytes, "");
  }
  Polling other(c);
  if (auto stop = open_fenced(c, other)) {
    return violated("others are served while 20 clients promise ten gigabytes each", stop->observed);
  }
  return pass("20 promises of ten gigabytes, and another session is served");
}

}  // namespace plumbline::conform::cases
