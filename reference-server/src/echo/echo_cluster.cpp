#include "echo/echo_cluster.h"

#include <utility>

#include "echo/arguments.h"
#include "echo/echo_application.h"
#include "mutant/mutant.h"

namespace plumbline::serve {
namespace {

constexpr std::size_t kHome = 0;                     // the shard whose thread Redis is spoken to on
constexpr std::chrono::milliseconds kClaimFor{300};  // a node behind a Redis that answers is quicker
constexpr std::chrono::milliseconds kLongestAsked{10'000};

// As it is for the sockets here.
Audience audience_here(const ClusterMessage& message) {
  Audience audience = message.audience;
  if (active(Mutant::cluster_rooms_ignored)) {
    audience.to.clear();
  }
  if (active(Mutant::cluster_except_ignored)) {
    audience.except.clear();
  }
  return audience;
}

}  // namespace

EchoCluster::EchoCluster(EchoFactory& factory, const RedisAddress& address)
    : factory_(factory), bus_(factory.pool().context(kHome), address, factory.new_pid()) {}

// Posted even from that thread: what was said before must leave before.
void EchoCluster::say(ClusterMessage message, ClusterBus::Reached reached) {
  factory_.pool().post_to(kHome, [this, message = std::move(message), reached = std::move(reached)] {
    bus_.say(message, reached);
    if (active(Mutant::cluster_broadcast_twice) && message.kind == ClusterMessage::Kind::emit) {
      bus_.say(message);
    }
  });
}

void EchoCluster::emit(const Audience& audience, const socketio::FramePtr& frame, const std::string& offset) {
  if (active(Mutant::cluster_rooms_local_only) && !audience.to.empty()) {
    return;
  }
  say({.kind = ClusterMessage::Kind::emit, .audience = audience, .packets = {{frame, offset}}});
}

void EchoCluster::kick(const Audience& audience, bool hard) {
  if (!active(Mutant::cluster_disconnect_local_only)) {
    say({.kind = ClusterMessage::Kind::kick, .audience = audience, .flag = hard});
  }
}

void EchoCluster::ask(const Audience& audience, const socketio::FramePtr& frame, std::uint64_t id,
                      std::chrono::milliseconds timeout, Inquirer inquirer) {
  ClusterMessage question{.kind = ClusterMessage::Kind::ask,
                          .id = id,
                          .audience = audience,
                          .packets = {{frame, {}}},
                          .number = static_cast<std::uint64_t>(timeout.count())};
  factory_.pool().post_to(kHome, [this, id, question = std::move(question), inquirer = std::move(inquirer)] {
    if (active(Mutant::cluster_acks_local_only)) {
      inquirer.nodes(0);
      return;
    }
    inquirers_.emplace(id, inquirer);
    bus_.say(question, inquirer.nodes);
  });
}

void EchoCluster::forget(std::uint64_t id) {
  factory_.pool().post_to(kHome, [this, id] { inquirers_.erase(id); });
}

void EchoCluster::claim(const std::string& pid, std::string_view nsp, const std::optional<std::string>& offset,
                        Claimed claimed) {
  ClusterMessage question{.kind = ClusterMessage::Kind::claim,
                          .id = factory_.next_question(),
                          .audience = {std::string(nsp), {}, {}},
                          .text = pid,
                          .offset = offset};
  factory_.pool().post_to(kHome, [this, question = std::move(question), claimed = std::move(claimed)] {
    const std::uint64_t id = question.id;
    claims_.emplace(id, Claim{claimed});
    factory_.at(kHome).after(kClaimFor, [this, id] { end_claim(id, std::nullopt); });
    bus_.say(question, [this, id](std::size_t nodes) {
      const auto found = claims_.find(id);
      if (found != claims_.end()) {
        found->second.missing = nodes;
        if (found->second.refused >= nodes) {
          end_claim(id, std::nullopt);
        }
      }
    });
  });
}

void EchoCluster::end_claim(std::uint64_t id, std::optional<RecoveryLog::Resumed> resumed) {
  const auto found = claims_.find(id);
  if (found != claims_.end()) {
    const Claimed claimed = std::move(found->second.claimed);
    claims_.erase(found);
    claimed(std::move(resumed));
  }
}

// --- what other nodes say ------------------------------------------------------------------------------------------

void EchoCluster::on_message(const ClusterMessage& message) {
  const auto inquirer = inquirers_.find(message.id);
  switch (message.kind) {
    case ClusterMessage::Kind::emit:
      on_emit(message);
      break;
    case ClusterMessage::Kind::ask:
      on_ask(message);
      break;
    case ClusterMessage::Kind::asked:
      if (inquirer != inquirers_.end()) {
        inquirer->second.asked(message.number, message.flag);
      }
      break;
    case ClusterMessage::Kind::answer:
      if (inquirer != inquirers_.end()) {
        inquirer->second.answered(message.text);
      }
      break;
    case ClusterMessage::Kind::kick:
      on_kick(message);
      break;
    case ClusterMessage::Kind::claim:
      on_claim(message);
      break;
    case ClusterMessage::Kind::handover:
      on_handover(message);
      break;
  }
}

void EchoCluster::on_emit(const ClusterMessage& message) {
  factory_.deliver_foreign(audience_here(message), message.packets.front());
}

// Each shard says whom it asked; the last one that these were all.
void EchoCluster::on_ask(const ClusterMessage& message) {
  net::ShardPool& pool = factory_.pool();
  const std::uint64_t id = message.id;
  const auto left = std::make_shared<std::size_t>(pool.size());
  const auto answered = [this, id](std::string_view array) {
    say({.kind = ClusterMessage::Kind::answer, .id = id, .text = first_of(array)});
  };
  for (std::size_t shard = 0; shard < pool.size(); ++shard) {
    pool.post_to(shard, [this, id, left, answered, &there = factory_.at(shard), audience = audience_here(message),
                         frame = message.packets.front().frame] {
      const std::size_t asked = there.ask(audience, frame, id, answered);
      factory_.pool().post_to(kHome, [this, id, left, asked] {
        --*left;
        say({.kind = ClusterMessage::Kind::asked, .id = id, .number = asked, .flag = *left == 0});
      });
    });
  }
  const auto timeout = std::min(kLongestAsked, std::chrono::milliseconds{message.number});
  factory_.at(kHome).after(timeout, [this, id] { factory_.forget_question(id); });
}

void EchoCluster::on_kick(const ClusterMessage& message) {
  factory_.kick_here(audience_here(message), message.flag);
}

void EchoCluster::on_claim(const ClusterMessage& message) {
  factory_.hand_over(message, [this](ClusterMessage answer) { say(std::move(answer)); });
}

void EchoCluster::on_handover(const ClusterMessage& message) {
  const auto found = claims_.find(message.id);
  if (found == claims_.end()) {
    return;
  }
  if (message.flag) {
    RecoveryLog::Resumed resumed{{message.text, message.audience.nsp, message.audience.to}, message.packets};
    end_claim(message.id, std::move(resumed));
  } else if (++found->second.refused >= found->second.missing.value_or(SIZE_MAX)) {
    end_claim(message.id, std::nullopt);
  }
}

}  // namespace plumbline::serve
