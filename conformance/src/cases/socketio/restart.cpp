// A server that is stopped and started again: what becomes of its sessions and of its port. These cases run alone.
#include <fmt/format.h>

#include "cases/case_list.h"
#include "cases/steps.h"
#include "cases/watching.h"

namespace plumbline::conform::cases {
namespace {

Duration patience(const Context& c) {
  return c.target.timing.grace + c.fast();
}

Finding cannot_stop() {
  return unclear("the target could not be asked to end: control.start has to start it");
}

std::string engine_sid(const WebSocket& ws) {
  return ws.messages().empty() ? "" : text_member(ws.messages()[0].payload, "sid");
}

// Knocks until nobody listens any more.
bool port_is_released(Context& c, Time since) {
  do {
    HttpExchange& knock = c.wire.http("GET", kPollingHandshake);
    c.wire.until([&] { return knock.done(); }, c.fast());
    if (knock.ending() == Ending::refused) {
      return true;
    }
    knock.hang_up();
    c.wire.pump_for(c.fast() / 6);
  } while (c.clock.now() - since < patience(c));
  return false;
}

}  // namespace

Finding eio_cl_08_a(Context& c) {
  Polling polling(c);
  if (auto stop = polling.open()) {
    return *stop;
  }
  WebSocket* joined = nullptr;
  if (auto stop = open_joined(c, joined)) {
    return *stop;
  }
  WebSocket& ws = *joined;
  Polling posting(c);
  if (auto stop = posting.open()) {
    return *stop;
  }
  HttpExchange& parked = polling.get();
  HttpExchange& post = c.wire.http_raw(c.wire.request_head("POST", posting.query()) +
                                       "Content-Type: text/plain;charset=UTF-8\r\nContent-Length: 20\r\n\r\n40");
  c.wire.pump_for(c.fast() / 3);
  if (parked.done() || post.done() || ws.over()) {
    return unmet("EIO-PO-06", "a GET that waits, a POST in flight and a WebSocket",
                 fmt::format("GET: {}; POST: {}; WebSocket: {}", describe(parked, c.fast()), describe(post, c.fast()),
                             ws.how_it_ended()));
  }
  const Time since = c.clock.now();
  if (!c.wire.medium().stop_target()) {
    return cannot_stop();
  }
  c.wire.until([&] { return parked.done() && post.done() && ws.over(); }, patience(c));
  const Duration after = c.clock.now() - since;
  const std::string seen = fmt::format("after {}: GET: {}; POST: {}; WebSocket: {}", ms_text(after),
                                       describe(parked, after), describe(post, after), ws.how_it_ended());
  if (!parked.done() || !post.done() || !ws.over()) {
    return violated(fmt::format("all sessions are closed within {}", ms_text(c.target.timing.grace)), seen);
  }
  if (!port_is_released(c, since)) {
    return violated("nobody listens at the port any more", seen + "; the port still takes connections");
  }
  if (!c.wire.medium().start_target()) {
    return violated("the port can be taken again", seen + "; a new server did not come up there");
  }
  return pass(seen + "; the port was released");
}

Finding sio_sh_01_a(Context& c) {
  WebSocket* ws = nullptr;
  if (auto stop = open_joined(c, ws)) {
    return *stop;
  }
  const Time since = c.clock.now();
  if (!c.wire.medium().stop_target()) {
    return cannot_stop();
  }
  c.wire.until([&] { return ws->over(); }, patience(c));
  const std::string seen = fmt::format("{} after {}", ws->how_it_ended(), ms_text(c.clock.now() - since));
  if (!ws->over()) {
    return violated(fmt::format("clients are closed within {}", ms_text(c.target.timing.grace)), seen);
  }
  if (!c.wire.medium().start_target()) {
    return unclear("the target did not come back");
  }
  WebSocket* again = nullptr;
  if (auto stop = open_joined(c, again)) {
    return violated("a client can connect anew after the restart", stop->observed);
  }
  if (sid_in(*again) == sid_in(*ws) || engine_sid(*again) == engine_sid(*ws)) {
    return violated("the new connection has new ids", fmt::format("{} and {} again", engine_sid(*ws), sid_in(*ws)));
  }
  HttpExchange& old = c.wire.http("GET", std::string(kPollingHandshake) + "&sid=" + engine_sid(*ws));
  c.wire.until([&] { return old.done(); }, c.answer_bound());
  if (c.target.has("transport.polling") && (!old.answer() || old.answer()->status < 400)) {
    return violated("the session of before is not known any more", "its id: " + describe(old, c.answer_bound()));
  }
  return pass(seen + "; then connected anew");
}

}  // namespace plumbline::conform::cases
