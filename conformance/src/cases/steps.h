// Steps that whole families of cases are made of: bad input, a fenced polling session, an upgrade. Stage: cases.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "cases/session.h"

namespace plumbline::conform {

// One packet as it goes out: text, or the bytes of an attachment.
struct Sent {
  std::string_view bytes;
  bool binary{false};
};
void send(WebSocket& ws, std::initializer_list<Sent> packets);

// A joined WebSocket that sends these must be closed (must_close); each list on a connection of its own, the worst
// finding counts.
[[nodiscard]] Finding closes(Context& c, std::initializer_list<Sent> packets);
[[nodiscard]] Finding each_closes(Context& c, std::initializer_list<std::initializer_list<Sent>> inputs);

// A joined WebSocket that sends this is still served afterwards: an echo comes back and no more than that.
[[nodiscard]] Finding ignores(Context& c, std::initializer_list<Sent> packets);

// The target closes or ignores, and never dispatches: alternative A, "ignored", or violated.
[[nodiscard]] Finding closes_or_ignores(Context& c, std::initializer_list<Sent> packets);

// The worse of two findings of one clause: violated, then unclear, then another alternative than A.
[[nodiscard]] Finding worst(Finding a, Finding b);

// What a span shows by where it lies in its window: alternative A inside, "late" behind it.
[[nodiscard]] Finding judge_placement(Placement where, std::string_view expected, const std::string& seen);
// The same where late is as wrong as early.
[[nodiscard]] Finding judge_both_sides(Placement where, std::string_view expected, const std::string& seen);

// The value of a text member of the object at the end of a packet, such as the sid of `0{...}` or `40{...}`; empty
// when there is none.
[[nodiscard]] std::string text_member(std::string_view packet, std::string_view key);

// A joined polling session whose greeting has been read.
[[nodiscard]] Stop open_fenced(Context& c, Polling& session);
[[nodiscard]] std::string upgrade_query(const Polling& session);
// A GET that stays open for `settled`, on a session that does not poll yet; a ping that ends one before is answered.
[[nodiscard]] Stop park(Context& c, Polling& session, Duration settled, HttpExchange*& parked);
[[nodiscard]] bool ended_by_ping(const HttpExchange& poll);
// Opens the WebSocket, sends `2probe` and waits for `3probe`; polling stops with the poll in flight.
[[nodiscard]] Stop probe_upgrade(Context& c, Polling& session, WebSocket*& ws);
// The same up to the `5`, sent once the poll in flight has ended.
[[nodiscard]] Stop send_upgrade(Context& c, Polling& session, WebSocket*& ws);
// The same up to an echo over the WebSocket.
[[nodiscard]] Stop finish_upgrade(Context& c, Polling& session, WebSocket*& ws);

// Does a POSTed event come back by a poll?
[[nodiscard]] bool polling_echoes(Context& c, Polling& session, std::string_view word);

// A fixture without /custom cannot show anything about namespaces.
[[nodiscard]] Stop needs_custom(const Context& c);
// A body at the limit was not taken: violated, unless a ping can have gone unanswered behind it since `sent`, so that
// the session may have ended by its timer.
[[nodiscard]] Finding not_taken(Context& c, const HttpExchange& post, Time sent, std::string expected);
// `limit` becomes the declared maxPayload, which has to be one that a case can reach.
[[nodiscard]] Stop needs_limit(const Context& c, std::uint64_t& limit);

}  // namespace plumbline::conform
