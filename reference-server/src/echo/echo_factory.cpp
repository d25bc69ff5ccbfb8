// What the shards of the fixture share: broadcasts, question ids, the recovery log.
#include "echo/echo_application.h"
#include "echo/echo_context.h"
#include "mutant/mutant.h"
#include "plumbline/base/random.h"

namespace plumbline::serve {
namespace {

constexpr std::size_t kPrefix = 6;
// Ids of questions differ between nodes, and stay whole numbers of JavaScript.
constexpr std::uint64_t kNodeBits = 0xFFFFF;
constexpr unsigned kNodeShift = 32;

std::string offset_prefix(IdSource& ids) {
  return ids.socket_id().substr(0, kPrefix) + ".";
}

}  // namespace

EchoFactory::EchoFactory(net::ShardPool& pool, const RecoveryLimits& recovery, const Clock& clock,
                         const std::optional<RedisAddress>& cluster)
    : pool_(pool),
      applications_(pool.size()),
      recovers_(recovery.window > Duration{0}),
      clock_(clock),
      log_(recovery, offset_prefix(ids_)) {
  if (cluster) {
    check_cluster(*cluster);
    cluster_ = std::make_unique<EchoCluster>(*this, *cluster);
    questions_ = (entropy_seed() & kNodeBits) << kNodeShift;
  }
}

void EchoFactory::start() {
  if (cluster_) {
    cluster_->start();
  }
}

void EchoFactory::stop() {
  if (cluster_) {
    cluster_->stop();
  }
}

std::vector<Dependency> EchoFactory::dependencies() const {
  return cluster_ ? std::vector<Dependency>{cluster_->bus().dependency()} : std::vector<Dependency>{};
}

std::unique_ptr<Application> EchoFactory::make(std::size_t shard) {
  auto made = std::make_unique<EchoApplication>(*this, shard);
  applications_[shard] = made.get();
  return made;
}

void EchoFactory::broadcast(const std::shared_ptr<const Audience>& audience, const socketio::FramePtr& frame) {
  if (cluster_ && !cluster_->bus().usable() && active(Mutant::cluster_outage_stops_local)) {
    return;
  }
  for (std::size_t shard = 0; shard < applications_.size(); ++shard) {
    pool_.post_to(shard,
                  [application = applications_[shard], audience, frame] { application->deliver(*audience, frame, 0); });
  }
  if (cluster_) {
    cluster_->emit(*audience, frame, {});
  }
}

void EchoFactory::kick(const Audience& audience, bool hard) {
  kick_here(audience, hard);
  if (cluster_) {
    cluster_->kick(audience, hard);
  }
}

void EchoFactory::kick_here(const Audience& audience, bool hard) {
  for (std::size_t shard = 0; shard < applications_.size(); ++shard) {
    pool_.post_to(shard, [application = applications_[shard], audience, hard] { application->kick(audience, hard); });
  }
}

void EchoFactory::forget_question(std::uint64_t id) {
  for (std::size_t shard = 0; shard < applications_.size(); ++shard) {
    pool_.post_to(shard, [application = applications_[shard], id] { (void)application->forget(id); });
  }
}

void EchoFactory::deliver_foreign(const Audience& audience, const NumberedFrame& packet) {
  const std::lock_guard lock(mutex_);
  const auto shared = std::make_shared<const Audience>(audience);
  const std::uint64_t number =
      recovers_ ? log_.record(audience, packet.frame, clock_.now(), packet.offset) : std::uint64_t{0};
  const bool only_first = active(Mutant::cluster_user_once) && !audience.to.empty();
  const auto once = only_first ? std::make_shared<std::atomic<bool>>(false) : nullptr;
  for (std::size_t each = 0; each < applications_.size(); ++each) {
    pool_.post_to(each, [application = applications_[each], shared, frame = packet.frame, number, once] {
      application->deliver(*shared, frame, number, once);
    });
  }
}

void EchoFactory::publish(Audience audience, const MakeFrame& make_frame, const SocketPtr& only, std::size_t shard) {
  const std::lock_guard lock(mutex_);
  const std::string offset = log_.next_offset();
  const socketio::FramePtr frame = make_frame(offset);
  const auto shared = std::make_shared<const Audience>(audience);
  const std::uint64_t number = log_.record(std::move(audience), frame, clock_.now());
  if (only) {
    pool_.post_to(shard, [only, frame] { only->emit(frame); });
    return;
  }
  for (std::size_t each = 0; each < applications_.size(); ++each) {
    pool_.post_to(each, [application = applications_[each], shared, frame, number] {
      application->deliver(*shared, frame, number);
    });
  }
  if (cluster_) {
    cluster_->emit(*shared, frame, offset);
  }
}

std::optional<RecoveryLog::Resumed> EchoFactory::resume(const std::string& pid, std::string_view nsp,
                                                        const std::optional<std::string>& offset, std::uint64_t& upto) {
  const std::lock_guard lock(mutex_);
  upto = log_.last();
  return pid.empty() ? std::nullopt : log_.resume(pid, nsp, offset, clock_.now());
}

// Within one lock with what is said and recorded, so that everything recorded before leaves, and arrives, before.
void EchoFactory::claim(const std::string& pid, std::string_view nsp, const std::optional<std::string>& offset,
                        std::size_t shard,
                        std::function<void(std::optional<RecoveryLog::Resumed>, std::uint64_t upto)> claimed) {
  const std::lock_guard lock(mutex_);
  cluster_->claim(pid, nsp, offset,
                  [this, shard, offset, asked = log_.last(),
                   claimed = std::move(claimed)](std::optional<RecoveryLog::Resumed> handed) {
                    std::uint64_t upto = 0;
                    {
                      const std::lock_guard again(mutex_);
                      if (handed) {
                        handed = log_.adopt(std::move(*handed), asked, offset, clock_.now());
                      }
                      upto = log_.last();
                    }
                    pool_.post_to(shard, [claimed, handed = std::move(handed), upto] { claimed(handed, upto); });
                  });
}

void EchoFactory::hand_over(const ClusterMessage& claim, const std::function<void(ClusterMessage)>& say) {
  const std::lock_guard lock(mutex_);
  ClusterMessage answer{.kind = ClusterMessage::Kind::handover, .id = claim.id};
  auto held = log_.resume(claim.text, claim.audience.nsp, claim.offset, clock_.now());
  if (held) {
    answer.flag = true;
    answer.text = held->session.sid;
    answer.audience = {held->session.nsp, std::move(held->session.rooms), {}};
    answer.packets = std::move(held->missed);
  }
  if (active(Mutant::cluster_recovery_loses_missed)) {
    answer.packets.clear();
  }
  if (active(Mutant::cluster_recovery_forgets_rooms)) {
    answer.audience.to.clear();
  }
  say(std::move(answer));
}

std::string EchoFactory::new_pid() {
  const std::lock_guard lock(mutex_);
  return ids_.socket_id();
}

void EchoFactory::lost(const std::string& pid, RecoveryLog::Session session) {
  const std::lock_guard lock(mutex_);
  log_.lost(pid, std::move(session), clock_.now());
}

}  // namespace plumbline::serve
