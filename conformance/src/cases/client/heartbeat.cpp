// A client's heartbeat: it answers pings, sends none, leaves a silent server and comes back with pauses
// (engine.io-protocol v4, Heartbeat).
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cases/case_list.h"
#include "cases/steps.h"
#include "subject_client/stage.h"

namespace plumbline::conform::cases {
namespace {

constexpr std::size_t kPingsToAnswer = 3;
constexpr Duration kPatienceWithALateClient = std::chrono::seconds{8};  // with a client that leaves late
constexpr Duration kFirstPause = std::chrono::milliseconds{100};        // asked for as the first one
constexpr Duration kAtOnce = std::chrono::milliseconds{20};

std::vector<const Heard*> pongs_of(const ClientSession& session) {
  std::vector<const Heard*> all;
  for (const Heard& one : session.heard) {
    if (!one.binary && one.packet == "3") {
      all.push_back(&one);
    }
  }
  return all;
}

// For each ping the first pong behind it, which answers no earlier one; null: none came.
std::vector<const Heard*> answers_of(const ClientSession& session) {
  const auto pongs = pongs_of(session);
  std::vector<const Heard*> answers;
  auto next = pongs.begin();
  for (const Time ping : session.pings) {
    next = std::find_if(next, pongs.end(), [ping](const Heard* one) { return one->at >= ping; });
    answers.push_back(next == pongs.end() ? nullptr : *next++);
  }
  return answers;
}

Finding in_doubt(const Context& c, const std::string& seen, Time from, Time to) {
  const Duration waited = c.waited(from, to);  // both are steps of the record: in this order
  const Duration lag = c.lag(from, to);
  return unclear(fmt::format("{}; the client waited {} for a processor, and the suite was {} late", seen,
                             ms_text(waited), ms_text(lag)));
}

Finding answers_pings(Context& c, std::string_view transports, Via via) {
  Stage stage(c);
  if (auto stop = stage.connected(transports, "CLI-01")) {
    return *stop;
  }
  ClientSession& session = *stage.server.last();
  const Duration patience = 2 * kPingsToAnswer * (c.target.timing.ping_interval + c.target.timing.ping_timeout);
  stage.until(
      [&] {
        const auto answers = answers_of(session);
        return answers.size() > kPingsToAnswer && answers[kPingsToAnswer - 1] != nullptr;
      },
      patience);
  const auto answers = answers_of(session);
  const bool own_ping = session.find("2") != nullptr;
  if (own_ping) {
    return violated("the client sends no ping", "it sent " + session.find("2")->packet);
  }
  std::string gaps;
  for (std::size_t i = 0; i < kPingsToAnswer; ++i) {
    if (i >= answers.size() || answers[i] == nullptr) {
      return violated("a pong for each ping",
                      fmt::format("{} pings sent, {} pongs came", session.pings.size(), pongs_of(session).size()));
    }
    const Duration gap = answers[i]->at - session.pings[i];
    if (answers[i]->via != via) {
      return violated("the pong comes by the transport of the ping", "it came by another one");
    }
    const Placement placed = c.place_span(session.pings[i], answers[i]->at, {-c.fast(), c.fast()});
    if (placed == Placement::late) {
      return violated(fmt::format("a pong within {}", ms_text(c.fast())),
                      fmt::format("pong {} came {} after its ping", i + 1, ms_text(gap)));
    }
    if (placed == Placement::unclear) {
      return in_doubt(c, fmt::format("pong {} came {} after its ping", i + 1, ms_text(gap)), session.pings[i],
                      answers[i]->at);
    }
    gaps += (gaps.empty() ? "" : ", ") + ms_text(gap);
  }
  const auto pongs = pongs_of(session);
  const auto unasked = std::count_if(pongs.begin(), pongs.end(), [&](const Heard* one) {
    return std::find(answers.begin(), answers.end(), one) == answers.end();
  });
  const std::string seen = "pongs after " + gaps;
  return unasked == 0 ? pass(seen) : took("unasked", fmt::format("{}; {} that no ping asked for", seen, unasked));
}

// The server falls silent after a ping; when does the client go?
Finding leaves_a_silent_server(Context& c, std::string_view transports) {
  Stage stage(c);
  if (auto stop = stage.connected(transports, "CLI-01")) {
    return *stop;
  }
  ClientSession& session = *stage.server.last();
  if (!stage.until([&] { return session.count("3") >= 2; }, 4 * c.target.timing.ping_interval + c.answer_bound())) {
    return unmet("CLI-06", "two pings are answered", fmt::format("{} pongs", session.count("3")));
  }
  stage.server.manners.pings = false;
  const Duration bound = c.target.timing.ping_interval + c.target.timing.ping_timeout;
  const auto left = [&]() -> std::optional<Time> {
    const Told* const told = stage.told("disconnect");
    if (session.gone_at) {
      return told != nullptr ? std::min(*session.gone_at, told->at) : session.gone_at;
    }
    return told != nullptr ? std::optional(told->at) : std::nullopt;
  };
  stage.until([&] { return left().has_value(); }, kPatienceWithALateClient);
  const std::string expected = fmt::format("the client leaves {} after the last ping", ms_text(bound));
  const std::optional<Time> gone = left();
  const Time last = session.pings.back();
  if (!gone) {
    return violated(expected, fmt::format("it was still there {} after it", ms_text(stage.now() - last)));
  }
  const Duration after = *gone - last;
  const std::string seen = fmt::format("it left {} after it", ms_text(after));
  const Window window{bound - bound / 20, bound + slack(Duration::zero(), Duration::zero())};
  const Placement where = c.place_span(last, *gone, window);
  return where == Placement::unclear ? in_doubt(c, seen, last, *gone) : judge_placement(where, expected, seen);
}

}  // namespace

Finding cli_06_a(Context& c) {
  return answers_pings(c, "polling", Via::post);
}

Finding cli_06_b(Context& c) {
  return answers_pings(c, "websocket", Via::web_socket);
}

Finding cli_07_a(Context& c) {
  return leaves_a_silent_server(c, "websocket");
}

Finding cli_07_b(Context& c) {
  if (!c.target.has("client.reconnect")) {
    return not_applicable("the capability client.reconnect");
  }
  constexpr std::size_t kTries = 5;
  Stage stage(c);
  if (auto stop = stage.connected("websocket", "CLI-01", "/",
                                  {{"reconnect", true}, {"first_delay_ms", kFirstPause.count() / 1'000'000}})) {
    return *stop;
  }
  ClientSession& session = *stage.server.last();
  stage.server.manners.instead = [](ClientConnection& connection, const ClientRequest&) {
    connection.answer(503, "down");
    connection.hang_up();
    return true;
  };
  const std::size_t before = stage.server.handshakes().size();
  session.web_socket->abort();
  const Time lost = stage.now();
  stage.until([&] { return stage.server.handshakes().size() >= before + kTries; }, std::chrono::seconds{8});
  std::vector<Time> tries(stage.server.handshakes().begin() + static_cast<std::ptrdiff_t>(before),
                          stage.server.handshakes().end());
  std::vector<double> pauses;
  pauses.reserve(tries.size());
  for (std::size_t i = 0; i < tries.size(); ++i) {
    pauses.push_back(to_ms(tries[i] - (i == 0 ? lost : tries[i - 1])));
  }
  const std::string seen = fmt::format("pauses of {:.0f} ms", fmt::join(pauses, ", "));
  if (tries.size() < 3) {
    return violated("the client tries again", fmt::format("{} tries in {}", tries.size(), ms_text(stage.now() - lost)));
  }
  if (std::any_of(pauses.begin(), pauses.end(), [](double pause) { return pause < to_ms(kAtOnce); })) {
    return violated("a pause before each try", seen);
  }
  // The first pause may be the longest of its range and a later one the shortest of its own: three doublings decide.
  if (pauses.back() < pauses.front() * 1.2) {
    const double own = pauses.front() - to_ms(c.waited(lost, tries.front()));  // what the machine did not add
    return pauses.back() < own * 1.2 ? violated("growing pauses", seen) : in_doubt(c, seen, lost, tries.front());
  }
  const double factor = pauses[2] / pauses[1];
  const bool regular = std::all_of(pauses.begin() + 2, pauses.end(), [&, previous = pauses[1]](double pause) mutable {
    return std::abs(pause / std::exchange(previous, pause) / factor - 1) < 0.04;
  });
  return regular && pauses.size() >= kTries ? took("regular", seen) : pass(seen);
}

Finding cli_07_c(Context& c) {
  return leaves_a_silent_server(c, "polling");
}

}  // namespace plumbline::conform::cases
