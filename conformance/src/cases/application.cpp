#include "cases/application.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cases/steps.h"

namespace plumbline::conform {
namespace {

std::string start_of(std::string_view nsp) {
  return nsp.empty() ? "42" : fmt::format("42{},", nsp);
}

}  // namespace

std::string event_in(std::string_view nsp, std::string_view array) {
  return start_of(nsp) + std::string(array);
}

Stop open_guest(Context& c, Guest& guest, std::initializer_list<std::string_view> namespaces) {
  guest.ws = &c.wire.web_socket(kWebSocketHandshake);
  if (auto stop = expect_open_packet(c, *guest.ws)) {
    return stop;
  }
  for (const std::string_view nsp : namespaces) {
    if (auto stop = join(c, *guest.ws, nsp)) {
      return stop;
    }
    guest.sids.push_back(text_member(guest.ws->messages()[guest.ws->cursor - 1].payload, "sid"));
    if (guest.sids.back().empty()) {
      return unmet("SIO-CO-01", "`40{\"sid\":...}`", heard(*guest.ws, 1));
    }
    if (!echoes_in(c, *guest.ws, nsp, "ready")) {
      return unmet("SIO-EV-01", fmt::format("an echo in {}", nsp.empty() ? "/" : nsp), heard(*guest.ws, 1));
    }
  }
  return std::nullopt;
}

bool says(const WsMessage& message, std::string_view nsp, std::string_view array) {
  const std::string start = start_of(nsp);
  return !message.binary && message.payload.starts_with(start) &&
         same_json(std::string_view(message.payload).substr(start.size()), array);
}

std::size_t times_said(const WebSocket& ws, std::size_t from, std::string_view nsp, std::string_view array) {
  const auto behind = ws.messages().begin() + static_cast<std::ptrdiff_t>(from);
  return static_cast<std::size_t>(
      std::count_if(behind, ws.messages().end(), [&](const WsMessage& message) { return says(message, nsp, array); }));
}

bool hears(Context& c, WebSocket& ws, std::size_t from, std::string_view nsp, std::string_view array) {
  std::size_t next = from;
  bool found = false;
  const auto look = [&] {
    for (; next < ws.messages().size() && !found; ++next) {
      found = says(ws.messages()[next], nsp, array);
    }
    return found || ws.over();
  };
  c.wire.until(look, c.answer_bound());
  return found;
}

bool echoes_in(Context& c, WebSocket& ws, std::string_view nsp, std::string_view word) {
  const std::size_t from = ws.messages().size();
  ws.text(event_in(nsp, fmt::format(R"(["message","{}"])", word)));
  return hears(c, ws, from, nsp, fmt::format(R"(["message-back","{}"])", word));
}

Finding heard_by(Context& c, const std::vector<Hearer>& hearers, std::string_view array, std::string_view what) {
  for (const Hearer& hearer : hearers) {
    if (hearer.times > 0) {
      (void)hears(c, *hearer.ws, 0, hearer.nsp, array);
    }
  }
  for (const Hearer& hearer : hearers) {
    if (!echoes_in(c, *hearer.ws, hearer.nsp, "behind")) {
      return unmet("SIO-EV-01", "an echo behind " + std::string(array), heard(*hearer.ws, 1));
    }
  }
  c.wire.pump_for(c.quiet());
  std::string expected;
  std::string seen;
  for (const Hearer& hearer : hearers) {
    expected += fmt::format(" {}", hearer.times);
    seen += fmt::format(" {}", times_said(*hearer.ws, 0, hearer.nsp, array));
  }
  const std::string observed = fmt::format("{} ({}): heard{} times", array, what, seen);
  return seen == expected ? pass(observed)
                          : violated(fmt::format("{} ({}): heard{} times", array, what, expected), observed);
}

std::string asked(Context& c, WebSocket& ws, std::string_view array, std::string_view nsp) {
  const std::string start = start_of(nsp);
  while (const auto message = await(c, ws, start, c.answer_bound())) {
    const std::string_view packet = message->payload;
    const std::size_t bracket = packet.find('[');
    const std::string_view id =
        packet.substr(start.size(), bracket == std::string_view::npos ? 0 : bracket - start.size());
    const bool digits = !id.empty() && id.find_first_not_of("0123456789") == std::string_view::npos;
    if (digits && same_json(packet.substr(bracket), array)) {
      return std::string(id);
    }
  }
  return {};
}

bool tells_all(const WsMessage& message, std::string_view outcome, std::vector<std::string> sorted,
               std::string_view nsp) {
  do {
    if (says(message, nsp, fmt::format(R"(["answers",{},[{}]])", outcome, fmt::join(sorted, ",")))) {
      return true;
    }
  } while (std::next_permutation(sorted.begin(), sorted.end()));
  return false;
}

}  // namespace plumbline::conform
