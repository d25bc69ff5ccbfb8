#include "subject_client/stage.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/serialize.hpp>

namespace plumbline::conform {
namespace {

namespace json = boost::json;

constexpr Duration kProgramStarts = std::chrono::seconds{20};  // a cold interpreter on a busy machine
constexpr Duration kClientJoins = std::chrono::seconds{10};  // it may read certificates first; no clause asks for speed

std::string brief_event(const json::array& arguments) {
  const auto word = [](const json::value& value) {
    return value.is_string() ? std::string(value.as_string()) : json::serialize(value);
  };
  std::string text = arguments.empty() ? "" : word(arguments.front());
  return arguments.size() < 2 ? text : text + ":" + word(arguments[1]);
}

}  // namespace

Stage::Stage(Context& c)
    : context(c),
      program(c.wire.medium(), c.wire.log()),
      server(c.target.timing.ping_interval, c.target.timing.ping_timeout),
      medium_(c.wire.medium()),
      log_(c.wire.log()) {}

bool Stage::until(const std::function<bool()>& predicate, Duration bound) {
  const Time begin = now();
  const bool holds = serve_until(predicate, bound);
  if (!holds) {
    context.ran_out(begin, now());
  }
  return holds;
}

bool Stage::serve_until(const std::function<bool()>& predicate, Duration bound) {
  const Time deadline = now() + bound;
  bool over = false;
  while (!predicate()) {
    if (over) {
      return false;
    }
    (void)medium_.wait(std::min<Time>(deadline, server.due().value_or(deadline)));
    serve();
    over = now() >= deadline;
  }
  return true;
}

void Stage::serve_for(Duration duration) {
  serve_until([] { return false; }, duration);
}

void Stage::serve() {
  Event event;
  while (medium_.next(event)) {
    if (event.kind == Event::Kind::accepted && event.connection == next_number()) {
      connections_.push_back(std::make_unique<ClientConnection>(medium_, log_, event.connection, server));
    } else if (event.connection == ProgramLink::kNumber) {
      program.on(event);
    } else if (const int index = event.connection - ProgramLink::kNumber - 1;
               index >= 0 && static_cast<std::size_t>(index) < connections_.size()) {
      connections_[static_cast<std::size_t>(index)]->on(event);
    }
  }
  server.turn(now());
}

Stop Stage::connect(std::string_view transports, std::string_view nsp, json::object more) {
  const bool there = until([this] { return told("ready") != nullptr || program.ended(); }, kProgramStarts);
  if (!there || told("ready") == nullptr) {
    return unclear("the program of the client under test never said that it is ready" +
                   (program.nonsense().empty() ? "" : ": " + brief(program.nonsense())));
  }
  more["do"] = "connect";
  more["transports"] = transports;
  more["nsp"] = nsp;
  program.say(more);
  return std::nullopt;
}

Stop Stage::connected(std::string_view transports, std::string_view clause, std::string_view nsp, json::object more) {
  if (auto stop = connect(transports, nsp, std::move(more))) {
    return stop;
  }
  const auto joined = [&] {  // by its words and on the wire
    return told("connect", 0, nsp) != nullptr && server.last() != nullptr && server.last()->find("40") != nullptr;
  };
  if (!until(joined, kClientJoins)) {
    return unmet(clause, fmt::format("the client connects to {} by {}", nsp, transports), lines());
  }
  return std::nullopt;
}

void Stage::emit(json::array arguments, std::string_view nsp, std::optional<int> ack) {
  json::object line{{"do", "emit"}, {"nsp", nsp}, {"args", std::move(arguments)}};
  if (ack) {
    line["ack"] = *ack;
  }
  program.say(line);
}

const Told* Stage::told(std::string_view event, std::size_t from, std::string_view nsp) const {
  const auto& all = program.told();
  for (std::size_t i = from; i < all.size(); ++i) {
    if (all[i].event == event && all[i].nsp == nsp) {
      return &all[i];
    }
  }
  return nullptr;
}

std::vector<std::string> Stage::events(std::string_view nsp) const {
  std::vector<std::string> names;
  for (const Told& one : program.told()) {
    const json::value* arguments = one.fields.if_contains("args");
    if (one.event == "event" && one.nsp == nsp && arguments != nullptr && arguments->is_array()) {
      names.push_back(brief_event(arguments->as_array()));
    }
  }
  return names;
}

std::size_t Stage::count(std::string_view event) const {
  const auto& all = program.told();
  return static_cast<std::size_t>(
      std::count_if(all.begin(), all.end(), [event](const Told& one) { return one.event == event; }));
}

bool Stage::alive(std::string_view word) {
  ClientSession* const session = server.last();
  if (session == nullptr) {
    return false;
  }
  server.send(*session, fmt::format(R"(42["fence","{}"])", word));
  emit({"back", word});
  const std::string back = fmt::format(R"(["back","{}"])", word);
  const std::string fence = fmt::format("fence:{}", word);
  return until(
      [&] {
        const auto names = events();
        const bool down = std::find(names.begin(), names.end(), fence) != names.end();
        return down && std::any_of(session->heard.begin(), session->heard.end(), [&](const Heard& one) {
                 return one.packet.starts_with("42") && one.packet.ends_with(back);
               });
      },
      2 * context.answer_bound());
}

std::string Stage::lines() const {
  std::string text;
  for (const Told& one : program.told()) {
    text += (text.empty() ? "" : ", ") + one.event + (one.nsp == "/" ? "" : " " + one.nsp);
  }
  return "the client told: " + (text.empty() ? "nothing" : brief(text, 300));
}

}  // namespace plumbline::conform
