#include "gateway/server.h"

#include <pthread.h>
#include <signal.h>

#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <fstream>
#include <iostream>
#include <mutex>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "gateway/make_factory.h"
#include "gateway/server_context.h"
#include "mutant/server_fault.h"
#include "plumbline/base/log.h"

namespace plumbline::serve {
namespace {

// Both signals are taken by sigwait on the main thread; the shards inherit the mask.
sigset_t block_signals() {
  ::signal(SIGPIPE, SIG_IGN);
  sigset_t ends;
  ::sigemptyset(&ends);
  ::sigaddset(&ends, SIGTERM);
  ::sigaddset(&ends, SIGINT);
  ::pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  return ends;
}

engineio::ServerOptions engine_options(const ServeOptions& options) {
  engineio::ServerOptions engine;
  engine.ping_interval = options.ping_interval;
  engine.ping_timeout = options.ping_timeout;
  engine.connect_timeout = options.connect_timeout;
  engine.upgrade_timeout = options.upgrade_timeout;
  engine.max_payload = options.max_payload;
  engine.polling = options.polling;
  engine.websocket = options.websocket;
  engine.upgrades = options.upgrades;
  set_server_fault(engine, options.mutants);
  return engine;
}

ExitCode cannot_start(const std::string& why) {
  std::cerr << "plumbline serve: " << why << '\n';
  return ExitCode::setup_failed;
}

std::string url_of(const std::string& host, std::uint16_t port) {
  const bool bare_v6 = host.find(':') != std::string::npos;
  return "http://" + (bare_v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

bool write_port_file(const std::string& file, std::uint16_t port) {
  if (file.empty()) {
    return true;
  }
  std::ofstream out(file, std::ios::trunc);
  out << port << '\n';
  out.close();
  return !out.fail();
}

void wait_for_signal(const sigset_t& ends) {
  int signal = 0;
  while (::sigwait(&ends, &signal) == EINTR || active(Mutant::sigterm_ignored)) {
  }
  log::info("draining", {{"signal", std::to_string(signal)}});
}

// false: the grace was over before everything was said and written.
bool drain(ServerContext& server) {
  struct Progress {
    std::mutex mutex;
    std::condition_variable changed;
    std::size_t missing;
  };
  const auto progress = std::make_shared<Progress>();
  progress->missing = server.shards.size();
  for (const std::unique_ptr<Shard>& each : server.shards) {
    server.pool.post_to(each->index(), [&shard = *each, progress] {
      shard.enter([&] {
        shard.drain([progress] {
          const std::lock_guard lock(progress->mutex);
          --progress->missing;
          progress->changed.notify_one();
        });
      });
    });
  }
  std::unique_lock lock(progress->mutex);
  return progress->changed.wait_for(lock, server.options.grace, [&] { return progress->missing == 0; });
}

ExitCode run(const ServeOptions& options, Listening listening, const sigset_t& ends) {
  const SteadyClock clock;
  net::ShardPool pool(options.shards);
  const std::unique_ptr<ApplicationFactory> factory = make_factory(pool, options, clock);
  ServerContext server{options, pool, clock, *factory, engine_options(options), {options.cors}, false, clock.now(), {}};
  server.engine_echo = options.app == "engine-echo";
  for (std::size_t i = 0; i < options.shards; ++i) {
    server.shards.push_back(std::make_unique<Shard>(server, i));
    server.shards[i]->set_application(factory->make(i));
    server.shards[i]->listen(listening.descriptors[i]);
    server.shards[i]->start();
  }
  if (!write_port_file(options.port_file, listening.port)) {
    return cannot_start("cannot write the port file " + options.port_file + ": " + std::strerror(errno));
  }
  factory->start();
  pool.start();
  std::cout << "plumbline: listening on " << url_of(options.host, listening.port) << '\n' << std::flush;
  wait_for_signal(ends);
  if (!drain(server)) {
    log::warn("grace_over", {{"seconds", std::to_string(options.grace.count())}});
  }
  pool.stop();
  factory->stop();
  return ExitCode::ok;
}

}  // namespace

ExitCode serve(const ServeOptions& options) {
  log::set_level(options.log_level);
  for (const Mutant mutant : options.mutants) {
    activate(mutant);
  }
  const sigset_t ends = block_signals();
  auto opened = open_listeners(options.host, options.port, options.shards);
  if (const auto* why = std::get_if<std::string>(&opened)) {
    return cannot_start(*why);
  }
  try {
    return run(options, std::get<Listening>(std::move(opened)), ends);
  } catch (const std::runtime_error& failure) {  // start-up only: keys, descriptors, threads
    return cannot_start(failure.what());
  }
}

}  // namespace plumbline::serve
