// Every order in which packets can meet an upgrade: each is kept, once, in its order (engine.io-protocol v4, Upgrade).
//
// A session is taken through the steps of an upgrade; a packet goes out at one of the moments between them. `moments`
// of a session are digits, one per packet, that do not fall:
//   0  POSTed before the WebSocket is opened          4  POSTed when the poll came back, just before `5`
//   1  POSTed when it is open and has not probed      5  on the WebSocket, right behind `5`
//   2  POSTed at the moment of the probe              6  on the WebSocket, after an echo over it
//   3  POSTed after `3probe`
// Each is echoed, so that the echoes show both directions: what was taken, in which order, and what came back.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <memory>

#include "cases/case_list.h"
#include "cases/steps.h"

namespace plumbline::conform::cases {
namespace {

constexpr std::size_t kAtATime = 7;  // sessions that take a step together

// What the client's polls do: one waits when the probe comes; none does, and one is sent behind the probe; there is
// none until the upgrade is over, so that everything is buffered.
enum class Polls { waiting, behind_probe, none };

std::string word_of_echo(std::string_view packet) {
  const auto value = packet.starts_with("42[") ? parse_json(packet.substr(2)) : std::nullopt;
  if (!value || !value->is_array() || value->as_array().size() != 2 || value->as_array()[0] != "message-back" ||
      !value->as_array()[1].is_string()) {
    return {};
  }
  return std::string(value->as_array()[1].as_string());
}

class Racer {
 public:
  Racer(Context& c, std::string moments) : session(c), moments_(std::move(moments)) {}

  Stop open() {
    session.answer_pings(false);  // a POST of ours may be under way: see keep_alive()
    return session.open();
  }
  void post_connect() {
    post_ = &session.post("40");
    session.start();
  }
  [[nodiscard]] bool joined() const {
    return std::any_of(session.packets().begin(), session.packets().end(),
                       [](const std::string& packet) { return packet.starts_with("40{"); });
  }

  // POSTs what is due at this moment, as one payload.
  void post_due(char moment) {
    std::string body;
    while (next_ < moments_.size() && moments_[next_] == moment) {
      body += body.empty() ? "" : std::string(1, kSeparator);
      body += event();
      ++next_;
    }
    if (!body.empty()) {
      post_ = &session.post(body);
    }
  }
  void send_due(char moment) {
    while (next_ < moments_.size() && moments_[next_] == moment) {
      ws->text(event());
      ++next_;
    }
  }
  // One more packet, at no moment of the plan: on the WebSocket, or POSTed.
  void post_extra() { post_ = &session.post(event()); }
  void send_extra() { ws->text(event()); }

  void keep_alive() {
    if (pongs_ < session.pings().size() && quiet()) {
      ++pongs_;
      post_ = &session.post("3");
    }
  }
  void pong_on_websocket() {
    if (pongs_ < session.pings().size()) {
      pongs_ = session.pings().size();
      ws->text("3");
    }
  }
  [[nodiscard]] bool quiet() const { return post_ == nullptr || post_->done(); }  // no POST is under way
  [[nodiscard]] bool settled() const { return quiet() && pongs_ >= session.pings().size(); }
  [[nodiscard]] std::string got() const {
    std::string words;
    for (const std::string& packet : session.packets()) {
      words += word_of_echo(packet);
    }
    for (const WebSocket* one : {given_up, ws}) {
      for (std::size_t i = 0; one != nullptr && i < one->messages().size(); ++i) {
        words += one->messages()[i].binary ? std::string{} : word_of_echo(one->messages()[i].payload);
      }
    }
    return words;
  }
  [[nodiscard]] const std::string& sent() const { return sent_; }
  [[nodiscard]] const std::string& moments() const { return moments_; }
  [[nodiscard]] bool dead() const { return session.dead() || (ws != nullptr && ws->over()); }

  Polling session;
  WebSocket* ws{nullptr};
  WebSocket* given_up{nullptr};  // one that was tried before

 private:
  // Words are single letters: a, b, ... z, A, B, ...
  std::string event() {
    const std::size_t number = sent_.size();
    sent_ += static_cast<char>(number < 26 ? 'a' + number : 'A' + number - 26);
    return fmt::format(R"(42["message","{}"])", sent_.back());
  }

  std::string moments_;
  std::size_t next_{0};
  std::size_t pongs_{0};
  std::string sent_;
  HttpExchange* post_{nullptr};
};

using Racers = std::vector<std::unique_ptr<Racer>>;

// Serves until it holds for each of them, or answer_bound is over; pings are answered meanwhile.
void each(Context& c, Racers& racers, const std::function<bool(const Racer&)>& holds) {
  c.wire.until(
      [&] {
        bool all = true;
        for (const auto& racer : racers) {
          racer->keep_alive();
          all = (racer->dead() || holds(*racer)) && all;
        }
        return all;
      },
      c.answer_bound());
}

bool settled(const Racer& racer) {
  return racer.settled();
}
bool idle(const Racer& racer) {
  return racer.settled() && racer.session.idle();
}
bool heard_all(const Racer& racer) {
  return racer.got().size() >= racer.sent().size();
}

void post_due(Context& c, Racers& racers, char moment) {
  for (const auto& racer : racers) {
    racer->post_due(moment);
  }
  each(c, racers, settled);
}

// Joined sessions, each of which has had one echo by a poll.
Stop open_all(Context& c, Racers& racers) {
  for (const auto& racer : racers) {
    if (auto stop = racer->open()) {
      return stop;
    }
  }
  for (const auto& racer : racers) {
    racer->post_connect();
  }
  each(c, racers, [](const Racer& racer) { return racer.settled() && racer.joined(); });
  for (const auto& racer : racers) {
    racer->post_extra();
  }
  each(c, racers, [](const Racer& racer) { return racer.settled() && heard_all(racer); });
  for (const auto& racer : racers) {
    if (!racer->joined() || !heard_all(*racer)) {
      return unmet("EIO-PK-01", "CONNECT and an event that are POSTed are answered by polls",
                   fmt::format("echoed `{}`{}", racer->got(), racer->dead() ? ", and the session was closed" : ""));
    }
  }
  return std::nullopt;
}

// No poll waits any more: the echo of one more packet ends the one that does.
void stop_polling(Context& c, Racers& racers) {
  for (const auto& racer : racers) {
    racer->session.stop();
    racer->post_extra();
  }
  each(c, racers, idle);
}

// Opens the WebSockets and has `2probe` answered, with what is due at the moments 1 and 2.
void probe(Context& c, Racers& racers) {
  for (const auto& racer : racers) {
    racer->ws = &c.wire.web_socket(upgrade_query(racer->session));
  }
  each(c, racers, [](const Racer& racer) { return racer.ws->was_open(); });
  post_due(c, racers, '1');
  for (const auto& racer : racers) {
    racer->ws->text("2probe");
    racer->session.stop();
    racer->post_due('2');
  }
  each(c, racers, [](const Racer& racer) { return racer.settled() && any_begins(*racer.ws, 0, "3probe"); });
}

// All of them through all moments. Returns how long they went without what their timers want: a finished upgrade, a
// poll.
struct Pace {
  Duration upgrading{};
  Duration silent{};
};
Pace upgrade(Context& c, Racers& racers, Polls polls) {
  const Time silent = c.clock.now();
  if (polls != Polls::waiting) {
    stop_polling(c, racers);
  }
  post_due(c, racers, '0');
  const Time asked = c.clock.now();
  probe(c, racers);
  post_due(c, racers, '3');
  for (const auto& racer : racers) {
    if (polls == Polls::behind_probe) {
      racer->session.start();
      racer->session.stop();
    }
  }
  if (polls != Polls::none) {
    each(c, racers, idle);
  }
  post_due(c, racers, '4');
  const Time end = c.clock.now();
  for (const auto& racer : racers) {
    racer->ws->text("5");
    racer->send_due('5');
    racer->pong_on_websocket();
    racer->send_extra();
  }
  each(c, racers, heard_all);
  for (const auto& racer : racers) {
    racer->send_due('6');
    racer->send_extra();
  }
  each(c, racers, heard_all);
  return {end - asked, end - (polls == Polls::waiting ? asked : silent)};
}

bool too_slow(const Context& c, const Pace& pace) {
  const Duration timeout = c.target.timing.upgrade_timeout.value_or(std::chrono::seconds{10});
  return pace.upgrading > timeout / 2 || pace.silent > c.target.timing.ping_timeout / 2;
}

Finding judge(const Context& c, const Racers& racers, const Pace& slowest) {
  Finding found = pass(fmt::format("{} sessions, each packet echoed once and in order", racers.size()));
  for (const auto& racer : racers) {
    if (racer->got() == racer->sent()) {
      continue;
    }
    const bool second_refused = racer->given_up != nullptr && racer->ws->over() && !any_begins(*racer->ws, 0, "3probe");
    const std::string seen = fmt::format("moments {}: sent `{}`, echoed `{}`{}", racer->moments(), racer->sent(),
                                         racer->got(), racer->dead() ? ", and the session was closed" : "");
    if (second_refused && !racer->session.dead()) {
      found = took("second-try-refused", "the second WebSocket: " + racer->ws->how_it_ended());
      continue;
    }
    if (!racer->dead() || !too_slow(c, slowest)) {
      return violated("each packet once, in the order in which they were sent", seen);
    }
    found = unclear(fmt::format("{}; but the suite took {} for the upgrade", seen, ms_text(slowest.upgrading)));
  }
  return found;
}

// A first WebSocket that is probed and then closed; a packet goes out before and after that.
Stop give_up_once(Context& c, Racers& racers) {
  probe(c, racers);
  each(c, racers, idle);
  for (const auto& racer : racers) {
    racer->post_extra();
  }
  each(c, racers, settled);
  for (const auto& racer : racers) {
    racer->ws->frame(8, "\x03\xe8");
    racer->given_up = racer->ws;
    racer->ws = nullptr;
  }
  // One that answers no close frame is hung up on: nobody polls meanwhile, and the session would time out.
  c.wire.until(
      [&] { return std::all_of(racers.begin(), racers.end(), [](const auto& one) { return one->given_up->over(); }); },
      c.fast() / 2);
  for (const auto& racer : racers) {
    if (!racer->given_up->over()) {
      racer->given_up->hang_up();
    }
  }
  for (const auto& racer : racers) {
    racer->session.start();
    racer->post_extra();
  }
  each(c, racers, [](const Racer& racer) { return racer.settled() && heard_all(racer); });
  for (const auto& racer : racers) {
    if (racer->session.dead()) {
      return unmet("EIO-UP-11", "polling goes on where the WebSocket ends before the upgrade",
                   fmt::format("sent `{}`, echoed `{}`, and the session was closed", racer->sent(), racer->got()));
    }
  }
  return std::nullopt;
}

// Several sessions at a time; all of them stay until a quiet window has shown that nothing comes twice.
Finding race(Context& c, Polls polls, const std::vector<std::string>& plans, bool second_try = false) {
  Racers everyone;
  Pace slowest;
  for (std::size_t from = 0; from < plans.size(); from += kAtATime) {
    Racers racers;
    for (std::size_t i = from; i < std::min(from + kAtATime, plans.size()); ++i) {
      racers.push_back(std::make_unique<Racer>(c, plans[i]));
    }
    if (auto stop = open_all(c, racers)) {
      return *stop;
    }
    if (second_try) {
      if (auto stop = give_up_once(c, racers)) {
        return *stop;
      }
    }
    const Pace pace = upgrade(c, racers, polls);
    slowest = {std::max(slowest.upgrading, pace.upgrading), std::max(slowest.silent, pace.silent)};
    std::move(racers.begin(), racers.end(), std::back_inserter(everyone));
  }
  c.wire.pump_for(c.quiet());
  return judge(c, everyone, slowest);
}

// The 28 ways of sending two packets at seven moments.
std::vector<std::string> two_packets() {
  std::vector<std::string> plans;
  for (char first = '0'; first <= '6'; ++first) {
    for (char second = first; second <= '6'; ++second) {
      plans.push_back({first, second});
    }
  }
  return plans;
}

const std::vector<std::string> kBursts{"0000111122223333444455556666", "2222222222222222", "444444444444555555555555"};

}  // namespace

Finding eio_up_15_a(Context& c) {
  return race(c, Polls::waiting, two_packets());
}

Finding eio_up_15_b(Context& c) {
  return race(c, Polls::behind_probe, two_packets());
}

Finding eio_up_15_c(Context& c) {
  return race(c, Polls::none, two_packets());
}

Finding eio_up_15_d(Context& c) {
  Finding found = race(c, Polls::waiting, kBursts);
  for (const Polls polls : {Polls::behind_probe, Polls::none}) {
    if (found.kind == Finding::Kind::took) {
      found = worst(std::move(found), race(c, polls, kBursts));
    }
  }
  return found;
}

Finding eio_up_15_e(Context& c) {
  return race(c, Polls::waiting, {"", "0123456", "00", "11", "22", "33", "44"}, true);
}

}  // namespace plumbline::conform::cases
