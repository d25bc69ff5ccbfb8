// How a client changes to WebSocket, and what it does when it may not (engine.io-protocol v4, Upgrade).
#include <fmt/format.h>

#include <algorithm>

#include "cases/case_list.h"
#include "subject_client/stage.h"

namespace plumbline::conform::cases {
namespace {

constexpr Duration kOwedProbe = std::chrono::milliseconds{150};  // what comes too early comes in it

std::string on_probe(const ClientSession& session) {
  std::string text;
  for (const Heard& one : session.heard) {
    if (one.via == Via::probe) {
      text += (text.empty() ? "" : ", ") + brief(one.packet, 40);
    }
  }
  return text.empty() ? "nothing on the WebSocket" : "on the WebSocket: " + text;
}

std::size_t probe_count(const ClientSession& session) {
  return static_cast<std::size_t>(std::count_if(session.heard.begin(), session.heard.end(),
                                                [](const Heard& one) { return one.via == Via::probe; }));
}

Stop needs_upgrade(const Context& c) {
  if (!c.target.has("client.upgrade")) {
    return not_applicable("the capability client.upgrade");
  }
  return std::nullopt;
}

Finding stays_on_polling(Context& c, Manners::Upgrade manner) {
  if (auto stop = needs_upgrade(c)) {
    return *stop;
  }
  Stage stage(c);
  stage.server.manners.offers_upgrade = true;
  stage.server.manners.upgrade = manner;
  if (auto stop = stage.connected("upgrade", "CLI-04")) {
    return *stop;
  }
  ClientSession& session = *stage.server.last();
  const ClientSession& first = *stage.server.sessions().front();
  stage.emit({"early"});
  stage.server.send(session, R"(42["down",1])");
  if (!stage.until([&] { return first.refused_upgrades > 0; }, 2 * c.answer_bound())) {
    return unmet("CLI-03", "the client tries to upgrade", on_probe(first));
  }
  stage.emit({"late"});
  const bool alive = stage.alive("polling");
  const auto events = stage.events();
  const auto downs = std::count(events.begin(), events.end(), "down:1");
  const std::string seen = fmt::format("{} sessions, `early` came {} times, `late` {}, `down` arrived {}; {}",
                                       stage.server.sessions().size(), session.count(R"(42["early"])"),
                                       session.count(R"(42["late"])"), downs, stage.lines());
  const bool once = alive && session.count(R"(42["early"])") == 1 && session.count(R"(42["late"])") == 1 && downs == 1;
  if (once && stage.server.sessions().size() == 1) {
    return pass(seen);
  }
  const bool anew = once && stage.server.sessions().size() == 2 && first.count("4") == 0;
  return anew ? took("anew", seen) : violated("polling goes on in the same session and each event arrives once", seen);
}

}  // namespace

Finding cli_03_a(Context& c) {
  if (auto stop = needs_upgrade(c)) {
    return *stop;
  }
  Stage stage(c);
  stage.server.manners.offers_upgrade = true;
  stage.server.manners.upgrade = Manners::Upgrade::keep_waiting;
  if (auto stop = stage.connect("upgrade")) {
    return *stop;
  }
  const auto probing = [&] {
    return stage.server.last() != nullptr && probe_count(*stage.server.last()) > 0;
  };
  if (!stage.until(probing, 2 * c.answer_bound())) {
    const ClientSession* const session = stage.server.last();
    return violated("the client opens a WebSocket and sends 2probe",
                    session == nullptr ? "no session" : on_probe(*session));
  }
  ClientSession& session = *stage.server.last();
  // 3probe is still owed. A client that joins meanwhile may emit meanwhile.
  const bool joined = stage.until([&] { return stage.told("connect") != nullptr; }, kOwedProbe);
  if (joined) {
    stage.emit({"during"});
  }
  stage.serve_for(kOwedProbe);
  if (probe_count(session) != 1 || session.find("2probe") == nullptr || session.web_sockets != 1) {
    return violated("2probe and nothing else before 3probe", on_probe(session));
  }
  stage.server.answer_probe(session);
  if (!stage.until([&] { return session.upgraded; }, 2 * c.answer_bound())) {
    return violated("5 after 3probe", on_probe(session));
  }
  const auto second = std::find_if(session.heard.begin(), session.heard.end(),
                                   [](const Heard& one) { return one.via == Via::probe && one.packet != "2probe"; });
  if (second == session.heard.end() || second->packet != "5") {
    return violated("nothing between 2probe and 5", on_probe(session));
  }
  const bool alive =
      stage.until([&] { return stage.told("connect") != nullptr; }, 2 * c.answer_bound()) && stage.alive("upgraded");
  if (!alive || session.count(R"(42["during"])") != (joined ? 1U : 0U)) {
    return violated("after 5 events pass, and what was emitted during the upgrade arrives once",
                    fmt::format("`during` came {} times; {}", session.count(R"(42["during"])"), stage.lines()));
  }
  if (session.polls_after_upgrade > 0 || session.polls_after_probe > 1) {
    return violated("no polling once 3probe was answered",
                    fmt::format("{} GETs between 3probe and 5, {} after 5", session.polls_after_probe,
                                session.polls_after_upgrade));
  }
  return pass(joined ? "2probe, 3probe, 5; an event emitted meanwhile came once" : "2probe, 3probe, 5");
}

Finding cli_04_a(Context& c) {
  return stays_on_polling(c, Manners::Upgrade::refuse);
}

Finding cli_04_b(Context& c) {
  return stays_on_polling(c, Manners::Upgrade::close_at_probe);
}

Finding cli_05_a(Context& c) {
  Stage stage(c);
  if (auto stop = stage.connected("polling", "CLI-01")) {
    return *stop;
  }
  ClientSession& session = *stage.server.last();
  for (int i = 0; i < 3; ++i) {
    const std::size_t before = session.polls;
    if (!stage.until([&] { return session.poll != nullptr; }, c.answer_bound())) {
      return violated("the client polls again", fmt::format("no GET after {} noops", i));
    }
    stage.server.send(session, "6");
    if (!stage.until([&] { return session.polls > before; }, c.answer_bound())) {
      return violated("a noop is followed by the next GET", fmt::format("no GET after noop {}", i + 1));
    }
  }
  stage.server.send(session, R"(42["behind-a-noop",1])");
  stage.server.send(session, "6");
  const bool alive = stage.alive("noop");
  const auto events = stage.events();
  const bool right = alive && events.size() == 2 && events.front() == "behind-a-noop:1";
  const std::string seen = fmt::format("{} events; {}", events.size(), stage.lines());
  return right ? pass(seen) : violated("noops are no events and hinder none", seen);
}

}  // namespace plumbline::conform::cases
