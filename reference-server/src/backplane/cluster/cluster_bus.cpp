#include "backplane/cluster/cluster_bus.h"

#include <boost/asio/io_context.hpp>
#include <cstdlib>
#include <stdexcept>
#include <utility>

#include "mutant/mutant.h"
#include "plumbline/base/log.h"

namespace plumbline::serve {
namespace {

const std::string kChannel = "plumbline:echo";
constexpr std::size_t kMostWaitingBytes = 32U << 20U;
constexpr std::size_t kLargestMessage = 8U << 20U;  // below what RedisLimits takes as one reply
constexpr std::chrono::seconds kAnswersWithin{2};

}  // namespace

void check_cluster(const RedisAddress& address) {
  boost::asio::io_context io;
  KeptLink link(io, address, {});
  bool answered = false;
  const auto ask = [&] {
    if (RedisLink* const opened = link.usable()) {
      opened->send({"PING"}, [&](const Result<RedisReply>& reply) {
        answered = answered || (reply.has_value() && reply.value().text == "PONG");
      });
    }
  };
  link.start(ask, [] {});
  const Time deadline = steady_now() + kAnswersWithin;
  while (!answered && steady_now() < deadline) {
    io.run_one_for(std::chrono::milliseconds{50});
  }
  if (!answered) {
    throw std::runtime_error("--cluster: no Redis answers at " + address.text() +
                             "; start redis-server there, or correct the address");
  }
}

ClusterBus::ClusterBus(boost::asio::io_context& io, const RedisAddress& address, std::string node)
    : node_(std::move(node)),
      where_(address.text()),
      speaker_(io, address, {}),
      listener_(io, address, {}),
      ping_(io) {}

void ClusterBus::start(Arrived arrived) {
  arrived_ = std::move(arrived);
  speaker_.start([this] { speaking_ = true; }, [this] { lost(speaking_); });
  listener_.start([this] { subscribe(); }, [this] { lost(hearing_); });
}

void ClusterBus::stop() {
  ping_.cancel();
  speaker_.stop();
  listener_.stop();
}

void ClusterBus::lost(std::atomic<bool>& half) {
  half = false;
  log::warn("cluster_lost");
  if (active(Mutant::cluster_outage_ends)) {
    std::_Exit(1);
  }
  if (active(Mutant::cluster_never_resumes)) {
    speaker_.stop();
    listener_.stop();
  }
}

void ClusterBus::subscribe() {
  RedisLink* const link = listener_.usable();
  if (link == nullptr) {
    return;
  }
  link->listen([this](const std::string& text) { hear(text); });
  link->send({"SUBSCRIBE", kChannel}, [this](const Result<RedisReply>& reply) {
    if (reply.has_value() && reply.value().kind == RedisReply::Kind::array) {
      hearing_ = true;
      log::info("cluster_joined", {{"redis", where_}});
    } else if (reply.has_value()) {  // refused: the next connection may fare better
      listener_.drop_connection();
    }
  });
  ping_later();
}

// Without traffic nobody would notice that Redis stands still.
void ClusterBus::ping_later() {
  ping_.expires_at(steady_now() + RedisLimits{}.idle_ping);
  ping_.async_wait([this](const boost::system::error_code& error) {
    RedisLink* const link = listener_.usable();
    if (!error && link != nullptr) {
      link->send({"PING"}, [](const Result<RedisReply>&) {});
      ping_later();
    }
  });
}

void ClusterBus::hear(const std::string& text) {
  const auto message = decode_cluster_message(text);
  if (message.has_error()) {
    ++malformed_;
  } else if (message.value().node != node_ || active(Mutant::cluster_echo_own)) {
    ++heard_;
    arrived_(message.value());
  }
}

void ClusterBus::say(ClusterMessage message, Reached reached) {
  message.node = node_;
  const std::string text = encode(message);
  RedisLink* const link = speaker_.usable();
  if (link == nullptr || text.size() > kLargestMessage || waiting_bytes_ + text.size() > kMostWaitingBytes) {
    ++dropped_;
    if (reached) {
      reached(0);
    }
    return;
  }
  waiting_bytes_ += text.size();
  link->send({"PUBLISH", kChannel, text}, [this, size = text.size(), reached](const Result<RedisReply>& reply) {
    waiting_bytes_ -= size;
    const bool taken = reply.has_value() && reply.value().kind == RedisReply::Kind::integer;
    ++(taken ? said_ : dropped_);
    if (reached) {  // all that are subscribed, this node among them
      const std::int64_t nodes = taken ? reply.value().integer - (hearing_ ? 1 : 0) : 0;
      reached(nodes > 0 ? static_cast<std::size_t>(nodes) : 0);
    }
  });
}

Dependency ClusterBus::dependency() const {
  return {"redis", usable(),
          usable() ? "" : "no connection to Redis at " + where_ + "; only the sockets of this node are reached"};
}

std::vector<Metric> ClusterBus::metrics() const {
  const auto number = [](std::uint64_t value) {
    return static_cast<double>(value);
  };
  return {{"plumbline_cluster_connected", "Whether other nodes can be reached.", false, usable() ? 1.0 : 0.0},
          {"plumbline_cluster_said_total", "Messages to the other nodes.", true, number(said_)},
          {"plumbline_cluster_heard_total", "Messages of other nodes.", true, number(heard_)},
          {"plumbline_cluster_dropped_total", "Not said: Redis was away, or too much waited.", true, number(dropped_)},
          {"plumbline_cluster_malformed_total", "Heard, but not said by a node.", true, number(malformed_)}};
}

}  // namespace plumbline::serve
