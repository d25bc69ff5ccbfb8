#include "backplane/redis/redis_client.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "mutant/mutant.h"
#include "plumbline/base/log.h"

namespace plumbline::serve {
namespace {

constexpr std::chrono::milliseconds kFirstRedisPause{20};
constexpr std::chrono::milliseconds kLongestRedisPause{200};
// A connection that lived this long was a good one: the next search begins without delay.
constexpr std::chrono::seconds kProven{1};
constexpr std::chrono::milliseconds kEpochAgain{200};
constexpr std::chrono::minutes kMutantPatience{5};

// "name:value" of one line of INFO.
std::string info_field(std::string_view info, std::string_view name) {
  std::size_t at = 0;
  while (at < info.size()) {
    const std::size_t end = std::min(info.find("\r\n", at), info.size());
    const std::string_view line = info.substr(at, end - at);
    if (line.size() > name.size() && line.starts_with(name) && line[name.size()] == ':') {
      return std::string{line.substr(name.size() + 1)};
    }
    at = end + 2;
  }
  return {};
}

// The server is no master any more, or not yet one with its data: nothing sent there can succeed.
bool ends_connection(const RedisReply& reply) {
  return reply.kind == RedisReply::Kind::error &&
         (reply.text.starts_with("READONLY") || reply.text.starts_with("LOADING") ||
          reply.text.starts_with("MASTERDOWN") || reply.text.starts_with("NOAUTH"));
}

}  // namespace

// What the server says about itself right after connecting. All questions leave in one packet, so that they are
// answered by one life of one process.
struct RedisClient::Greeting {
  RedisAddress address;
  std::int64_t config_epoch{-1};
  std::string role;
  std::string run_id;
  std::string replication_id;
  std::string problem;  // the first one
  std::size_t missing{0};

  void note(std::string what) {
    if (problem.empty()) {
      problem = std::move(what);
    }
  }
};

RedisClient::RedisClient(boost::asio::io_context& io, Sentinels& sentinels, const RedisOptions& options)
    : io_(io),
      sentinels_(sentinels),
      options_(options),
      pause_(io),
      watch_(io),
      back_off_(kFirstRedisPause, kLongestRedisPause) {
  if (active(Mutant::no_fence_on_thaw)) {
    options_.limits.command = kMutantPatience;
  }
}

RedisClient::~RedisClient() {
  stop();
}

void RedisClient::start() {
  stop();
  running_ = std::make_shared<bool>(true);
  back_off_.reset();
  pause_.expires_at(steady_now());
  pause_.async_wait([this, alive = std::weak_ptr<bool>(running_)](const boost::system::error_code& error) {
    if (!error && !alive.expired()) {
      find_master();
    }
  });
}

void RedisClient::stop() {
  running_.reset();
  pause_.cancel();
  watch_.cancel();
  incarnation_.reset();
  if (const auto link = std::exchange(link_, nullptr)) {
    link->drop();
  }
}

void RedisClient::find_master() {
  sentinels_.ask([this, alive = std::weak_ptr<bool>(running_)](const SentinelVerdict& verdict) {
    if (alive.expired()) {
      return;
    }
    if (verdict.majority) {
      connect(verdict.majority->address, verdict.majority->config_epoch);
    } else if (verdict.newest) {
      connect(verdict.newest->address, -1);
    } else {
      give_up(verdict.reason);
    }
  });
}

void RedisClient::connect(const RedisAddress& master, std::int64_t config_epoch) {
  auto greeting = std::make_shared<Greeting>();
  greeting->address = master;
  greeting->config_epoch = config_epoch;
  link_ = std::make_shared<RedisLink>(io_, options_.limits);
  const std::weak_ptr<bool> alive{running_};
  link_->open(
      master,
      [this, alive, greeting](const Result<void>& opened) {
        if (alive.expired()) {
          return;
        }
        if (opened.has_error()) {
          give_up("Sentinel names " + greeting->address.text() + " as the master, but " +
                  std::string{opened.error().where} + "; start Redis there, or wait until Sentinel switches");
        } else {
          greet(greeting);
        }
      },
      [this, alive](const Error& error) {
        if (!alive.expired()) {
          lost(error);
        }
      });
}

void RedisClient::greet(const std::shared_ptr<Greeting>& greeting) {
  using Note = void (*)(Greeting&, const RedisReply&);
  greeting->missing = options_.password.empty() ? 3 : 4;
  const auto question = [this, greeting, link = link_, alive = std::weak_ptr<bool>(running_)](
                            const std::vector<std::string>& words, Note note) {
    link->send(words, [this, greeting, alive, note](const Result<RedisReply>& reply) {
      if (alive.expired()) {
        return;
      }
      if (reply.has_error()) {
        greeting->note("the master does not answer");
      } else if (reply.value().kind == RedisReply::Kind::error) {
        greeting->note(reply.value().text);
      } else {
        note(*greeting, reply.value());
      }
      if (--greeting->missing == 0) {
        welcome(*greeting);
      }
    });
  };
  if (!options_.password.empty()) {
    question({"AUTH", options_.password}, [](Greeting&, const RedisReply&) {});
  }
  question({"ROLE"}, [](Greeting& there, const RedisReply& reply) {
    there.role = reply.items.empty() ? std::string{} : reply.items.front().text;
  });
  question({"INFO", "server"},
           [](Greeting& there, const RedisReply& reply) { there.run_id = info_field(reply.text, "run_id"); });
  question({"INFO", "replication"}, [](Greeting& there, const RedisReply& reply) {
    there.replication_id = info_field(reply.text, "master_replid");
  });
}

void RedisClient::welcome(const Greeting& greeting) {
  const std::string where = "Redis at " + greeting.address.text();
  if (!greeting.problem.empty()) {
    const bool password = greeting.problem.starts_with("WRONGPASS") || greeting.problem.starts_with("NOAUTH") ||
                          greeting.problem.starts_with("ERR AUTH");
    give_up(where + (password ? " refuses the password (" + greeting.problem + "); check --redis-password"
                              : " is not ready: " + greeting.problem));
  } else if (greeting.role != "master") {
    give_up(where + " is a " + greeting.role + " although Sentinel names it as the master");
  } else if (greeting.run_id.empty() || greeting.replication_id.empty()) {
    give_up(where + " does not say who it is; INFO must be allowed");
  } else if (!link_ || !link_->is_open()) {
    give_up(where + " ended the connection");
  } else {
    incarnation_ = RedisIncarnation{greeting.run_id + ':' + greeting.replication_id, greeting.address.text(),
                                    greeting.config_epoch};
    loaded_.clear();
    problem_.clear();
    ready_at_ = steady_now();
    ++counters_.connects;
    log::info("redis_connected",
              {{"address", incarnation_->address}, {"config_epoch", std::to_string(greeting.config_epoch)}});
    watch_master();
    if (greeting.config_epoch < 0) {
      confirm_epoch();
    }
  }
}

void RedisClient::give_up(std::string reason) {
  if (reason != problem_ && !options_.quiet) {
    log::warn("redis_unusable", {{"reason", reason}});
  }
  problem_ = std::move(reason);
  ++counters_.failed;
  retry();
}

// While the greeting is under way its questions, all unanswered, have said so already.
void RedisClient::lost(const Error& error) {
  if (!incarnation_) {
    return;
  }
  log::warn("redis_lost", {{"address", incarnation_->address}, {"reason", std::string{error.where}}});
  ++counters_.disconnects;
  problem_ = "lost Redis at " + incarnation_->address + ": " + std::string{error.where};
  if (steady_now() - ready_at_ >= kProven) {
    back_off_.reset();
  }
  retry();
}

void RedisClient::retry() {
  incarnation_.reset();
  watch_.cancel();
  if (const auto link = std::exchange(link_, nullptr)) {
    link->close();
  }
  pause_.expires_at(steady_now() + back_off_.next());
  pause_.async_wait([this, alive = std::weak_ptr<bool>(running_)](const boost::system::error_code& error) {
    if (!error && !alive.expired()) {
      find_master();
    }
  });
}

void RedisClient::command(std::vector<std::string> words, Done<RedisReply> done) {
  send(words, std::move(done));
}

void RedisClient::send(const std::vector<std::string>& words, Done<RedisReply> done) {
  if (!incarnation_ || !link_) {
    ++counters_.refused;
    done(Error{Errc::unavailable, "not connected to Redis"});
    return;
  }
  link_->send(words, [this, alive = std::weak_ptr<bool>(running_), link = std::weak_ptr<RedisLink>(link_),
                      done = std::move(done)](Result<RedisReply> reply) {
    const bool ours = !alive.expired();
    const bool useless = reply.has_value() && ends_connection(reply.value());
    if (ours && reply.has_error()) {
      ++(reply.error().code == Errc::unavailable ? counters_.refused : counters_.unknown);
    } else if (ours) {
      ++counters_.commands;
    }
    done(std::move(reply));
    if (useless && !alive.expired() && link_ && link.lock() == link_) {
      lost({Errc::closed, "it is no usable master any more"});
    }
  });
}

void RedisClient::eval(const char* script, std::vector<std::string> keys, std::vector<std::string> args,
                       Done<RedisReply> done) {
  std::vector<std::string> tail;
  tail.reserve(1 + keys.size() + args.size());
  tail.push_back(std::to_string(keys.size()));
  std::move(keys.begin(), keys.end(), std::back_inserter(tail));
  std::move(args.begin(), args.end(), std::back_inserter(tail));
  send_script(script, std::move(tail), std::move(done));
}

// The first call on a connection carries the script, which the server keeps; order with other commands holds. Only a
// SCRIPT FLUSH by somebody else makes a later call miss it: that one is asked again, in full.
void RedisClient::send_script(const char* script, std::vector<std::string> tail, Done<RedisReply> done) {
  const auto call = [&tail](std::string name, std::string body) {
    std::vector<std::string> words{std::move(name), std::move(body)};
    words.insert(words.end(), tail.begin(), tail.end());
    return words;
  };
  if (!loaded_.contains(script)) {
    if (incarnation_) {
      loaded_.insert(script);
    }
    send(call("EVAL", script), std::move(done));
    return;
  }
  std::string& digest = digests_[script];
  if (digest.empty()) {
    digest = script_digest(script);
  }
  send(call("EVALSHA", digest), [this, alive = std::weak_ptr<bool>(running_), script, tail,
                                 done = std::move(done)](Result<RedisReply> reply) mutable {
    const bool missing = reply.has_value() && reply.value().kind == RedisReply::Kind::error &&
                         reply.value().text.starts_with("NOSCRIPT");
    if (!missing || alive.expired()) {
      done(std::move(reply));
      return;
    }
    loaded_.erase(script);
    send_script(script, std::move(tail), std::move(done));
  });
}

// Without traffic nobody would notice that the master is gone. And a master that came back without a replica gives its
// data another replication id when the first one attaches, on connections that stay open: who connected before and who
// connects after would else take the same life for two, each for the newer one.
void RedisClient::watch_master() {
  watch_.expires_at(steady_now() + options_.limits.look);
  watch_.async_wait([this, alive = std::weak_ptr<bool>(running_)](const boost::system::error_code& error) {
    if (error || alive.expired() || !link_ || !incarnation_) {
      return;
    }
    send({"INFO", "replication"},
         [this, alive, link = std::weak_ptr<RedisLink>(link_)](const Result<RedisReply>& reply) {
           const bool ours = !alive.expired() && incarnation_ && link_ && link.lock() == link_;
           if (ours && reply.has_value() && reply.value().kind != RedisReply::Kind::error) {
             looked(reply.value().text);
           }
         });
    if (link_ && incarnation_) {
      watch_master();
    }
  });
}

// Answers come in the order of the commands: what was answered before belongs to the history before.
void RedisClient::looked(const std::string& replication) {
  if (info_field(replication, "role") != "master") {
    lost({Errc::closed, "it is a replica now"});
    return;
  }
  const std::string history = info_field(replication, "master_replid");
  std::string& run = incarnation_->run;
  if (!history.empty() && !run.ends_with(':' + history)) {
    run = run.substr(0, run.find(':') + 1) + history;
    log::info("redis_history_changed", {{"address", incarnation_->address}});
  }
}

// The connection began while the Sentinels disagreed: it gets its config-epoch once they agree on it, and ends when
// they agree on another.
void RedisClient::confirm_epoch() {
  pause_.expires_at(steady_now() + kEpochAgain);
  pause_.async_wait([this, alive = std::weak_ptr<bool>(running_)](const boost::system::error_code& error) {
    if (error || alive.expired() || !incarnation_) {
      return;
    }
    sentinels_.ask([this, alive](const SentinelVerdict& verdict) {
      if (alive.expired() || !incarnation_ || incarnation_->config_epoch >= 0) {
        return;
      }
      if (!verdict.majority) {
        confirm_epoch();
      } else if (verdict.majority->address.text() == incarnation_->address) {
        incarnation_->config_epoch = verdict.majority->config_epoch;
      } else {
        lost({Errc::closed, "the Sentinels agreed on another master"});
      }
    });
  });
}

std::vector<Metric> RedisClient::metrics() const {
  const auto number = [](std::uint64_t value) {
    return static_cast<double>(value);
  };
  return {
      {"plumbline_redis_connected", "Shards with a usable connection to the Redis master", false,
       incarnation_ ? 1.0 : 0.0},
      {"plumbline_redis_commands_total", "Commands that Redis answered", true, number(counters_.commands)},
      {"plumbline_redis_refused_total", "Commands not sent: not connected, or too many under way", true,
       number(counters_.refused)},
      {"plumbline_redis_unknown_total", "Commands without an answer when their connection ended", true,
       number(counters_.unknown)},
      {"plumbline_redis_connects_total", "Usable connections made to a Redis master", true, number(counters_.connects)},
      {"plumbline_redis_disconnects_total", "Usable connections to a Redis master that ended", true,
       number(counters_.disconnects)},
      {"plumbline_redis_failed_connects_total", "Attempts that led to no usable Redis master", true,
       number(counters_.failed)},
      {"plumbline_redis_in_flight", "Commands under way", false, link_ ? number(link_->waiting()) : 0.0},
  };
}

}  // namespace plumbline::serve
