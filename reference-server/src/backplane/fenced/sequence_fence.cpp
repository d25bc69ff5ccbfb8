#include "backplane/fenced/sequence_fence.h"

#include <chrono>
#include <utility>

#include "backplane/redis/sentinels.h"
#include "plumbline/base/random.h"
#include "service/uuid.h"

namespace plumbline::serve {
namespace {

constexpr Duration kTick = std::chrono::milliseconds{20};

}  // namespace

SequenceFence::SequenceFence(net::ShardPool& pool, const Clock& clock, SequenceFenceOptions options)
    : pool_(pool), clock_(clock), options_(std::move(options)), allocators_(pool.size(), nullptr) {
  for (std::size_t shard = 0; shard < pool.size(); ++shard) {
    timers_.push_back(std::make_unique<IoTimer>(pool.context(shard)));
  }
}

SequenceFence::~SequenceFence() = default;

void SequenceFence::keep(PgSession& epochs, RedisSession& redis, EpochKeeper::AskSentinels sentinels) {
  Rng rng{entropy_seed()};
  keeper_ = std::make_unique<EpochKeeper>(epochs, redis, std::move(sentinels), clock_,
                                          KeeperOptions{options_.instance, Uuid::random(rng).text(), options_.times},
                                          [this](const EpochView& view) {
                                            for (std::size_t shard = 0; shard < allocators_.size(); ++shard) {
                                              pool_.post_to(shard, [this, shard, view] { tell(shard, view); });
                                            }
                                          });
}

void SequenceFence::tell(std::size_t shard, const EpochView& view) {
  if (allocators_[shard] != nullptr) {
    allocators_[shard]->set_view(view);
  }
}

// The keeper says nothing after the view that closes everything: its answers may not open a shard again.
void SequenceFence::leave(std::function<void()> done) {
  if (!keeper_) {
    done();
    return;
  }
  keeper_->stop();
  const auto last = std::make_shared<std::function<void()>>(std::move(done));
  for (std::size_t shard = 0; shard < allocators_.size(); ++shard) {
    pool_.post_to(shard, [this, shard, last] {
      tell(shard, EpochView{});
      pool_.post_to(0, [this, last] {
        if (++closed_ == allocators_.size()) {
          keeper_->leave(std::exchange(*last, nullptr));
        }
      });
    });
  }
}

std::unique_ptr<SequenceAllocator> SequenceFence::make(std::size_t shard, PgSession& postgres, RedisSession& redis,
                                                       std::function<void()> reconnect) {
  AllocatorOptions options = options_.allocators;
  options.times = options_.times;
  auto made = std::make_unique<FencedSequenceAllocator>(postgres, redis, clock_, options, std::move(reconnect));
  allocators_[shard] = made.get();
  return made;
}

void SequenceFence::start() {
  for (std::size_t shard = 0; shard < timers_.size(); ++shard) {
    tick(shard);
  }
}

void SequenceFence::tick(std::size_t shard) {
  timers_[shard]->expires_at(clock_.now() + kTick);
  timers_[shard]->async_wait([this, shard](const boost::system::error_code& error) {
    if (error) {
      return;
    }
    const Time now = clock_.now();
    if (shard == 0 && keeper_) {
      keeper_->tick(now);
    }
    if (allocators_[shard] != nullptr) {
      allocators_[shard]->tick(now);
    }
    tick(shard);
  });
}

std::vector<Metric> SequenceFence::metrics(std::size_t shard) const {
  std::vector<Metric> all = allocators_[shard] == nullptr ? std::vector<Metric>{} : allocators_[shard]->metrics();
  if (shard == 0 && keeper_) {
    const std::vector<Metric> own = keeper_->metrics();
    all.insert(all.end(), own.begin(), own.end());
  }
  return all;
}

EpochKeeper::AskSentinels ask_sentinels(Sentinels& sentinels) {
  return [&sentinels](const std::function<void(const SentinelWord&)>& done) {
    sentinels.ask([done](const SentinelVerdict& verdict) {
      done(verdict.majority ? SentinelWord{verdict.majority->address.text(), verdict.majority->config_epoch}
                            : SentinelWord{});
    });
  };
}

}  // namespace plumbline::serve
