// plumbline stack up|down|status|logs|kill|term|freeze|thaw|restart|restart-empty|start|heal
#include "plumbline/stack/verb.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <deque>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <iostream>

#include "container/compose_files.h"
#include "control/control_client.h"
#include "kafka/kafka_home.h"
#include "options.h"
#include "up.h"

namespace plumbline::stack {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

constexpr auto kAnswer = 10s;
constexpr auto kHealing = 70s;
constexpr auto kEnding = 30s;

int stop(const Failure& failure) {
  std::cerr << "plumbline stack: " << failure.sentence << '\n';
  return to_int(failure.code);
}

std::string_view text_at(const json::object& fields, std::string_view key) {
  const json::value* found = fields.if_contains(json::string_view(key.data(), key.size()));
  const json::string* text = found == nullptr ? nullptr : found->if_string();
  return text == nullptr ? std::string_view{} : std::string_view{text->data(), text->size()};
}

std::int64_t number_at(const json::object& fields, std::string_view key) {
  const json::value* found = fields.if_contains(json::string_view(key.data(), key.size()));
  const std::int64_t* number = found == nullptr ? nullptr : found->if_int64();
  return number == nullptr ? 0 : *number;
}

int show_status(const Options& options) {
  Request request;
  request.deed = Deed::status;
  const auto line = ask_stack(options.dir, request, kAnswer);
  if (!line) {
    return stop(line.error());
  }
  if (options.json) {
    std::cout << *line << '\n';
    return to_int(ExitCode::ok);
  }
  boost::system::error_code failed;
  const json::value answer = json::parse(*line, failed);
  if (failed || !answer.is_object() || !answer.as_object().contains("processes")) {
    return stop({"the stack gave no usable answer", ExitCode::target_lost});
  }
  std::cout << text_at(answer.as_object(), "profile") << ", front " << text_at(answer.as_object(), "front") << '\n';
  for (const json::value& each : answer.as_object().at("processes").as_array()) {
    const json::object& process = each.as_object();
    std::cout << std::left << std::setw(12) << text_at(process, "name") << std::setw(16) << text_at(process, "role")
              << std::setw(10) << text_at(process, "state") << std::setw(18) << text_at(process, "address")
              << number_at(process, "pid") << '\n';
  }
  return to_int(ExitCode::ok);
}

int show_log(const Options& options) {
  const std::filesystem::path file = std::filesystem::path(options.dir) / (options.log_of + ".log");
  std::ifstream in{file};
  if (!in || options.log_of.find('/') != std::string::npos) {
    return stop({"no log of '" + options.log_of + "' in " + options.dir + "; `plumbline stack status` lists the names",
                 ExitCode::usage});
  }
  std::deque<std::string> kept;
  for (std::string line; std::getline(in, line);) {
    kept.push_back(line);
    if (options.lines > 0 && kept.size() > static_cast<std::size_t>(options.lines)) {
      kept.pop_front();
    }
  }
  for (const std::string& line : kept) {
    std::cout << line << '\n';
  }
  return to_int(ExitCode::ok);
}

int do_deed(const Options& options) {
  Request request = options.request;
  request.id = 1;
  const auto line = ask_stack(options.dir, request, request.deed == Deed::heal ? kHealing : kAnswer);
  if (!line) {
    return stop(line.error());
  }
  boost::system::error_code failed;
  const json::value answer = json::parse(*line, failed);
  const json::object fields = failed || !answer.is_object() ? json::object{} : answer.as_object();
  if (options.json) {
    std::cout << *line << '\n';
  }
  if (const json::value* ok = fields.if_contains("ok"); ok == nullptr || !ok->is_bool() || !ok->as_bool()) {
    return stop({std::string(text_at(fields, "error")), ExitCode::setup_failed});
  }
  if (!options.json) {
    std::cout << name_of(request.deed.value_or(Deed::heal)) << (request.deed == Deed::heal ? ": all work" : " ")
              << text_at(fields, "process");
    if (const std::int64_t pid = number_at(fields, "pid"); pid > 0) {
      std::cout << ", process " << pid;
    }
    std::cout << '\n';
  }
  return to_int(ExitCode::ok);
}

int prepare() {
  const auto kafka = find_kafka();
  if (!kafka) {
    return stop(kafka.error());
  }
  const auto prepared = prepare_kafka(*kafka);
  return prepared ? to_int(ExitCode::ok) : stop(prepared.error());
}

int write_compose_files(const std::filesystem::path& out) {
  for (const TextFile& file : compose_files()) {
    const std::filesystem::path path = out / file.path;
    std::error_code failed;
    std::filesystem::create_directories(path.parent_path(), failed);
    std::ofstream to{path, std::ios::binary};
    to << file.text;
    if (!to.flush()) {
      return stop({"cannot write " + path.string() + "; give another --out"});
    }
    std::cout << path.string() << '\n';
  }
  return to_int(ExitCode::ok);
}

}  // namespace

int run(const std::vector<std::string>& args) {
  const auto parsed = parse_options(args);
  if (const auto* end = std::get_if<EarlyEnd>(&parsed)) {
    (end->code == ExitCode::ok ? std::cout : std::cerr)
        << (end->code == ExitCode::ok ? "" : "plumbline stack: ") << end->text << '\n';
    return to_int(end->code);
  }
  const Options& options = std::get<Options>(parsed);
  switch (options.verb) {
    case Options::Verb::up:
      return up(options);
    case Options::Verb::down: {
      const auto ended = take_down(options.dir, kEnding);
      return ended ? to_int(ExitCode::ok) : stop(ended.error());
    }
    case Options::Verb::status:
      return show_status(options);
    case Options::Verb::logs:
      return show_log(options);
    case Options::Verb::deed:
      return do_deed(options);
    case Options::Verb::prepare:
      return prepare();
    case Options::Verb::compose:
      return write_compose_files(options.out);
  }
  return to_int(ExitCode::usage);
}

}  // namespace plumbline::stack
