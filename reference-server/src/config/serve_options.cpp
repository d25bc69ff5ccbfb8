#include "config/serve_options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <thread>
#include <utility>

#include "config/config_file.h"
#include "config/lockout_ladder.h"
#include "plumbline/base/did_you_mean.h"
#include "session/session_id.h"

namespace plumbline::serve {
namespace {

constexpr std::string_view kExamples =
    "Examples:\n"
    "  plumbline serve                                     the messenger on http://127.0.0.1:3000\n"
    "  plumbline serve --port 0 --port-file port.txt       any free port, written to a file\n"
    "  plumbline serve --app echo --ping-interval 300 --ping-timeout 200 --max-payload 1000000\n"
    "  plumbline serve --host 0.0.0.0 --cors https://app.example --jwt-key key.pem\n"
    "  plumbline serve --app echo --cluster redis://127.0.0.1:6379    a node of several\n"
    "  plumbline serve --config serve.yaml                 the same keys, as YAML\n\n"
    "SIGTERM and SIGINT drain: no new connections, acknowledged work is finished, sockets are closed properly;\n"
    "the process ends with 0 within --grace seconds.\n\n";

const std::map<std::string, log::Level> kLevels{{"debug", log::Level::debug},
                                                {"info", log::Level::info},
                                                {"warn", log::Level::warn},
                                                {"error", log::Level::error},
                                                {"off", log::Level::off}};

// What CLI11 fills; turned into ServeOptions once everything is known.
struct Raw {
  ServeOptions options;
  std::string config;
  std::string mutant;
  std::string rate_limits{"on"};
  std::string login_lockout{"on"};
  std::string lockout_ladder{"3:60s,5:5m,7:15m,10:30m"};
  std::string log_level{"warn"};
  std::string http_compression{"on"};
  std::string ws_compression{"off"};
  std::string upgrades{"on"};
  std::string cluster;
  std::vector<std::string> transports{"polling", "websocket"};
  std::size_t shards{default_shards(std::thread::hardware_concurrency())};
  std::int64_t ping_interval{25'000};
  std::int64_t ping_timeout{20'000};
  std::int64_t connect_timeout{45'000};
  std::int64_t upgrade_timeout{10'000};
  std::int64_t head_timeout{10'000};
  std::int64_t recovery_window{0};
  std::int64_t grace{5};
};

void declare_limits(CLI::App& app, Raw& raw) {
  const CLI::Validator ladder(
      [](const std::string& text) {
        return parse_lockout_ladder(text) ? std::string{}
                                          : "'" + text + "' is no ladder such as 3:60s,5:5m (failures ascending)";
      },
      "N:TIME,...");
  app.add_option("--rate-limits", raw.rate_limits, "limits per user")->check(CLI::IsMember({"on", "off"}));
  app.add_option("--login-lockout", raw.login_lockout, "refuse a name for a while after failed log-ins")
      ->check(CLI::IsMember({"on", "off"}));
  app.add_option("--login-lockout-ladder", raw.lockout_ladder, "failures within 30 min, and how long they refuse")
      ->check(ladder);
}

void declare_backends(CLI::App& app, BackendOptions& backends) {
  const auto list = [&app](const char* name, std::vector<std::string>& values, const char* text) {
    app.add_option(name, values, text)->delimiter(',')->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  };
  app.add_option("--postgres", backends.postgres, "connection URI; with --redis-sentinels and --kafka: real backends");
  app.add_option("--postgres-replica", backends.postgres_replica, "connection URI of a replica for reads");
  list("--redis-sentinels", backends.redis_sentinels, "host:port of each Sentinel, comma separated");
  app.add_option("--redis-name", backends.redis_name, "what the Sentinels call the master");
  app.add_option("--redis-password", backends.redis_password, "of the Redis nodes; better in the --config file");
  list("--kafka", backends.kafka, "host:port of the brokers, comma separated");
  app.add_option("--instance", backends.instance, "name of this instance among those that share the backends");
}

void declare_times(CLI::App& app, Raw& raw) {
  const CLI::Range ms(1, 86'400'000);
  app.add_option("--ping-interval", raw.ping_interval, "ms between a pong and the next ping")->check(ms);
  app.add_option("--ping-timeout", raw.ping_timeout, "ms a pong may take")->check(ms);
  app.add_option("--connect-timeout", raw.connect_timeout, "ms to the first joined namespace")->check(ms);
  app.add_option("--upgrade-timeout", raw.upgrade_timeout, "ms an upgrade may take")->check(ms);
  app.add_option("--head-timeout", raw.head_timeout, "ms the header of a request may take")->check(ms);
  app.add_option("--recovery-window", raw.recovery_window, "ms a lost connection can be resumed (echo); 0: never")
      ->check(CLI::Range(0, 86'400'000));
  app.add_option("--grace", raw.grace, "s that draining may take after SIGTERM")->check(CLI::Range(0, 3600));
}

// A cookie's name is a token (RFC 6265 4.1.1), its attributes are printable.
std::string wrong_cookie_text(const std::string& text, std::string_view forbidden) {
  const bool good = std::all_of(text.begin(), text.end(), [forbidden](char c) {
    return c >= ' ' && c < '\x7f' && forbidden.find(c) == std::string_view::npos;
  });
  return good ? std::string{} : "'" + text + "' cannot stand in a Set-Cookie header";
}

void declare_wire(CLI::App& app, Raw& raw) {
  ServeOptions& options = raw.options;
  const CLI::IsMember on_off({"on", "off"});
  app.add_option("--cors", options.cors, "origins that browsers may call from; * for all, without credentials; off")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->delimiter(',');
  app.add_option("--http-compression", raw.http_compression, "gzip or deflate bodies for clients that accept it")
      ->check(on_off);
  app.add_option("--ws-compression", raw.ws_compression, "permessage-deflate for clients that offer it")->check(on_off);
  app.add_option("--compression-threshold", options.compression_threshold, "bytes above which something is compressed")
      ->check(CLI::Range(std::size_t{0}, std::size_t{100'000'000}));
  app.add_option("--cookie", options.cookie, "set a cookie of this name to the Engine.IO sid at the handshake")
      ->check(CLI::Validator([](const std::string& text) { return wrong_cookie_text(text, " ()<>@,;:\\\"/[]?={}"); },
                             "NAME"));
  app.add_option("--cookie-attributes", options.cookie_attributes, "what follows the cookie's value")
      ->check(CLI::Validator([](const std::string& text) { return wrong_cookie_text(text, ","); }, "TEXT"));
}

void declare(CLI::App& app, Raw& raw) {
  app.option_defaults()->always_capture_default()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  ServeOptions& options = raw.options;
  app.add_option("--app", options.app, "what to serve")->check(CLI::IsMember({"chat", "echo", "engine-echo"}));
  app.add_option("--dialect", options.dialect, "face of the chat for clients that name none")
      ->check(CLI::IsMember({"messenger"}));
  app.add_option("--host", options.host, "address to listen on; 0.0.0.0 for all");
  app.add_option("--port", options.port, "port to listen on; 0 picks a free one");
  app.add_option("--port-file", options.port_file, "write the port there once ready");
  app.add_option("--config", raw.config, "YAML file with the same keys; the command line wins");
  app.add_option("--jwt-key", options.jwt_key_file, "RSA private key (PEM) for tokens; else one is generated");
  declare_limits(app, raw);
  declare_backends(app, options.backends);
  app.add_option("--mutant", raw.mutant, "run with a deliberate fault, or several joined by + (test builds only)");
  app.add_option("--shards", raw.shards, "event loops, one thread each")->check(CLI::Range(std::size_t{1}, kMaxShards));
  app.add_option("--max-payload", options.max_payload, "bytes of one POST body or WebSocket message")
      ->check(CLI::Range(std::size_t{1}, std::size_t{100'000'000}));
  app.add_option("--transports", raw.transports, "what clients may use, comma separated")
      ->delimiter(',')
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->check(CLI::IsMember({"polling", "websocket"}));
  app.add_option("--upgrades", raw.upgrades, "let a polling session change to WebSocket")
      ->check(CLI::IsMember({"on", "off"}));
  app.add_option("--path", options.path, "where Engine.IO answers");
  app.add_option("--cluster", raw.cluster, "redis://HOST:PORT that makes all nodes behind it one server (echo)");
  declare_wire(app, raw);
  app.add_option("--log-level", raw.log_level, "to stderr")
      ->check(CLI::IsMember({"debug", "info", "warn", "error", "off"}));
  declare_times(app, raw);
}

std::vector<std::string> config_keys(const CLI::App& app) {
  std::vector<std::string> keys;
  for (const CLI::Option* option : app.get_options()) {
    const std::string name = option->get_name().substr(2);
    if (name != "help" && name != "config" && name != "mutant") {
      keys.push_back(name);
    }
  }
  return keys;
}

// The file's values as words in front of the command line, where the same option was not given.
std::vector<std::string> words_of(const ConfigEntries& entries, const CLI::App& given) {
  std::vector<std::string> words;
  for (const auto& [key, values] : entries) {
    if (given.get_option("--" + key)->count() > 0) {
      continue;
    }
    std::string word = "--";
    word += key;
    word += '=';
    const std::size_t empty = word.size();
    for (const ConfigValue& value : values) {
      word += word.size() == empty ? "" : ",";
      word += value.text;
    }
    words.push_back(std::move(word));
  }
  return words;
}

std::string preset_list() {
  return "dev, check, asan, tsan";
}

// Those of the messenger come first; the protocol's are too many for a sentence.
std::string messenger_mutants() {
  std::string list;
  for (std::size_t i = 0; i < static_cast<std::size_t>(Mutant::ack_before_report); ++i) {
    list += (i == 0 ? "" : ", ") + mutant_ids()[i];
  }
  return list;
}

std::optional<EarlyEnd> choose_mutant(const std::string& id, ServeOptions& options) {
  if (id.empty()) {
    return std::nullopt;
  }
  if (!kMutantsCompiledIn) {
    return EarlyEnd{"plumbline serve: --mutant needs a build of preset " + preset_list() +
                        "; this one has no deliberate faults compiled in\n",
                    ExitCode::usage};
  }
  auto mutants = find_mutants(id);
  if (!mutants) {
    return EarlyEnd{"plumbline serve: unknown mutant '" + id + "' (the messenger's are " + messenger_mutants() +
                        ", the protocol's are in conformance/spec/mutants.yaml)" + did_you_mean(id, mutant_ids()) +
                        "\n",
                    ExitCode::usage};
  }
  options.mutants = std::move(*mutants);
  return std::nullopt;
}

// The three real services come together: half of them would promise a durability that nobody keeps.
std::optional<EarlyEnd> check_backends(const BackendOptions& backends) {
  const bool any = !backends.postgres.empty() || !backends.redis_sentinels.empty() || !backends.kafka.empty();
  const std::pair<const char*, bool> given[]{{"--postgres", !backends.postgres.empty()},
                                             {"--redis-sentinels", !backends.redis_sentinels.empty()},
                                             {"--kafka", !backends.kafka.empty()},
                                             {"--instance", !backends.instance.empty()}};
  for (const auto& [name, there] : given) {
    if (any && !there) {
      return EarlyEnd{std::string("plumbline serve: real backends need ") + name +
                          " as well; give --postgres, --redis-sentinels, --kafka and --instance, or none of them\n",
                      ExitCode::usage};
    }
  }
  return std::nullopt;
}

std::optional<EarlyEnd> choose_cluster(const std::string& url, ServeOptions& options) {
  constexpr std::string_view kScheme = "redis://";
  if (url.empty()) {
    return std::nullopt;
  }
  options.cluster = url.starts_with(kScheme) ? RedisAddress::parse(url.substr(kScheme.size())) : std::nullopt;
  if (!options.cluster) {
    return EarlyEnd{"plumbline serve: --cluster: '" + url + "' is not redis://HOST:PORT\n", ExitCode::usage};
  }
  if (options.app != "echo") {
    return EarlyEnd{"plumbline serve: --cluster is for --app echo; the chat shares its backends instead\n",
                    ExitCode::usage};
  }
  return std::nullopt;
}

bool parse_words(CLI::App& app, std::vector<std::string> words, EarlyEnd& end) {
  std::reverse(words.begin(), words.end());  // CLI11 wants them so
  try {
    app.parse(words);
    return true;
  } catch (const CLI::CallForHelp&) {
    end = {app.help() + "\n" + std::string(kExamples) + std::string(exit_code_help()), ExitCode::ok};
  } catch (const CLI::ParseError& failure) {
    end = {std::string("plumbline serve: ") + failure.what() + "\ntry: plumbline serve --help\n", ExitCode::usage};
  }
  return false;
}

// Judges each value of the file by itself, so that what is wrong has a line; empty when all are good.
std::string wrong_value(const ConfigEntries& entries) {
  for (const auto& [key, values] : entries) {
    Raw scratch;
    CLI::App app("one value");
    declare(app, scratch);
    if (values.size() > 1 && app.get_option("--" + key)->get_delimiter() == '\0') {
      return values[1].place + "'" + key + "' wants one value\n";
    }
    for (const ConfigValue& value : values) {
      EarlyEnd end;
      if (!parse_words(app, {"--" + key + "=" + value.text}, end)) {
        return value.place + end.text;
      }
    }
  }
  return {};
}

ServeOptions finished(const Raw& raw) {
  ServeOptions options = raw.options;
  options.rate_limits = raw.rate_limits == "on";
  options.login_lockout =
      raw.login_lockout == "on" ? parse_lockout_ladder(raw.lockout_ladder).value_or(LockoutLadder{}) : LockoutLadder{};
  options.log_level = kLevels.at(raw.log_level);
  options.http_compression = raw.http_compression == "on";
  options.ws_compression = raw.ws_compression == "on";
  if (options.cors == std::vector<std::string>{"off"}) {
    options.cors.clear();
  }
  options.shards = raw.shards;
  const auto offers = [&raw](const char* name) {
    return std::find(raw.transports.begin(), raw.transports.end(), name) != raw.transports.end();
  };
  options.polling = offers("polling");
  options.websocket = offers("websocket");
  options.upgrades = raw.upgrades == "on";
  options.ping_interval = std::chrono::milliseconds{raw.ping_interval};
  options.ping_timeout = std::chrono::milliseconds{raw.ping_timeout};
  options.connect_timeout = std::chrono::milliseconds{raw.connect_timeout};
  options.upgrade_timeout = std::chrono::milliseconds{raw.upgrade_timeout};
  options.head_timeout = std::chrono::milliseconds{raw.head_timeout};
  options.recovery_window = std::chrono::milliseconds{raw.recovery_window};
  options.grace = std::chrono::seconds{raw.grace};
  if (!options.path.starts_with('/')) {
    options.path.insert(0, 1, '/');
  }
  if (!options.path.ends_with('/')) {
    options.path += '/';
  }
  return options;
}

}  // namespace

std::size_t default_shards(unsigned cores) {
  return cores <= 2 ? 1 : std::min<std::size_t>(cores / 2, kMaxShards);
}

std::variant<ServeOptions, EarlyEnd> parse_serve_options(const std::vector<std::string>& args) {
  Raw raw;
  CLI::App app("The reference server: a messenger over REST and Socket.IO, or a protocol fixture.", "plumbline serve");
  declare(app, raw);
  EarlyEnd end;
  if (!parse_words(app, args, end)) {
    return end;
  }
  if (!raw.config.empty()) {
    auto read = read_config_file(raw.config, config_keys(app));
    if (const auto* why = std::get_if<std::string>(&read)) {
      return EarlyEnd{*why + "\n", ExitCode::usage};
    }
    const ConfigEntries& entries = std::get<ConfigEntries>(read);
    if (std::string wrong = wrong_value(entries); !wrong.empty()) {
      return EarlyEnd{std::move(wrong), ExitCode::usage};
    }
    std::vector<std::string> words = words_of(entries, app);
    words.insert(words.end(), args.begin(), args.end());
    raw = Raw{};
    if (!parse_words(app, words, end)) {
      return end;
    }
  }
  ServeOptions options = finished(raw);
  std::erase(options.backends.redis_sentinels, "");  // `--kafka ''` gives none
  std::erase(options.backends.kafka, "");
  if (auto refused = check_backends(options.backends)) {
    return *refused;
  }
  if (auto refused = choose_cluster(raw.cluster, options)) {
    return *refused;
  }
  if (auto refused = choose_mutant(raw.mutant, options)) {
    return *refused;
  }
  return options;
}

}  // namespace plumbline::serve
