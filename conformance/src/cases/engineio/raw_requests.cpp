// Engine.IO requests in forms that few clients use: HEAD, other paths, other kinds of body, kept connections
// (engine.io-protocol v4, HTTP long-polling).
#include <fmt/format.h>

#include <functional>
#include <string>
#include <vector>

#include "cases/case_list.h"
#include "cases/steps.h"

namespace plumbline::conform::cases {
namespace {

// One character of two bytes, one of three and one of four: more than a byte can be cut off anywhere.
constexpr std::string_view kWide = "\xc3\xbc\xe2\x82\xac\xf0\x9d\x84\x9e";

Stop session_opens(Context& c) {
  Polling control(c);
  return control.open();
}

std::string chunk(std::string_view bytes) {
  return fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes);
}

// Does what this request carried come back by a poll, unchanged?
Finding text_intact(Context& c, Polling& session, HttpExchange& post, std::string_view what) {
  const std::string expected = fmt::format(R"(["message-back","{}"])", kWide);
  std::string last = "no echo within " + ms_text(c.answer_bound());
  while (const auto back = session.await(R"(42["message-back")", c.answer_bound())) {
    last = brief(*back);
    if (same_json(std::string_view(*back).substr(2), expected)) {
      return pass(fmt::format("{}: {}", what, last));
    }
  }
  return violated("accepted, and the echo is what was sent",
                  fmt::format("{}: POST {}; last: {}", what, describe(post, c.answer_bound()), last));
}

std::string wide_event() {
  return fmt::format(R"(42["message","{}"])", kWide);
}

// The body of the answer to this request, over the connection of the one before where it is to be kept; empty when the
// answer is no 200.
std::string round_trip(Context& c, HttpExchange*& before, const std::string& request, bool keep) {
  if (before == nullptr || !keep) {
    before = &c.wire.http_raw(request, keep ? HttpExchange::After::keep : HttpExchange::After::hang_up);
  } else {
    before->again(request);
  }
  c.wire.until([&] { return before->done(); }, c.answer_bound());
  return before->answer() && before->answer()->status == 200 ? before->answer()->body : std::string{};
}

using Get = std::function<std::string()>;            // a poll's body; empty: no answer with 200
using Post = std::function<bool(std::string_view)>;  // was the body taken?

// How many of these packets came, by their beginnings and in this order, before a request was refused or all polls were
// made. Pings are answered.
std::size_t polled_in_order(Context& c, const Get& get, const Post& post, const std::vector<std::string>& beginnings) {
  std::size_t came = 0;
  const std::size_t most = 6 + beginnings.size();
  for (std::size_t polls = 0; polls < most && came < beginnings.size(); ++polls) {
    const std::string body = get();
    if (body.empty()) {
      return came;
    }
    for (const std::string& packet : split_payload(body)) {
      came += came < beginnings.size() && c.wire.as_read(packet).starts_with(beginnings[came]) ? 1U : 0U;
      if (packet == "2" && !post("3")) {
        return came;
      }
    }
  }
  return came;
}

// An event behind a CONNECT that is not answered yet may be lost (SIO-CO-22): these cases are about connections.
bool joined_by(Context& c, const Get& get, const Post& post) {
  return post("40") && polled_in_order(c, get, post, {"40{"}) == 1;
}

// Echoes with all requests of one kind on one connection, or each with `Connection: close`.
Finding served_over(Context& c, bool keep) {
  const std::string_view header = keep ? "Connection: keep-alive\r\n" : "Connection: close\r\n";
  Polling session(c);
  if (auto stop = session.open()) {
    return *stop;
  }
  HttpExchange* posts = nullptr;
  HttpExchange* gets = nullptr;
  const std::string get_request = c.wire.request_head("GET", session.query()) + std::string(header) + "\r\n";
  const auto post = [&](std::string_view body) {
    const std::string request = fmt::format("{}{}Content-Type: text/plain\r\nContent-Length: {}\r\n\r\n{}",
                                            c.wire.request_head("POST", session.query()), header, body.size(), body);
    return !round_trip(c, posts, request, keep).empty();
  };
  const auto get = [&] {
    return round_trip(c, gets, get_request, keep);
  };
  bool taken = joined_by(c, get, post);
  std::vector<std::string> wanted;
  for (int i = 0; i < 5 && taken; ++i) {
    taken = post(fmt::format(R"(42["message",{}])", i));
    wanted.push_back(fmt::format(R"(42["message-back",{}])", i));
  }
  const std::size_t echoes = taken ? polled_in_order(c, get, post, wanted) : 0;
  const std::string seen = fmt::format("{} of 5 echoes; POST {}; GET {}", echoes, describe(*posts, c.answer_bound()),
                                       gets != nullptr ? describe(*gets, c.answer_bound()) : "not asked");
  return echoes == 5 ? pass(keep ? "5 echoes over two connections" : "5 echoes, a connection each request")
                     : violated("each request is answered by 200, and 5 echoes come in order", seen);
}

// A session from its handshake to an echo: all of it on one connection, or each request on its own.
bool echo_on(Context& c, bool one, std::string& seen) {
  const std::string header = one ? "Connection: keep-alive\r\n" : "Connection: close\r\n";
  HttpExchange* last = nullptr;
  const auto ask = [&](std::string_view query) {
    return round_trip(c, last, c.wire.request_head("GET", query) + header + "\r\n", one);
  };
  const std::string query = fmt::format("{}&sid={}", kPollingHandshake, text_member(ask(kPollingHandshake), "sid"));
  const auto get = [&] {
    return ask(query);
  };
  const auto post = [&](std::string_view body) {
    const std::string request = fmt::format("{}{}Content-Type: text/plain\r\nContent-Length: {}\r\n\r\n{}",
                                            c.wire.request_head("POST", query), header, body.size(), body);
    return !round_trip(c, last, request, one).empty();
  };
  const bool echoed = joined_by(c, get, post) && post(R"(42["message","here"])") &&
                      polled_in_order(c, get, post, {R"(42["message-back","here"])"}) == 1;
  seen = echoed ? "an echo" : "no echo; last: " + describe(*last, c.answer_bound());
  return echoed;
}

}  // namespace

Finding eio_hs_13_a(Context& c) {
  if (auto stop = session_opens(c)) {
    return *stop;
  }
  HttpExchange& head =
      c.wire.http_raw(c.wire.request_head("HEAD", kPollingHandshake) + "\r\n", HttpExchange::After::keep);
  c.wire.until([&] { return head.done(); }, c.answer_bound());
  c.wire.pump_for(c.quiet());
  const HttpAnswer* answer = head.answer();
  const std::string seen =
      fmt::format("{}, {} bytes behind the header", describe(head, c.answer_bound()), head.surplus().size());
  if (answer == nullptr || answer->status < 400 || answer->status >= 500 || !head.surplus().empty()) {
    return violated("HTTP 400 without a body", seen);
  }
  return answer->status == 400 ? pass(seen) : took("other-4xx", seen);
}

Finding eio_hs_18_a(Context& c) {
  Polling session(c);
  if (auto stop = session.open()) {
    return *stop;
  }
  if (auto stop = session.join()) {
    return *stop;
  }
  return pass("a session opens and is served on " + c.wire.endpoint().path);
}

Finding eio_hs_18_b(Context& c) {
  if (auto stop = session_opens(c)) {
    return *stop;
  }
  const std::string& path = c.wire.endpoint().path;
  const std::string bare = path.size() > 1 && path.ends_with('/') ? path.substr(0, path.size() - 1) : path + "x";
  std::string seen;
  bool all = true;
  for (const std::string& other : {bare, std::string("/beside/the/path/"), path + "further/segments/"}) {
    HttpExchange& request = c.wire.http_raw(c.wire.request_head("GET", kPollingHandshake, other) + "\r\n");
    c.wire.until([&] { return request.done(); }, c.answer_bound());
    seen += fmt::format("{}: {}; ", other, describe(request, c.answer_bound()));
    all = all && request.answer() != nullptr;
  }
  return all ? pass(seen) : took("unanswered", seen);
}

Finding eio_hd_12_a(Context& c) {
  Polling session(c);
  if (auto stop = open_fenced(c, session)) {
    return *stop;
  }
  const std::string body = R"(42["message","octets"])";
  HttpExchange& post =
      c.wire.http_raw(fmt::format("{}Content-Type: application/octet-stream\r\nContent-Length: {}\r\n\r\n{}",
                                  c.wire.request_head("POST", session.query()), body.size(), body));
  const bool echoed = session.await(R"(42["message-back","octets")", c.answer_bound() / 2).has_value();
  c.wire.until([&] { return post.done(); }, c.answer_bound());
  const std::string seen =
      fmt::format("POST: {}; {}", describe(post, c.answer_bound()), session.dead() ? "session closed" : "session open");
  if (echoed) {
    return took("read-as-text", seen + "; the event was dispatched");
  }
  const bool refused = post.answer() ? post.answer()->status >= 400 : post.failed();
  return refused || session.dead() ? pass(seen) : violated("refused, or no usable session", seen);
}

// The bytes of an attachment that is awaited. Beside it the same as base64, which is put together.
Finding eio_hd_12_b(Context& c) {
  constexpr std::string_view kHeader = R"(451-["message",{"_placeholder":true,"num":0}])";
  Polling session(c);
  if (auto stop = open_fenced(c, session)) {
    return *stop;
  }
  session.post(std::string(kHeader) + kSeparator + "bAQID");
  if (!session.await("451-", c.answer_bound())) {
    return unmet("SIO-BI-06", "an event with an attachment as base64 comes back", "nothing");
  }
  HttpExchange& header = session.post(kHeader);
  c.wire.until([&] { return header.done(); }, c.answer_bound());
  HttpExchange& post =
      c.wire.http_raw(fmt::format("{}Content-Type: application/octet-stream\r\nContent-Length: 3\r\n\r\n{}",
                                  c.wire.request_head("POST", session.query()), "\x01\x02\x03"));
  const bool taken = session.await("451-", c.answer_bound() / 2).has_value();
  c.wire.until([&] { return post.done(); }, c.answer_bound());
  const std::string seen =
      fmt::format("POST: {}; {}", describe(post, c.answer_bound()), session.dead() ? "session closed" : "session open");
  if (taken) {
    return violated("the body is not taken for an attachment", seen + "; the event came back with it");
  }
  const bool refused = post.answer() ? post.answer()->status >= 400 : post.failed();
  return refused || session.dead() ? pass(seen) : violated("refused, or no usable session", seen);
}

Finding eio_hd_13_a(Context& c) {
  Polling session(c);
  if (auto stop = open_fenced(c, session)) {
    return *stop;
  }
  const std::string head = c.wire.request_head("POST", session.query());
  const std::string body = wide_event();
  HttpExchange& untyped = c.wire.http_raw(fmt::format("{}Content-Length: {}\r\n\r\n{}", head, body.size(), body));
  Finding found = text_intact(c, session, untyped, "without a Content-Type");
  if (found.kind == Finding::Kind::violated) {
    return found;
  }
  // Cut behind the first byte of a character.
  const std::size_t cut = body.find('\xe2') + 1;
  HttpExchange& chunked = c.wire.http_raw(
      fmt::format("{}Content-Type: text/plain;charset=UTF-8\r\nTransfer-Encoding: chunked\r\n\r\n{}{}0\r\n\r\n", head,
                  chunk(std::string_view(body).substr(0, cut)), chunk(std::string_view(body).substr(cut))));
  return worst(found, text_intact(c, session, chunked, "in chunks"));
}

Finding eio_hd_13_b(Context& c) {
  Finding found = pass("intact, cut at each byte of each character");
  Polling session(c);
  if (auto stop = open_fenced(c, session)) {
    return *stop;
  }
  const std::string body = wide_event();
  const std::string head = fmt::format("{}Content-Type: text/plain;charset=UTF-8\r\nContent-Length: {}\r\n\r\n",
                                       c.wire.request_head("POST", session.query()), body.size());
  const std::size_t begin = body.find(kWide);
  for (std::size_t cut = 1; cut < kWide.size(); ++cut) {
    HttpExchange& post = c.wire.http_raw(head + body.substr(0, begin + cut));
    c.wire.pump_for(std::chrono::milliseconds{10});  // the target reads the first part alone
    post.more(std::string_view(body).substr(begin + cut));
    found = worst(std::move(found), text_intact(c, session, post, fmt::format("cut after byte {}", cut)));
    if (found.kind == Finding::Kind::violated) {
      return found;
    }
  }
  return found;
}

Finding eio_po_11_a(Context& c) {
  std::string on_one;
  std::string on_many;
  const bool one = echo_on(c, true, on_one);
  if (echo_on(c, false, on_many)) {
    return pass(fmt::format("{}; on one connection: {}", on_many, on_one));
  }
  return one ? violated("a session works with a connection for each request, as it does on one", on_many)
             : unmet("EIO-PK-01", "an echo on a poll", on_many);
}

Finding eio_hd_14_a(Context& c) {
  return served_over(c, true);
}
Finding eio_hd_14_b(Context& c) {
  return served_over(c, false);
}

}  // namespace plumbline::conform::cases
