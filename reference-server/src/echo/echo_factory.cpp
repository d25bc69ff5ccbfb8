// What the shards of the fixture share: broadcasts, question ids, the recovery log.
#include "echo/echo_application.h"
#include "echo/echo_context.h"

namespace plumbline::serve {
namespace {

constexpr std::size_t kPrefix = 6;

std::string offset_prefix(IdSource& ids) {
  return ids.socket_id().substr(0, kPrefix) + ".";
}

}  // namespace

EchoFactory::EchoFactory(net::ShardPool& pool, const RecoveryLimits& recovery, const Clock& clock)
    : pool_(pool),
      applications_(pool.size()),
      recovers_(recovery.window > Duration{0}),
      clock_(clock),
      log_(recovery, offset_prefix(ids_)) {}

std::unique_ptr<Application> EchoFactory::make(std::size_t shard) {
  auto made = std::make_unique<EchoApplication>(*this, shard);
  applications_[shard] = made.get();
  return made;
}

void EchoFactory::broadcast(const std::shared_ptr<const Audience>& audience, const socketio::FramePtr& frame) {
  for (std::size_t shard = 0; shard < applications_.size(); ++shard) {
    pool_.post_to(shard,
                  [application = applications_[shard], audience, frame] { application->deliver(*audience, frame, 0); });
  }
}

void EchoFactory::publish(Audience audience, const MakeFrame& make_frame, const SocketPtr& only, std::size_t shard) {
  const std::lock_guard lock(mutex_);
  const socketio::FramePtr frame = make_frame(log_.next_offset());
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
}

std::optional<RecoveryLog::Resumed> EchoFactory::resume(const std::string& pid, std::string_view nsp,
                                                        const std::optional<std::string>& offset, std::uint64_t& upto) {
  const std::lock_guard lock(mutex_);
  upto = log_.last();
  return pid.empty() ? std::nullopt : log_.resume(pid, nsp, offset, clock_.now());
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
