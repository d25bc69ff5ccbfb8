// Engine.IO: the server closes a session; what it said before arrives first (engine.io-protocol v4, Packet encoding).
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cases/case_list.h"
#include "cases/steps.h"
#include "wire/frames.h"

namespace plumbline::conform::cases {
namespace {

using Packets = std::vector<std::string>;

constexpr std::size_t kMessages = 8;

// `42["message",0,"x…"]` and so on, each with so large a word, and what the fixture answers to them.
Packets messages(std::string_view name, std::size_t word) {
  Packets all;
  for (std::size_t i = 0; i < kMessages; ++i) {
    all.push_back(fmt::format(R"(42["{}",{},"{}"])", name, i, std::string(word, 'x')));
  }
  return all;
}

std::size_t word_size(const Context& c) {
  constexpr std::uint64_t kLargest = 1'000;
  return static_cast<std::size_t>(std::min<std::uint64_t>(kLargest, c.target.max_payload.value_or(kLargest) / 16));
}

bool same_packet(std::string_view a, std::string_view b) {
  return a == b || (a.starts_with("42") && b.starts_with("42") && same_json(a.substr(2), b.substr(2)));
}

// `said` in order, then at most one `41`; noop packets say nothing. Empty: so it is.
std::string departure(Packets rest, const Packets& said) {
  std::erase(rest, "6");
  if (!rest.empty() && rest.back() == "41") {
    rest.pop_back();
  }
  const bool same = std::equal(rest.begin(), rest.end(), said.begin(), said.end(), same_packet);
  return same ? "" : fmt::format("{} of {} packets: {}", rest.size(), said.size(), brief(fmt::format("{}", rest), 200));
}

// Leaves no poll in flight; what an echo brings back is still to be polled.
Stop pause_polling(Context& c, Polling& session) {
  session.stop();
  session.post(R"(42["message","pause"])");
  c.wire.until([&] { return session.idle(); }, c.answer_bound());
  return session.idle() ? std::nullopt
                        : Stop(unmet("EIO-PK-01", "the waiting GET is answered with an echo",
                                     "it still waits after " + ms_text(c.answer_bound())));
}

// What the polls bring from `from` on until the session is closed.
Packets poll_to_the_end(Context& c, Polling& session, std::size_t from) {
  c.wire.until([&] { return session.dead(); }, c.answer_bound());
  return {session.packets().begin() + static_cast<std::ptrdiff_t>(from), session.packets().end()};
}

std::string words(const Packets& came) {
  return fmt::format("polled {}", brief(fmt::format("{}", came), 200));
}

// The session was closed by the server: the polls bring `said`, then `1`, and the next one is refused.
Finding judge_farewell(Context& c, Polling& session, std::size_t from, const Packets& said) {
  Packets came = poll_to_the_end(c, session, from);
  const std::string seen = words(came);
  if (came.empty() || came.back() != "1") {
    return violated("the polls end with the close packet `1`", seen);
  }
  came.pop_back();
  if (const std::string other = departure(came, said); !other.empty()) {
    return violated("what was said before the close comes before `1`, once and in order", other);
  }
  HttpExchange& later = session.get();
  c.wire.until([&] { return later.done(); }, c.answer_bound());
  const std::string after = seen + "; then " + describe(later, c.answer_bound());
  if (!later.answer() || later.answer()->status < 400 || later.answer()->status >= 500) {
    return violated("a GET after the close packet is refused with 400", after);
  }
  return later.answer()->status == 400 ? pass(after) : took("other-status", after);
}

}  // namespace

Finding eio_cl_04_a(Context& c) {
  Polling session(c);
  if (auto stop = open_fenced(c, session)) {
    return *stop;
  }
  c.wire.pump_for(c.fast() / 4);  // the GET has to be parked before the server closes
  if (session.parked() == nullptr || session.dead()) {
    return unmet("EIO-PO-06", "a GET that waits", "no GET waits");
  }
  const std::size_t from = session.packets().size();
  session.post(R"(42["kick-hard"])");
  return judge_farewell(c, session, from, {});
}

Finding eio_cl_04_b(Context& c) {
  Polling session(c);
  if (auto stop = open_fenced(c, session)) {
    return *stop;
  }
  const std::size_t from = session.packets().size();
  if (auto stop = pause_polling(c, session)) {
    return *stop;
  }
  HttpExchange& kick = session.post(R"(42["kick-hard"])");
  c.wire.until([&] { return kick.done(); }, c.answer_bound());
  session.start();
  return judge_farewell(c, session, from, {R"(42["message-back","pause"])"});
}

Finding eio_cl_05_a(Context& c) {
  Polling session(c);
  if (auto stop = open_fenced(c, session)) {
    return *stop;
  }
  const std::size_t from = session.packets().size();
  if (auto stop = pause_polling(c, session)) {
    return *stop;
  }
  const std::size_t word = word_size(c);
  const std::string separator(1, kSeparator);
  HttpExchange& kick = session.post(
      fmt::format("{}{}{}", fmt::join(messages("message", word), separator), separator, R"(42["kick-hard"])"));
  c.wire.until([&] { return kick.done(); }, c.answer_bound());
  session.start();
  Packets said = messages("message-back", word);
  said.insert(said.begin(), R"(42["message-back","pause"])");
  Packets came = poll_to_the_end(c, session, from);
  const std::string seen = words(came);
  const bool closed = !came.empty() && came.back() == "1";
  if (closed) {
    came.pop_back();
  }
  if (const std::string other = departure(came, said); !other.empty()) {
    return violated("what was said before the close arrives, once and in order", other);
  }
  return closed ? pass(seen) : unmet("EIO-CL-04", "the polls end with the close packet `1`", seen);
}

Finding eio_cl_05_b(Context& c) {
  WebSocket* ws = nullptr;
  if (auto stop = open_joined(c, ws)) {
    return *stop;
  }
  if (!echoes(c, *ws, "before")) {
    return unmet("SIO-EV-01", "an echo before the close", heard(*ws, 2));
  }
  const std::size_t from = ws->messages().size();
  const std::size_t word = word_size(c);
  std::string frames;  // in one piece, so that the close follows while the answers still wait
  for (const std::string& message : messages("message", word)) {
    frames += masked_frame(1, message);
  }
  ws->raw(frames + masked_frame(1, R"(42["kick-hard"])"));
  c.wire.until([&] { return ws->over(); }, c.answer_bound());
  Packets came;
  for (std::size_t i = from; i < ws->messages().size(); ++i) {
    came.push_back(ws->messages()[i].payload);
  }
  if (!ws->over()) {
    return violated("the server closes the connection", heard(*ws, from));
  }
  if (const std::string other = departure(came, messages("message-back", word)); !other.empty()) {
    return violated("what was said before the close arrives, once and in order", other);
  }
  return pass(fmt::format("{} messages, then {}", kMessages, ws->how_it_ended()));
}

}  // namespace plumbline::conform::cases
