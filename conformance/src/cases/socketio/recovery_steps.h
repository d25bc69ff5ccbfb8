// The steps of connection state recovery: a session that can be resumed, its loss, and CONNECT with pid and offset.
// Stage: cases.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cases/session.h"

namespace plumbline::conform {

// What a client keeps of a session. The sid is in no other run, so that it tells this run's events from all others.
struct Resumable {
  WebSocket* ws{nullptr};
  std::string nsp;  // empty: the main one
  std::string sid, pid, offset;

  [[nodiscard]] std::string head(std::string_view type) const;  // "42", "42/custom,"
  [[nodiscard]] std::string room(std::string_view name) const;  // a room of this run
  [[nodiscard]] std::string claim() const;                      // {"pid":"...","offset":"..."}
};

// Joined, with the offset of an echo. `auth`: the payload of CONNECT.
[[nodiscard]] Stop open_resumable(Context& c, Resumable& session, std::string_view nsp = "",
                                  std::string_view auth = "");
// One that emits and one that will be lost, in this order.
[[nodiscard]] Stop open_pair(Context& c, Resumable& sender, Resumable& session, std::string_view nsp = "");
// An echo of this very word; its offset is the session's last one then.
[[nodiscard]] bool echoes(Context& c, Resumable& session, std::string_view word);
// `join` or `leave`; acknowledged with the rooms that it is in then: `[["a","b"]]`.
[[nodiscard]] std::optional<std::string> change_room(Context& c, Resumable& session, std::string_view verb,
                                                     std::string_view room);
// `room` of the fixture with these options, and the mark `n` of this session's run.
void emit(const Resumable& sender, const Resumable& run, std::string_view options, int n);
[[nodiscard]] std::string to(std::string_view room);  // options for one room; each socket is in that of its sid
// A namespace where nobody else hears what is emitted to all, if the fixture has such; else the main one.
[[nodiscard]] std::string_view own_namespace(const Context& c, std::string_view nsp);

// The array that comes back for a volatile event with this word, which may be dropped whenever the transport is busy;
// so it is sent several times.
[[nodiscard]] std::optional<std::string> volatile_echo(Context& c, WebSocket& ws, std::string_view word);

// The marked events of a run that came on this connection, in order, such as "room 1", each with an offset behind it;
// one without is told as such. `bytes` of attachments follow after a colon.
[[nodiscard]] std::vector<std::string> marked(const WebSocket& ws, const Resumable& run);
[[nodiscard]] std::string listed(const std::vector<std::string>& marks);
// The last text of an event: its offset.
[[nodiscard]] std::string offset_in(std::string_view packet);

// One CONNECT on a WebSocket of its own.
struct Knock {
  WebSocket* ws{nullptr};
  std::string sid, pid;  // empty: refused, or no answer
};
[[nodiscard]] Knock knock(Context& c, const Resumable& session, std::string_view auth);

// A server need not notice a loss before its heartbeat does.
[[nodiscard]] Duration unnoticed(const Context& c);
// Knocks until the session is resumed, at most as long as the loss may go unnoticed. On success `session` has the new
// connection.
struct Resumption {
  bool resumed{false};
  std::string observed;
};
[[nodiscard]] Resumption resume(Context& c, Resumable& session, std::string_view auth = "");
// A fenced and quiet end: everything that was to come has come. The session is joined.
[[nodiscard]] bool settled(Context& c, Resumable& session);

// For what must not be resumed: a sender and sessions of one namespace; all of them are lost at once and then miss
// "room 1". The last one is resumed, which shows that the losses were noticed and that recovery works.
[[nodiscard]] Stop open_many(Context& c, std::vector<Resumable>& sessions, Resumable& sender, std::string_view nsp = "",
                             std::string_view auth = "");
[[nodiscard]] Stop lose_together(Context& c, std::vector<Resumable>& sessions, Resumable& sender);

// The claim leads to a new session to which nothing of `run` is replayed: alternative A; else violated.
[[nodiscard]] Finding starts_anew(Context& c, const Resumable& run, std::string_view claim, std::string_view what);

}  // namespace plumbline::conform
