// What a client does when the server refuses, forgets or loses it (socket.io-protocol v5).
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "cases/case_list.h"
#include "evidence/json_fields.h"
#include "subject_client/stage.h"

namespace plumbline::conform::cases {
namespace {

namespace json = boost::json;

Stop needs_reconnect(const Context& c) {
  if (!c.target.has("client.reconnect")) {
    return not_applicable("the capability client.reconnect");
  }
  return std::nullopt;
}

json::object comes_back() {
  return {{"reconnect", true}, {"first_delay_ms", 100}};
}

}  // namespace

Finding cli_09_a(Context& c) {
  if (auto stop = needs_reconnect(c)) {
    return *stop;
  }
  Stage stage(c);
  const bool two = c.target.has("client.namespaces");
  json::object more = comes_back();
  if (two) {
    more["also"] = json::array{"/custom"};
  }
  if (auto stop = stage.connected("polling", "CLI-01", "/", std::move(more))) {
    return *stop;
  }
  if (two && !stage.until([&] { return stage.told("connect", 0, "/custom") != nullptr; }, c.answer_bound())) {
    return unmet("CLI-01", "the client joins /custom too", stage.lines());
  }
  ClientSession& before = *stage.server.last();
  stage.server.forget(before);
  stage.until([&] { return stage.server.last() != &before && stage.server.last()->count("40") >= (two ? 2U : 1U); },
              2 * c.answer_bound());
  const ClientSession& after = *stage.server.last();
  if (&after == &before) {
    return violated("a new handshake", stage.lines());
  }
  const std::size_t root = after.count("40") - after.count("40/custom");
  const std::string seen =
      fmt::format("a new session; CONNECT for / {} times, for /custom {} times", root, after.count("40/custom"));
  if (root != 1 || after.count("40/custom") != (two ? 1U : 0U)) {
    return violated("a CONNECT for each namespace, once", seen);
  }
  stage.until([&] { return stage.count("connect") >= (two ? 4U : 2U); }, c.answer_bound());  // emits may fail before
  return stage.alive("again") ? pass(seen) : violated("events pass in the new session", stage.lines());
}

Finding cli_11_a(Context& c) {
  Stage stage(c);
  stage.server.manners.connect_answer = [](const std::string& nsp, int) -> std::string {
    return fmt::format(R"(4{}{{"message":"not you","data":{{"code":"E42","list":[1,2]}}}})",
                       nsp == "/" ? "" : nsp + ",");
  };
  if (auto stop = stage.connect("websocket", "/refused")) {
    return *stop;
  }
  stage.until([&] { return stage.told("connect_error", 0, "/refused") != nullptr; }, 2 * c.answer_bound());
  if (stage.server.last() == nullptr || stage.server.last()->find("40/refused") == nullptr) {
    return unmet("CLI-01", "the client asks for /refused", stage.lines());
  }
  const Told* const told = stage.told("connect_error", 0, "/refused");
  if (told == nullptr) {
    return violated("the application is told of the refusal", stage.lines());
  }
  const json::value* const data = told->fields.if_contains("data");
  const json::value right = {{"code", "E42"}, {"list", {1, 2}}};
  if (text_in(told->fields, "message") != "not you" || data == nullptr || *data != right) {
    return violated(R"(message "not you" and its data)", json::serialize(told->fields));
  }
  stage.emit({"anyway"}, "/refused");
  stage.serve_for(2 * c.quiet());
  for (const auto& session : stage.server.sessions()) {
    if (session->count("42/refused") > 0) {
      return violated("no event to the namespace that refused", session->find("42/refused")->packet);
    }
  }
  return pass("told with its data; nothing was sent");
}

Finding cli_11_b(Context& c) {
  Stage stage(c);
  if (auto stop = stage.connected("websocket", "CLI-01")) {
    return *stop;
  }
  ClientSession& session = *stage.server.last();
  stage.emit({"question"}, "/", 1);
  const auto asked = [&]() -> std::string {
    for (const Heard& one : session.heard) {
      if (one.packet.starts_with("42") && one.packet.ends_with(R"(["question"])")) {
        return one.packet.substr(2, one.packet.find('[') - 2);
      }
    }
    return {};
  };
  if (!stage.until([&] { return !asked().empty(); }, c.answer_bound())) {
    return unmet("CLI-01", "the client asks for an acknowledgement", stage.lines());
  }
  stage.server.send(session, R"(43987654["nobody asked"])");
  stage.server.send(session, fmt::format(R"(43{}["yes"])", asked()));
  stage.server.send(session, fmt::format(R"(43{}["twice"])", asked()));
  const bool alive = stage.alive("acks");
  const std::size_t acks = stage.count("ack");
  const Told* const first = stage.told("ack");
  const json::value* const arguments = first != nullptr ? first->fields.if_contains("args") : nullptr;
  const std::string seen = fmt::format("{} acknowledgements, the first {}", acks,
                                       arguments != nullptr ? json::serialize(*arguments) : "none");
  if (acks != 1 || arguments == nullptr || *arguments != json::value{"yes"}) {
    return violated(R"(one acknowledgement, ["yes"])", seen);
  }
  return alive && stage.server.sessions().size() == 1 ? pass(seen) : violated("the connection goes on", stage.lines());
}

Finding cli_12_a(Context& c) {
  if (auto stop = needs_reconnect(c)) {
    return *stop;
  }
  Stage stage(c);
  stage.server.manners.connect_answer = [&stage](const std::string&, int) -> std::string {
    ClientSession& session = *stage.server.last();
    if (stage.server.sessions().size() > 1) {  // the replay comes before the answer
      stage.server.send(session, R"(42["second","offset-2"])");
    }
    return R"(0{"sid":"socket-1","pid":"private-1"})";
  };
  if (auto stop = stage.connected("websocket", "CLI-01", "/", comes_back())) {
    return *stop;
  }
  ClientSession& before = *stage.server.last();
  stage.server.send(before, R"(42["first","offset-1"])");
  if (!stage.alive("before")) {
    return unmet("CLI-01", "events pass", stage.lines());
  }
  before.web_socket->abort();
  const auto rejoined = [&] {
    return stage.server.last() != &before && stage.server.last()->count("40") > 0;
  };
  if (!stage.until(rejoined, 2 * c.answer_bound())) {
    return unmet("CLI-09", "the client comes back", stage.lines());
  }
  const std::string join = stage.server.last()->find("40")->packet;
  boost::system::error_code error;
  const json::value auth = json::parse(std::string_view(join).substr(2), error);
  const bool named = !error && auth.is_object() && text_in(auth.as_object(), "pid") == "private-1" &&
                     text_in(auth.as_object(), "offset").has_value();
  if (!named) {
    return violated("CONNECT with pid and offset", brief(join));
  }
  stage.until([&] { return stage.count("connect") >= 2; }, c.answer_bound());
  const bool alive = stage.alive("after");
  const auto events = stage.events();
  const auto count = [&events](std::string_view name) {
    return std::count_if(events.begin(), events.end(), [&](const std::string& one) { return one.starts_with(name); });
  };
  const std::string seen = fmt::format("{}; events {}", brief(join), fmt::join(events, " | "));
  return alive && count("first") == 1 && count("second") == 1 ? pass(seen)
                                                              : violated("what is replayed is processed once", seen);
}

}  // namespace plumbline::conform::cases
