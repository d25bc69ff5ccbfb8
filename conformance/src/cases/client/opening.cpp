// How a client takes what opens a session: unknown fields, a broken open packet (engine.io-protocol v4, Handshake).
#include <fmt/format.h>

#include "cases/case_list.h"
#include "subject_client/stage.h"

namespace plumbline::conform::cases {
namespace {

constexpr Duration kWatch = std::chrono::milliseconds{1200};
constexpr Duration kPause = std::chrono::milliseconds{100};    // between tries, asked of the client
constexpr std::size_t kMostTries = kWatch / (kPause / 2) + 1;  // chance may halve a pause (jitter), and no more

// The client is asked to keep trying; the server never sends a right open packet.
Finding answers_with(Context& c, std::string_view what, std::string (*open_packet)(const std::string&)) {
  Stage stage(c);
  stage.server.manners.open_packet = open_packet;
  if (auto stop = stage.connect("polling", "/",
                                {{"reconnect", true}, {"first_delay_ms", kPause / std::chrono::milliseconds{1}}})) {
    return *stop;
  }
  const auto complained = [&] {
    return stage.count("transport_error") + stage.count("connect_error") + stage.count("disconnect") > 0;
  };
  if (!stage.until([&] { return !stage.server.handshakes().empty(); }, 2 * c.answer_bound())) {
    return unmet("CLI-02", "the client asks for a session", "no handshake came");
  }
  stage.serve_for(kWatch);
  const std::size_t tries = stage.server.handshakes().size();
  if (stage.told("connect") != nullptr) {
    return violated("no connection", fmt::format("connected although {}", what));
  }
  if (tries > kMostTries) {
    return violated("pauses between the tries", fmt::format("{} handshakes in {}", tries, ms_text(kWatch)));
  }
  const std::string seen = fmt::format("{} handshakes in {}; {}", tries, ms_text(kWatch), stage.lines());
  return complained() ? pass(seen) : took("silent", seen);
}

}  // namespace

Finding cli_01_a(Context& c) {
  Stage stage(c);
  stage.server.manners.open_packet = [](const std::string& sid) {
    return fmt::format(
        R"(0{{"future":{{"list":[1,{{"deep":null}}]}},"sid":"{}","upgrades":[],"pingInterval":300,"pingTimeout":200,)"
        R"("maxPayload":1000000,"region":"eu","flag":true}})",
        sid);
  };
  if (auto stop = stage.connected("polling", "CLI-01")) {
    return *stop;
  }
  return stage.alive("extra") ? pass("connected and exchanged events")
                              : violated("events pass in both directions", stage.lines());
}

Finding cli_02_a(Context& c) {
  return answers_with(c, "sid was missing", [](const std::string&) {
    return std::string(R"(0{"upgrades":[],"pingInterval":300,"pingTimeout":200,"maxPayload":1000000})");
  });
}

Finding cli_02_b(Context& c) {
  return answers_with(c, "pingInterval was missing", [](const std::string& sid) {
    return fmt::format(R"(0{{"sid":"{}","upgrades":[],"pingTimeout":200,"maxPayload":1000000}})", sid);
  });
}

Finding cli_02_c(Context& c) {
  return answers_with(c, "sid was a number and pingInterval a text", [](const std::string&) {
    return std::string(R"(0{"sid":17,"upgrades":[],"pingInterval":"soon","pingTimeout":200,"maxPayload":1000000})");
  });
}

Finding cli_02_d(Context& c) {
  return answers_with(c, "a message came instead of an open packet",
                      [](const std::string&) { return std::string("4hello"); });
}

}  // namespace plumbline::conform::cases
