// How a client reads and writes payloads of HTTP long-polling (engine.io-protocol v4, Packet encoding).
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cases/case_list.h"
#include "subject_client/stage.h"

namespace plumbline::conform::cases {
namespace {

using Names = std::vector<std::string>;

// `a`, an event with an attachment, `c`: all in one payload, or each packet in a poll of its own.
Finding takes_apart(Context& c, bool one_packet_a_poll) {
  Stage stage(c);
  if (auto stop = stage.connected("polling", "CLI-01")) {
    return *stop;
  }
  ClientSession& session = *stage.server.last();
  stage.server.manners.one_packet_a_poll = one_packet_a_poll;
  stage.server.send(session, R"(42["a",1])");
  stage.server.send(session, R"(451-["b",{"_placeholder":true,"num":0}])");
  stage.server.send_binary(session, std::string("\x01\x02\x00\xff", 4));
  stage.server.send(session, R"(42["c","\u00e9\u2028"])");
  const Names expected{"a:1", R"(b:{"$binary":"AQIA/w=="})", "c:\u00e9\u2028"};
  stage.until([&] { return stage.events().size() >= expected.size(); }, c.answer_bound());
  const bool alive = stage.alive("payload");
  Names events = stage.events();
  const std::string seen = fmt::format("events {}", fmt::join(events, " | "));
  const bool right =
      alive && events.size() == expected.size() + 1 && std::equal(expected.begin(), expected.end(), events.begin());
  return right ? pass(seen) : violated("a, b with the bytes 01 02 00 ff, c, once each and in this order", seen);
}

}  // namespace

Finding cli_10_a(Context& c) {
  return takes_apart(c, false);
}

Finding cli_10_b(Context& c) {
  return takes_apart(c, true);
}

Finding cli_10_c(Context& c) {
  constexpr std::size_t kLimit = 200;
  constexpr int kEvents = 12;
  Stage stage(c);
  stage.server.manners.max_payload = kLimit;
  if (auto stop = stage.connected("polling", "CLI-01")) {
    return *stop;
  }
  ClientSession& session = *stage.server.last();
  stage.server.manners.holds_posts = true;  // so that packets gather
  stage.emit({"first"});
  stage.until([&] { return !session.posting.empty(); }, c.answer_bound());
  for (int i = 0; i < kEvents; ++i) {
    stage.emit({"sized", i, std::string(60, 'x')});
  }
  stage.serve_for(c.quiet());
  stage.server.release_posts();
  const auto number = [&](int i) {
    return session.count(fmt::format(R"(42["sized",{},)", i));
  };
  const bool alive = stage.alive("sized");
  const std::size_t largest = *std::max_element(session.post_sizes.begin(), session.post_sizes.end());
  const std::string seen = fmt::format("{} POSTs, the largest of {} bytes", session.post_sizes.size(), largest);
  if (largest > kLimit) {
    return violated(fmt::format("no payload of more than {} bytes", kLimit), seen);
  }
  for (int i = 0; i < kEvents; ++i) {
    if (!alive || number(i) != 1) {
      return violated("each event arrives once", fmt::format("event {} came {} times; {}", i, number(i), seen));
    }
  }
  return pass(seen);
}

Finding cli_08_a(Context& c) {
  Stage stage(c);
  if (auto stop = stage.connected("polling", "CLI-01")) {
    return *stop;
  }
  ClientSession& session = *stage.server.last();
  stage.server.manners.holds_posts = true;
  stage.emit({"one"});
  if (!stage.until([&] { return !session.posting.empty(); }, c.answer_bound())) {
    return unmet("CLI-01", "the client sends an event", stage.lines());
  }
  for (int i = 0; i < 5; ++i) {
    stage.emit({"more", i});
    stage.server.send(session, fmt::format(R"(42["down",{}])", i));
    stage.serve_for(std::chrono::milliseconds{30});
  }
  stage.serve_for(c.quiet());
  stage.server.release_posts();
  const bool alive = stage.alive("one at a time");
  const std::string seen = fmt::format("{} GETs and {} POSTs beside another one, {} WebSockets",
                                       session.overlapping_gets, session.overlapping_posts, session.web_sockets);
  if (session.overlapping_gets > 0 || session.overlapping_posts > 0 || session.web_sockets > 0) {
    return violated("one GET and one POST at a time", seen);
  }
  return alive ? pass(seen) : violated("events pass afterwards", stage.lines());
}

Finding cli_08_b(Context& c) {
  if (!c.target.has("client.upgrade")) {
    return not_applicable("the capability client.upgrade");
  }
  Stage stage(c);
  stage.server.manners.offers_upgrade = true;
  if (auto stop = stage.connected("upgrade", "CLI-01")) {
    return *stop;
  }
  ClientSession& session = *stage.server.last();
  stage.until([&] { return session.upgraded; }, 2 * c.answer_bound());
  const bool alive = stage.alive("one web socket");
  const std::string seen =
      fmt::format("{} WebSockets, {} GETs beside another one", session.web_sockets, session.overlapping_gets);
  if (session.web_sockets > 1 || session.overlapping_gets > 0) {
    return violated("one WebSocket and one GET", seen);
  }
  return alive ? pass(seen) : unmet("CLI-03", "the upgraded session works", stage.lines());
}

}  // namespace plumbline::conform::cases
