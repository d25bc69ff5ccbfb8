// Polling whose requests reach another node than the one that opened the session.
#include <fmt/format.h>

#include <boost/json/object.hpp>

#include "cases/case_list.h"
#include "cases/cluster/several.h"
#include "cases/steps.h"

namespace plumbline::conform::cases {
namespace {

constexpr const char* kExpected = "served, or refused with 400 and code 1";

bool refused_as_unknown(const HttpExchange& exchange) {
  if (exchange.answer() == nullptr || exchange.answer()->status != 400) {
    return false;
  }
  const auto body = parse_json(exchange.answer()->body);
  const boost::json::object* fields = body ? body->if_object() : nullptr;
  const boost::json::value* code = fields != nullptr ? fields->if_contains("code") : nullptr;
  return code != nullptr && *code == boost::json::value(1);
}

bool ok(const HttpExchange& exchange) {
  return exchange.answer() != nullptr && exchange.answer()->status == 200;
}

// What this session heard of the word, as an echo.
bool heard_back(Polling& session, std::string_view word, Duration bound) {
  session.cursor = 0;
  return session.await(fmt::format(R"(42["message-back","{}")", word), bound).has_value();
}

}  // namespace

Finding clu_02_a(Context& c) {
  if (auto stop = needs_nodes(c)) {
    return *stop;
  }
  Polling session(c);
  if (auto stop = open_fenced(c, session)) {
    return *stop;
  }
  c.wire.to_node(kThere);
  HttpExchange& post = session.post(R"(42["message","astray"])");
  c.wire.to_node(kHere);
  c.wire.until([&] { return post.done(); }, c.answer_bound());
  const std::string posted = "POST to the other node: " + describe(post, c.answer_bound());
  const bool post_refused = refused_as_unknown(post);
  if (!post_refused && !(ok(post) && heard_back(session, "astray", c.answer_bound()))) {
    return violated(kExpected, posted + (ok(post) ? ", and the event had no effect" : ""));
  }
  if (!polling_echoes(c, session, "home")) {
    return violated("the session goes on at its node", posted + "; no echo there");
  }
  if (post_refused && heard_back(session, "astray", Duration::zero())) {
    return violated("an event that was refused has no effect", posted + "; and its echo");
  }
  session.stop();
  c.wire.until([&] { return session.idle(); }, c.answer_bound() + c.target.timing.ping_interval);
  HttpExchange& sent = session.post(R"(42["message","waiting"])");
  c.wire.until([&] { return sent.done(); }, c.answer_bound());
  c.wire.to_node(kThere);
  HttpExchange& get = session.get();
  c.wire.to_node(kHere);
  c.wire.until([&] { return get.done(); }, c.answer_bound());
  const std::string seen = fmt::format("{}; GET: {}", posted, describe(get, c.answer_bound()));
  const bool served = ok(get) && get.answer()->body.find(R"(["message-back","waiting")") != std::string::npos;
  if (!served && !refused_as_unknown(get)) {
    return violated(kExpected, seen);
  }
  session.start();
  if (!served && !heard_back(session, "waiting", c.answer_bound())) {
    return violated("nothing is lost where a GET was refused", seen + "; the packet did not come at its node");
  }
  return polling_echoes(c, session, "end") ? pass(seen) : violated("the session goes on at its node", seen);
}

}  // namespace plumbline::conform::cases
