#include "target/choose.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "subject_client/own_client.h"
#include "target/descriptor.h"
#include "target/probe.h"

namespace plumbline::conform {
namespace {

constexpr Duration kAlreadyThere = std::chrono::milliseconds{200};

boost::system::result<Chosen, Halt> read_target_file(const std::string& file) {
  std::ifstream stream(file);
  if (!stream) {
    return Halt{ExitCode::usage,
                fmt::format("--target {}: neither a URL (http://HOST:PORT) nor a readable file", file)};
  }
  std::stringstream text;
  text << stream.rdbuf();
  ReadTarget read = read_descriptor(file, text.str());
  if (!read.errors.empty()) {
    return Halt{ExitCode::usage, fmt::format("{}", fmt::join(read.errors, "\n"))};
  }
  Chosen chosen{std::move(read.target), nullptr, "--target " + file};
  const std::filesystem::path folder = std::filesystem::absolute(file).parent_path();
  if (!read.control.start.empty()) {
    chosen.started = std::make_shared<StartedTarget>(read.control, folder.string());
  }
  if (!read.control.stop_backplane.empty()) {
    chosen.backplane = std::make_shared<CommandedBackplane>(read.control, folder.string());
  }
  if (!read.pid_file.empty()) {
    chosen.pid_file = (folder / read.pid_file).string();
  }
  if (!read.expectations.empty()) {
    chosen.expectations = (folder / read.expectations).string();
  }
  return chosen;
}

boost::system::result<Chosen, Halt> start_own(const OwnChoice& choice) {
  const OwnVariant* variant = own_variant(choice.variant);
  if (variant == nullptr) {
    return Halt{ExitCode::usage, "unknown variant '" + choice.variant + "' of our own server"};
  }
  std::shared_ptr<OwnRedis> redis;
  if (variant->cluster) {
    auto started = OwnRedis::start_new();
    if (!started) {
      return Halt{ExitCode::setup_failed, started.error()};
    }
    redis = *started;
  }
  auto own = OwnServer::start(*variant, choice.mutant, redis == nullptr ? "" : redis->url());
  if (!own) {
    // A fault that this build does not have, or nobody knows, is the caller's mistake; the server said which.
    return Halt{choice.mutant.empty() ? ExitCode::setup_failed : ExitCode::usage, own.error()};
  }
  auto server = std::make_shared<OwnServer>(std::move(*own));
  std::string words = variant == own_variants().data() ? "" : "--variant " + choice.variant;
  if (!choice.mutant.empty()) {
    words += (words.empty() ? "" : " ") + ("--mutant " + choice.mutant);
  }
  Chosen chosen{server->target(), server, std::move(words)};
  chosen.backplane = redis;
  return chosen;
}

boost::system::result<Chosen, Halt> find_target(const std::string& target, const OwnChoice& own, const Clock& clock) {
  if (target.empty()) {
    return start_own(own);
  }
  Chosen chosen;
  if (target.find("://") != std::string::npos) {
    auto endpoint = parse_endpoint(target);
    if (!endpoint) {
      return Halt{ExitCode::usage, endpoint.error()};
    }
    chosen.words = "--target " + target;
    chosen.target.endpoint = *endpoint;
    chosen.target.configuration = "target given by URL only: " + target;
  } else {
    auto read = read_target_file(target);
    if (!read) {
      return read;
    }
    chosen = std::move(*read);
  }
  if (!chosen.target.client_command.empty()) {
    return Halt{ExitCode::usage, "--target " + target + " describes a client; say --subject client"};
  }
  if (chosen.started != nullptr && !accepts_connections(chosen.target.endpoint, clock, kAlreadyThere)) {
    if (!chosen.started->restart(chosen.target.endpoint, clock)) {
      return Halt{ExitCode::target_lost,
                  "control.start brought up nothing that answers at " + chosen.target.endpoint.url() + " within 15 s"};
    }
  }
  if (!accepts_connections(chosen.target.endpoint, clock, kReachableWithin)) {
    return Halt{ExitCode::target_lost,
                chosen.target.endpoint.url() + " refused the connection; is the server running?"};
  }
  const bool seen = !chosen.pid_file.empty() || (chosen.started != nullptr && chosen.started->pid());
  chosen.target.capabilities.try_emplace("observe.process", seen);
  probe(chosen.target, clock);
  return chosen;
}

}  // namespace

// Nobody is connected to: the client comes to us.
std::optional<Halt> choose_client(const std::string& target, Chosen& into) {
  if (target.empty()) {
    into.target = own_client();
    into.words = "--subject client";
    return std::nullopt;
  }
  auto read = read_target_file(target);
  if (!read) {
    return read.error();
  }
  if (read->target.client_command.empty()) {
    return Halt{ExitCode::usage, "--target " + target + ": --subject client needs `client: {command: ...}`"};
  }
  into.target = std::move(read->target);
  into.words = "--subject client --target " + target;
  return std::nullopt;
}

std::optional<Halt> choose_target(const std::string& target, const OwnChoice& own, const Clock& clock, Chosen& into) {
  auto found = find_target(target, own, clock);
  if (!found) {
    return found.error();
  }
  into = std::move(*found);
  return std::nullopt;
}

}  // namespace plumbline::conform
