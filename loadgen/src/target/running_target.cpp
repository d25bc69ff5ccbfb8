#include "target/running_target.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <fstream>
#include <utility>

#include "target/stack_target.h"

namespace plumbline::load {
namespace {

constexpr Duration kReadyWithin = std::chrono::seconds{10};
constexpr Duration kAcceptWithin = std::chrono::seconds{5};
constexpr Duration kStackStopsWithin = std::chrono::seconds{30};

std::string first_line(const std::string& file) {
  std::ifstream in{file};
  std::string line;
  std::getline(in, line);
  return line;
}

// Empty when the address accepts a connection, else why not.
std::string probe(const Address& address, const std::string& origin) {
  boost::asio::io_context context{1};
  boost::asio::ip::tcp::resolver resolver{context};
  boost::system::error_code failed;
  const auto endpoints = resolver.resolve(address.host, std::to_string(address.port), failed);
  if (failed) {
    return origin + ": the name " + address.host + " does not resolve; is it spelled right?";
  }
  boost::asio::ip::tcp::socket socket{context};
  boost::system::error_code result = boost::asio::error::timed_out;
  boost::asio::async_connect(socket, endpoints,
                             [&](boost::system::error_code error, const auto& /*endpoint*/) { result = error; });
  context.run_for(kAcceptWithin);
  if (!result) {
    return {};
  }
  if (result == boost::asio::error::connection_refused) {
    return origin + " refused the connection; is the server running?";
  }
  if (result == boost::asio::error::timed_out) {
    return origin + " did not accept a connection within 5 s; is the address right, and no firewall in between?";
  }
  return origin + " cannot be reached (" + result.message() + "); is the server running?";
}

std::vector<std::string> serve_command(const Target& target, const Options& options, const std::string& key_file) {
  std::vector<std::string> command{
      net::self_executable(), "serve", "--port", "0", "--app", target.app, "--shards", "1"};
  if (target.app == "chat") {
    command.insert(command.end(), {"--jwt-key", key_file, "--rate-limits", "off"});
  }
  if (!options.mutant.empty()) {
    command.insert(command.end(), {"--mutant", options.mutant});
  }
  return command;
}

boost::system::result<RunningTarget, TargetError> start_embedded(const Target& target, const Options& options,
                                                                 const std::string& key_file,
                                                                 const std::string& log_file) {
  net::ChildProcess::Options child;
  child.command = serve_command(target, options, key_file);
  child.stderr_file = log_file;
  auto started = net::ChildProcess::start(child);
  if (!started) {
    return TargetError{"the embedded server could not be started: " + started.error(), 6};
  }
  net::ChildProcess server = std::move(*started);
  const auto origin = server.wait_for_line("plumbline: listening on ", kReadyWithin);
  const auto address = origin ? parse_address(*origin) : std::nullopt;
  if (!address) {
    const bool refused_words = !server.running() && server.stop(std::chrono::seconds{1}) == 2;
    const std::string why = first_line(log_file);
    return TargetError{"the embedded server did not come up" + (why.empty() ? std::string{} : ": " + why),
                       refused_words ? 2 : 6};
  }
  RunningTarget running;
  running.label = "embedded " + target.app + " server";
  running.origin = *origin;
  running.http = running.socketio = *address;
  running.server.emplace(std::move(server));
  return running;
}

}  // namespace

void stop_target(RunningTarget& target) {
  if (!target.server) {
    return;
  }
  if (!target.stack_dir.empty()) {
    static_cast<void>(target.server->stop(kStackStopsWithin));
    prune_stack(target.stack_dir);
  }
  target.server.reset();
}

std::optional<Address> parse_address(const std::string& url) {
  const auto parsed = boost::urls::parse_uri(url);
  if (!parsed || parsed->scheme() != "http" || parsed->host().empty()) {
    return std::nullopt;
  }
  Address address;
  address.host = parsed->host_address();
  if (parsed->has_port()) {
    address.port = parsed->port_number();
    const auto digits = parsed->port();
    if (address.port == 0 || std::string_view{digits.data(), digits.size()} != std::to_string(address.port)) {
      return std::nullopt;
    }
  }
  return address;
}

boost::system::result<RunningTarget, TargetError> start_target(const Target& target, const Options& options,
                                                               const std::string& key_file,
                                                               const std::string& log_file) {
  if (target.kind == Target::Kind::embedded) {
    return start_embedded(target, options, key_file, log_file);
  }
  if (target.kind == Target::Kind::stack) {
    return start_stack(target, options, log_file);
  }
  if (!options.mutant.empty()) {
    return TargetError{"--mutant belongs to the embedded server; it cannot be used with a target of your own", 2};
  }
  const auto http = parse_address(target.url);
  const auto socketio = parse_address(target.socketio_url);
  if (!http || !socketio) {
    return TargetError{target.url + ": not a usable http:// URL", 2};
  }
  for (const auto& [address, origin] : {std::pair{*http, target.url}, std::pair{*socketio, target.socketio_url}}) {
    if (const std::string why = probe(address, origin); !why.empty()) {
      return TargetError{why, 3};
    }
  }
  RunningTarget running;
  running.label = running.origin = target.url;
  running.http = *http;
  running.socketio = *socketio;
  return running;
}

}  // namespace plumbline::load
