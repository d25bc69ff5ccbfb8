// What clients that do not behave cost the server's process: readers that stop, questions that nobody answers, packets
// that are none. These cases run alone.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cases/case_list.h"
#include "cases/steps.h"
#include "cases/watching.h"
#include "wire/frames.h"

namespace plumbline::conform::cases {
namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;
constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789[]{},:\"-_/ ";

Duration heartbeat(const Context& c) {
  return c.target.timing.ping_interval + c.target.timing.ping_timeout;
}

std::optional<ProcessUse> look(Context& c) {
  return c.wire.medium().process();
}

std::uint64_t grown(std::uint64_t from, std::uint64_t to) {
  return to > from ? to - from : 0;
}

// The descriptors of dropped clients go, too, though these never answer a close.
std::optional<ProcessUse> look_until_few(Context& c, std::uint64_t descriptors) {
  const Time deadline = c.clock.now() + heartbeat(c) + std::chrono::seconds{5};
  auto now = look(c);
  while (now && now->descriptors > descriptors && c.clock.now() < deadline) {
    c.wire.pump_for(c.quiet());
    now = look(c);
  }
  return now;
}

// A joined, watching WebSocket.
Stop open_watcher(Context& c, WebSocket*& watcher) {
  if (auto stop = open_joined(c, watcher)) {
    return stop;
  }
  return watch(c, *watcher);
}

// --- bad packets ---------------------------------------------------------------------------------------------------

// The same packets in every run: a linear congruence (Numerical Recipes), of which the upper bits are used.
class Mangler {
 public:
  std::string next() {
    static constexpr std::array<std::string_view, 10> kGood{R"(42["message","x"])",
                                                            R"(421["message-with-ack",1])",
                                                            R"(42["nobody"])",
                                                            "40",
                                                            "41",
                                                            R"(431["late"])",
                                                            R"(40/custom,{"a":1})",
                                                            R"(451-["b",{"_placeholder":true,"num":0}])",
                                                            "3",
                                                            R"(42["a",{"b":[1,2,{"c":null}]}])"};
    if (below(16) == 0) {
      return random_text();
    }
    std::string packet(kGood[below(kGood.size())]);
    for (std::size_t changes = 1 + below(3); changes > 0 && !packet.empty(); --changes) {
      // Mostly behind the types, so that not every packet is the last one of its connection.
      const std::size_t from = packet.size() > 2 && below(8) > 0 ? 2 : 0;
      const std::size_t at = from + below(packet.size() - from);
      switch (below(3)) {
        case 0:
          packet[at] = letter();
          break;
        case 1:
          packet.erase(at, 1 + below(4));
          break;
        default:
          packet.insert(at, 1, letter());
          break;
      }
    }
    return packet;
  }

 private:
  std::size_t below(std::size_t bound) {
    state_ = state_ * 1664525U + 1013904223U;
    return (state_ >> 8U) % bound;
  }
  char letter() { return kLetters[below(kLetters.size())]; }
  std::string random_text() {
    std::string text(1 + below(40), ' ');
    for (char& c : text) {
      c = letter();
    }
    return text;
  }

  std::uint32_t state_{20261121};
};

constexpr int kConnections = 4'000;
constexpr int kPacketsEach = 25;
constexpr int kConnectionsAtATime = 20;

// A connection that sends its share of them; the server may close it at any.
WebSocket& send_bad_packets(Context& c, Mangler& mangler) {
  WebSocket& ws = c.wire.web_socket(kWebSocketHandshake);
  ws.text("40");
  std::string frames;
  for (int i = 0; i < kPacketsEach; ++i) {
    frames += masked_frame(1, mangler.next());
  }
  ws.raw(frames + masked_frame(1, R"(42["message","last"])"));
  return ws;
}

// --- questions -----------------------------------------------------------------------------------------------------

constexpr std::size_t kAskers = 20;
constexpr std::size_t kQuestionsEach = 500;

// 10,000 questions that nobody answers, then their clients go.
Stop ask_and_go(Context& c) {
  std::string frames;
  for (std::size_t i = 0; i < kQuestionsEach; ++i) {
    frames += masked_frame(1, R"(42["ask","anybody"])");
  }
  std::vector<WebSocket*> askers;
  for (std::size_t i = 0; i < kAskers; ++i) {
    WebSocket* ws = nullptr;
    if (auto stop = open_joined(c, ws)) {
      return stop;
    }
    ws->raw(frames);
    askers.push_back(ws);
  }
  const auto all_asked = [&] {
    return std::all_of(askers.begin(), askers.end(),
                       [](const WebSocket* ws) { return ws->messages().size() >= kQuestionsEach || ws->over(); });
  };
  c.wire.until(all_asked, 4 * c.answer_bound());
  for (WebSocket* ws : askers) {
    if (ws->messages().size() < kQuestionsEach) {
      return unmet("SIO-AK-08", fmt::format("{} questions", kQuestionsEach), heard(*ws, 2));
    }
    ws->abort();
  }
  c.wire.pump_for(2 * c.quiet());  // the fixture waits 100 ms for answers
  return std::nullopt;
}

}  // namespace

Finding eio_hb_08_a(Context& c) {
  constexpr std::size_t kFrozen = 20;
  WebSocket* watcher = nullptr;
  if (auto stop = open_watcher(c, watcher)) {
    return *stop;
  }
  const auto before = look(c);
  if (!before) {
    return unseen();
  }
  std::vector<WebSocket*> frozen(kFrozen);
  for (WebSocket*& ws : frozen) {
    if (auto stop = open_joined(c, ws)) {
      return *stop;
    }
  }
  const Time since = c.clock.now();
  for (WebSocket* ws : frozen) {
    ws->freeze();
  }
  std::size_t told = 0;
  Time last{};
  const auto count = [&] {
    told = 0;
    for (const WebSocket* ws : frozen) {
      const auto ends = told_of(*watcher, "", sid_in(*ws));
      told += ends.empty() ? 0U : 1U;
      last = ends.empty() ? last : std::max(last, ends[0].at);
    }
    return told == kFrozen || watcher->over();
  };
  c.wire.until(count, heartbeat(c) + c.answer_bound());
  const std::string expected =
      fmt::format("{} clients that read nothing are dropped within {}", kFrozen, ms_text(heartbeat(c)));
  if (told < kFrozen) {
    return violated(expected, fmt::format("{} of them after {}", told, ms_text(c.clock.now() - since)));
  }
  const Placement placed =
      c.place_span(since, last, {c.target.timing.ping_timeout * 4 / 5, heartbeat(c) + c.slack_now(since)});
  const std::string seen = fmt::format("the last was dropped after {}", ms_text(last - since));
  if (placed != Placement::inside) {
    return placed == Placement::unclear ? unclear(seen + ", while the suite was late") : violated(expected, seen);
  }
  const auto after = look_until_few(c, before->descriptors + kFrozen / 4);
  if (!after) {
    return unseen();
  }
  const std::string use =
      fmt::format("{}; descriptors {} before, {} after; memory grew by {}", seen, before->descriptors,
                  after->descriptors, mib(grown(before->resident, after->resident)));
  if (after->descriptors > before->descriptors + kFrozen / 4) {
    return took("connection-kept", use);
  }
  return pass(use);
}

Finding eio_lm_06_a(Context& c) {
  constexpr std::uint64_t kFlood = 100'000'000;
  WebSocket* watcher = nullptr;
  WebSocket* other = nullptr;
  WebSocket* frozen = nullptr;
  if (auto stop = open_watcher(c, watcher)) {
    return *stop;
  }
  for (WebSocket** ws : {&other, &frozen}) {
    if (auto stop = open_joined(c, *ws)) {
      return *stop;
    }
  }
  if (auto stop = acknowledged(c, *frozen, "", R"(["join","pile"])")) {
    return *stop;
  }
  const auto before = look(c);
  if (!before) {
    return unseen();
  }
  frozen->freeze();
  watcher->text(R"(429["flood",{"to":["pile"],"count":100,"size":1000000}])");
  std::uint64_t peak = before->resident;
  bool served = true;
  const Time deadline = c.clock.now() + 20 * c.answer_bound();
  for (bool done = false; !done && !watcher->over() && served && c.clock.now() < deadline;) {
    served = echoes(c, *other, "meanwhile");
    done = any_begins(*watcher, 0, "439[");
    const auto now = look(c);
    peak = std::max(peak, now ? now->resident : peak);
    c.wire.pump_for(c.fast() / 6);
  }
  if (served && !any_begins(*watcher, 0, "439[")) {
    return unmet("SIO-AK-01", "the fixture acknowledges `flood`", heard(*watcher, watcher->cursor));
  }
  if (!served) {
    return violated("others are served during the flood", heard(*other, other->cursor));
  }
  const std::string sid = sid_in(*frozen);
  c.wire.until([&] { return !told_of(*watcher, "", sid).empty() || watcher->over(); }, heartbeat(c) + c.answer_bound());
  const auto told = told_of(*watcher, "", sid);
  const std::string seen = fmt::format("memory grew by {} during {}; {}", mib(grown(before->resident, peak)),
                                       mib(kFlood), told.empty() ? "not dropped" : "dropped: `" + told[0].reason + "`");
  if (told.empty()) {
    return violated("the client that does not read is dropped", seen);
  }
  return grown(before->resident, peak) <= kFlood / 4 ? pass(seen) : took("until-timeout", seen);
}

Finding sio_ak_14_a(Context& c) {
  constexpr int kRounds = 8;
  constexpr std::uint64_t kMost = 400 * kAskers * kQuestionsEach;  // bytes of a question that is kept, at least
  std::string growths;
  std::uint64_t least = UINT64_MAX;
  std::uint64_t before = 0;
  // The first one is for what is allocated once. What is kept grows in every one, a garbage collector's heap does not.
  for (int round = 0; round <= kRounds && least > kMost; ++round) {
    if (auto stop = ask_and_go(c)) {
      return *stop;
    }
    const auto use = look(c);
    if (!use) {
      return unseen();
    }
    if (round > 0) {
      const std::uint64_t growth = grown(before, use->resident);
      least = std::min(least, growth);
      growths += (growths.empty() ? "" : ", ") + mib(growth);
    }
    before = use->resident;
  }
  const std::string seen = fmt::format("memory grew by {} with {} questions each", growths, kAskers * kQuestionsEach);
  return least <= kMost ? pass(seen) : witnessed("what waits for answers goes with its client", seen);
}

Finding sio_in_06_a(Context& c) {
  constexpr int kParts = 5;
  constexpr std::uint64_t kMost = 6 * kMiB;  // of a part: 300 bytes of a packet
  WebSocket* other = nullptr;
  if (auto stop = open_joined(c, other)) {
    return *stop;
  }
  Mangler mangler;
  std::vector<std::uint64_t> resident;
  for (int done = 0; done < kConnections; done += kConnectionsAtATime) {
    std::vector<WebSocket*> some(kConnectionsAtATime);
    for (WebSocket*& ws : some) {
      ws = &send_bad_packets(c, mangler);
    }
    const auto dealt_with = [&] {
      return std::all_of(some.begin(), some.end(), [](const WebSocket* ws) {
        return ws->over() || any_begins(*ws, 0, R"(42["message-back","last")");
      });
    };
    c.wire.until(dealt_with, 2 * c.fast());  // one that left the namespace says nothing more
    for (WebSocket* ws : some) {
      if (ws->ending() == Ending::refused) {
        return violated("the server goes on", fmt::format("it refuses connections after {} of them", done));
      }
      ws->abort();
    }
    if (!echoes(c, *other, "meanwhile")) {
      return violated("another session is not disturbed", heard(*other, other->cursor));
    }
    if ((done + kConnectionsAtATime) % (kConnections / kParts) == 0) {
      const auto use = look(c);
      if (!use) {
        return resident.empty() ? unseen() : violated("the process lives", "it is gone");
      }
      resident.push_back(use->resident);
    }
  }
  // The first part is for what is allocated once. What is kept grows in every one, a garbage collector's heap does not.
  std::uint64_t least = UINT64_MAX;
  std::string growths;
  for (std::size_t part = 1; part < resident.size(); ++part) {
    const std::uint64_t growth = grown(resident[part - 1], resident[part]);
    least = std::min(least, growth);
    growths += (growths.empty() ? "" : ", ") + mib(growth);
  }
  const std::string seen =
      fmt::format("{} packets on {} connections; memory grew by {} with each fifth behind the first",
                  kConnections * kPacketsEach, kConnections, growths);
  return least <= kMost ? pass(seen) : witnessed("memory stays bounded: some fifth takes at most " + mib(kMost), seen);
}

}  // namespace plumbline::conform::cases
