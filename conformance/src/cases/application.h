// What the test application says: its events by their JSON, in any namespace. Stage: cases.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "cases/session.h"

namespace plumbline::conform {

// A WebSocket that has joined namespaces and read their greetings, and its Socket.IO sid in each of them.
struct Guest {
  WebSocket* ws{nullptr};
  std::vector<std::string> sids{};
};

// Joins `/` (written "") or others, in this order, each with an echo behind it. A namespace that is not joined belongs
// to SIO-CO-01 or SIO-CO-03.
[[nodiscard]] Stop open_guest(Context& c, Guest& guest, std::initializer_list<std::string_view> namespaces);

// A packet of this namespace: `42["message",1]`, `42/custom,["message",1]`. `nsp` is "" for the main one.
[[nodiscard]] std::string event_in(std::string_view nsp, std::string_view array);

// Is it the event with these arguments? `array` begins with its name; how it is spelt does not matter.
[[nodiscard]] bool says(const WsMessage& message, std::string_view nsp, std::string_view array);
[[nodiscard]] std::size_t times_said(const WebSocket& ws, std::size_t from, std::string_view nsp,
                                     std::string_view array);
// Waits for one of them at or behind `from`, at most the answer bound; the cursor stays.
[[nodiscard]] bool hears(Context& c, WebSocket& ws, std::size_t from, std::string_view nsp, std::string_view array);

// As echoes(), in any namespace: the fence on the path that its events take.
[[nodiscard]] bool echoes_in(Context& c, WebSocket& ws, std::string_view nsp, std::string_view word);

// Awaits `42<id>["question",...]` with these arguments and says its id; empty when it does not come.
[[nodiscard]] std::string asked(Context& c, WebSocket& ws, std::string_view array, std::string_view nsp = "");
// `42["answers",<outcome>,[...]]` with these answers in any order.
[[nodiscard]] bool tells_all(const WsMessage& message, std::string_view outcome, std::vector<std::string> sorted,
                             std::string_view nsp = "");

// One receiver of an event that is sent to many.
struct Hearer {
  WebSocket* ws;
  std::string_view nsp;
  std::size_t times;  // how often it is to hear it
};
// Who heard `array` how often, once those who must hear it have, behind an echo of each and a quiet window. `what` is
// for people: who the hearers are.
[[nodiscard]] Finding heard_by(Context& c, const std::vector<Hearer>& hearers, std::string_view array,
                               std::string_view what);

}  // namespace plumbline::conform
