#include "target/own_server.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <signal.h>

#include <algorithm>
#include <string>

#include "target/started_target.h"
#include "wire/wire.h"

namespace plumbline::conform {
namespace {

constexpr std::string_view kReadyLine = "plumbline: listening on ";
constexpr Duration kEndsWithin = std::chrono::seconds{1};  // behind the grace that the case gave it
constexpr Duration kJoinsWithin = std::chrono::seconds{5};

struct Started {
  net::ChildProcess child;
  Endpoint endpoint;
};

boost::system::result<Started, std::string> start_one(const net::ChildProcess::Options& options) {
  auto child = net::ChildProcess::start(options);
  if (!child) {
    return child.error();
  }
  const auto url = child->wait_for_line(kReadyLine, kStartsWithin);
  if (!url) {
    return std::string("the server `plumbline serve --app echo` did not start; its own words are above");
  }
  auto endpoint = parse_endpoint(*url);
  if (!endpoint) {
    return endpoint.error();
  }
  return Started{std::move(*child), *endpoint};
}

// Its Redis carries what it says and hears, as its readiness tells.
bool is_joined(const Endpoint& node) {
  const SteadyClock clock;
  const Time deadline = clock.now() + kJoinsWithin;
  while (clock.now() < deadline) {
    WireLog log(clock);
    Wire wire(node, log, clock);
    HttpExchange& ready = wire.http_raw(wire.request_head("GET", "", "/health/ready") + "\r\n");
    wire.until([&ready] { return ready.done(); }, kJoinsWithin);
    if (ready.answer() != nullptr && ready.answer()->body.find(R"("redis":"ok")") != std::string::npos) {
      return true;
    }
    wire.pump_for(std::chrono::milliseconds{20});
  }
  return false;
}

}  // namespace

boost::system::result<OwnServer, std::string> OwnServer::start(const OwnVariant& variant, const std::string& mutant,
                                                               const std::string& redis) {
  net::ChildProcess::Options options;
  options.command = {net::self_executable(),
                     "serve",
                     "--app",
                     "echo",
                     "--port",
                     "0",
                     "--ping-interval",
                     std::to_string(variant.ping_interval / std::chrono::milliseconds{1}),
                     "--ping-timeout",
                     "200",
                     "--connect-timeout",
                     "1000",
                     "--upgrade-timeout",
                     "600"};
  options.command.insert(options.command.end(), variant.words.begin(), variant.words.end());
  if (variant.cluster) {
    options.command.insert(options.command.end(), {"--cluster", redis, "--log-level", "error"});
  }
  if (!mutant.empty()) {
    options.command.insert(options.command.end(), {"--mutant", mutant});
  }
  auto first = start_one(options);
  if (!first) {
    return first.error();
  }
  Target target;
  target.name = fmt::format("plumbline serve --app echo{}{}{}{}", variant.words.empty() ? "" : " ",
                            fmt::join(variant.words, " "), mutant.empty() ? "" : " --mutant ", mutant);
  target.endpoint = first->endpoint;
  target.timing.ping_interval = variant.ping_interval;
  target.timing.ping_timeout = std::chrono::milliseconds{200};
  target.timing.connect_timeout = std::chrono::milliseconds{1000};
  target.timing.upgrade_timeout = std::chrono::milliseconds{600};
  target.timing.recovery_window = variant.recovery_window;
  target.timing.head_timeout = variant.head_timeout;
  target.timing.grace = std::chrono::seconds{2};
  target.timing_declared = true;
  target.max_payload = 1'000'000;
  target.capabilities = capabilities_of(variant);
  target.configuration = fmt::format("{}", fmt::join(options.command, " "));
  OwnServer server(std::move(first->child), std::move(target), options.command);
  if (variant.cluster) {
    if (std::string problem = server.add_node(); !problem.empty()) {
      return problem;
    }
  }
  return server;
}

std::string OwnServer::add_node() {
  net::ChildProcess::Options options;
  options.command = command_;
  auto further = start_one(options);
  if (!further) {
    return further.error();
  }
  nodes_.push_back(std::move(further->child));
  target_.nodes.push_back(further->endpoint);
  const bool joined = is_joined(target_.endpoint) && is_joined(target_.nodes.back());
  return joined ? "" : "the nodes of our own server did not join each other";
}

void OwnServer::ask_to_end() {
  child_.signal(SIGTERM);
}

bool OwnServer::start_again() {
  if (!child_.ended_within(kEndsWithin)) {
    (void)child_.stop(Duration::zero());
  }
  net::ChildProcess::Options options;
  options.command = command_;
  const auto port = std::find(options.command.begin(), options.command.end(), "--port") + 1;
  *port = std::to_string(target_.endpoint.port);
  auto child = net::ChildProcess::start(options);
  if (!child || !child->wait_for_line(kReadyLine, kStartsWithin)) {
    return false;
  }
  child_ = std::move(*child);
  return true;
}

}  // namespace plumbline::conform
