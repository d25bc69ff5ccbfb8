// A transport that is lost: how often and when the application is told, and what is left of the socket
// (socket.io-protocol v5, Disconnection; RFC 6455).
#include <fmt/format.h>

#include <algorithm>

#include "cases/case_list.h"
#include "cases/steps.h"
#include "cases/watching.h"

namespace plumbline::conform::cases {
namespace {

// Long enough for the heartbeat to find a dead session once more, where its timers are short.
Duration second_telling(const Context& c) {
  const Duration cycle = c.target.timing.ping_interval + c.target.timing.ping_timeout + c.fast();
  return std::max<Duration>(c.quiet(), std::min<Duration>(cycle, std::chrono::seconds{1}));
}

Duration noticed_within(const Context& c) {
  return std::max<Duration>(c.answer_bound(), c.target.timing.ping_interval + c.target.timing.ping_timeout + c.fast());
}

// Asks the room `here`; whoever is in it answers. The array of the answer, or what came instead.
std::string ask_room(Context& c, WebSocket& asking, WebSocket* there, std::string_view nsp) {
  const std::size_t from = there != nullptr ? there->messages().size() : 0;
  asking.text(fmt::format(R"(42{}["ask-all",{{"to":["here"],"timeout":1000}},"who"])", nsp_prefix(nsp)));
  if (there != nullptr) {
    const std::string question = "42" + nsp_prefix(nsp);
    c.wire.until([&] { return any_begins(*there, from, question) || there->over(); }, c.answer_bound());
    for (std::size_t i = from; i < there->messages().size(); ++i) {
      const std::string& packet = there->messages()[i].payload;
      if (packet.starts_with(question)) {
        const std::string id = packet.substr(question.size(), packet.find('[') - question.size());
        there->text(fmt::format(R"(43{}{}["me"])", nsp_prefix(nsp), id));
      }
    }
  }
  const std::string answers = fmt::format(R"(42{}["answers")", nsp_prefix(nsp));
  const auto answer = await(c, asking, answers, 2 * c.answer_bound());
  return answer ? answer->payload.substr(answer->payload.find('[')) : heard(asking, asking.cursor);
}

// In the namespace, in the room `here`, and the only one there.
Stop enter_room(Context& c, WebSocket& ws, WebSocket& watcher, std::string_view nsp) {
  if (auto stop = acknowledged(c, ws, nsp, R"(["join","here"])")) {
    return stop;
  }
  const std::string answer = ask_room(c, watcher, &ws, nsp);
  if (!same_json(answer, R"(["answers",null,["me"]])")) {
    return unmet("SIO-AK-08", "a question to a room is answered by its only member", answer);
  }
  return std::nullopt;
}

}  // namespace

Finding eio_cl_07_a(Context& c) {
  WebSocket* watcher = nullptr;
  WebSocket* lost = nullptr;
  if (auto stop = open_joined(c, watcher)) {
    return *stop;
  }
  if (auto stop = watch(c, *watcher, "")) {
    return *stop;
  }
  if (auto stop = open_joined(c, lost)) {
    return *stop;
  }
  const std::string sid = sid_in(*lost, "");
  if (!echoes(c, *lost, "before") || !told_of(*watcher, "", sid).empty()) {
    return unmet("SIO-EV-01", "an echo, and no disconnect before the reset", heard(*lost, 2));
  }
  const Time since = c.clock.now();
  lost->abort();
  const auto told = [&] {
    return told_of(*watcher, "", sid);
  };
  c.wire.until([&] { return !told().empty() || watcher->over(); }, noticed_within(c));
  const auto first = told();
  const std::string expected = fmt::format("one disconnect within {} of the reset", ms_text(c.fast()));
  if (first.empty()) {
    return violated(expected, "none within " + ms_text(noticed_within(c)));
  }
  const Duration after = first[0].at - since;
  if (after > c.fast()) {
    return violated(expected, fmt::format("told after {}, `{}`", ms_text(after), first[0].reason));
  }
  c.wire.pump_for(second_telling(c));
  if (!echoes(c, *watcher, "fence")) {
    return unmet("SIO-EV-01", "an echo of the session that was not reset", heard(*watcher, watcher->cursor));
  }
  const auto all = told();
  const std::string seen =
      fmt::format("told {} times, first after {}: `{}`", all.size(), ms_text(after), all[0].reason);
  return all.size() == 1 ? pass(seen) : witnessed(expected, seen);
}

Finding sio_di_08_a(Context& c) {
  WebSocket* watcher = nullptr;
  WebSocket* lost = nullptr;
  if (auto stop = open_joined(c, watcher)) {
    return *stop;
  }
  if (auto stop = open_joined(c, lost)) {
    return *stop;
  }
  for (WebSocket* ws : {watcher, lost}) {
    if (auto stop = join(c, *ws, "/custom")) {
      return *stop;
    }
  }
  for (const std::string_view nsp : {"", "/custom"}) {
    if (auto stop = watch(c, *watcher, nsp)) {
      return *stop;
    }
    if (auto stop = enter_room(c, *lost, *watcher, nsp)) {
      return *stop;
    }
  }
  lost->hang_up();
  const auto told = [&](std::string_view nsp) {
    return told_of(*watcher, nsp, sid_in(*lost, nsp));
  };
  c.wire.until([&] { return (!told("").empty() && !told("/custom").empty()) || watcher->over(); }, noticed_within(c));
  c.wire.pump_for(second_telling(c));
  if (!echoes(c, *watcher, "fence")) {
    return unmet("SIO-EV-01", "an echo of the session that was not lost", heard(*watcher, watcher->cursor));
  }
  Finding finding = pass("");
  for (const std::string_view nsp : {"", "/custom"}) {
    const auto all = told(nsp);
    const std::string where = nsp.empty() ? "/" : std::string(nsp);
    const std::string seen =
        fmt::format("{}: told {} times, `{}`", where, all.size(), all.empty() ? "" : all[0].reason);
    if (all.size() != 1 || all[0].reason.empty()) {
      const std::string expected = "each joined namespace is told of one disconnect, with a reason";
      return all.empty() ? violated(expected, seen) : witnessed(expected, seen);
    }
    const std::string room = ask_room(c, *watcher, nullptr, nsp);
    if (!same_json(room, R"(["answers",null,[]])")) {
      return violated("the lost socket has left its room", fmt::format("{}: {}", where, room));
    }
    finding.observed += (nsp.empty() ? "" : "; ") + seen;
  }
  return finding;
}

}  // namespace plumbline::conform::cases
