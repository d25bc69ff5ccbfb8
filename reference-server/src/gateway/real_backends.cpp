#include "gateway/real_backends.h"

#include <algorithm>
#include <iterator>
#include <stdexcept>

#include "backplane/redis/redis_check.h"
#include "bus/kafka/topics.h"
#include "service/wall_millis.h"
#include "store/postgres/migrate.h"

namespace plumbline::serve {
namespace {

constexpr std::size_t kInstanceShard = 0;  // where what an instance has once is looked after

RedisOptions redis_options(const BackendOptions& options) {
  RedisOptions redis;
  for (const std::string& text : options.redis_sentinels) {
    const auto address = RedisAddress::parse(text);
    if (!address) {
      throw std::runtime_error("--redis-sentinels: '" + text + "' is no host:port");
    }
    redis.sentinels.push_back(*address);
  }
  redis.name = options.redis_name;
  redis.password = options.redis_password;
  return redis;
}

KafkaOptions kafka_options(const BackendOptions& options) {
  KafkaOptions kafka;
  kafka.brokers = options.kafka;
  kafka.instance = options.instance;
  return kafka;
}

// All three are checked before anything else starts, so that a wrong address is told at once and alone.
BackendOptions prepared(BackendOptions options) {
  migrate(options.postgres);
  check_redis(redis_options(options));
  prepare_topics(kafka_options(options), bus_topics());
  return options;
}

PgLinkOptions epoch_link(const std::string& uri) {
  PgLinkOptions link;
  link.conninfo = uri;
  link.purpose = "epochs";
  link.connect_timeout = std::chrono::milliseconds{500};
  link.deadline = std::chrono::milliseconds{500};
  link.wait_busy = std::chrono::milliseconds{100};
  link.wait_down = std::chrono::milliseconds{100};
  return link;
}

double number(std::uint64_t value) {
  return static_cast<double>(value);
}

void append(std::vector<Metric>& all, std::vector<Metric> more) {
  std::move(more.begin(), more.end(), std::back_inserter(all));
}

}  // namespace

RealBackends::RealBackends(net::ShardPool& pool, const BackendOptions& options, const LockoutLadder& ladder,
                           const Clock& clock)
    : pool_(pool),
      options_(prepared(options)),
      clock_(clock),
      ladder_(ladder),
      redis_(redis_options(options)),
      kafka_(kafka_options(options)),
      lockouts_(pool, [this](std::size_t) { return std::make_unique<LockoutTable>(ladder_); }),
      recent_(pool, [this](std::size_t) { return std::make_unique<RecentMessages>(positions_, RecentLimits{}); }),
      postgres_(pool, options.postgres, {}, options.postgres_replica),
      writes_(pool),
      log_(pool, clock, kafka_),
      fan_out_(pool, recent_, clock),
      shared_{pool, clock, postgres_, redis_, ladder_, lockouts_, recent_, writes_, unfenced_, log_},
      fence_(pool, clock, SequenceFenceOptions{.instance = options.instance, .times = {}, .allocators = {}}),
      store_({kafka_, options.postgres}, positions_, [] {}),
      redis_problems_(pool.size(), "not connected to Redis yet") {}

ShardBackends RealBackends::make(std::size_t shard) {
  auto parts = std::make_shared<RealShard>(shared_, shard);
  shards_.push_back(parts);
  ShardBackends ports;
  ports.messages = {parts, &parts->messages};
  ports.conversations = {parts, &parts->listed};
  ports.users = {parts, &parts->users};
  ports.sessions = {parts, &parts->sessions};
  ports.friends = {parts, &parts->friends};
  ports.notices = {parts, &parts->notices};
  ports.rates = {parts, &parts->rates};
  ports.lockout = {parts, &parts->lockout};
  ports.writes = {parts, &parts->writes};
  ports.sequences = fence_.make(shard, postgres_.hot(shard), parts->redis,
                                [client = &parts->redis] { client->leave_master("another master counts"); });
  if (shard == kInstanceShard) {
    epochs_ = std::make_unique<PgLink>(pool_.context(shard), epoch_link(options_.postgres));
    fence_.keep(*epochs_, parts->redis, ask_sentinels(parts->sentinels));
  }
  ports.bus = {parts, &parts->bus};
  return ports;
}

void RealBackends::wire(std::size_t shard, ShardBackends& ports, Delivery& delivery, Seen seen) {
  fan_out_.wire(shard, *ports.messages, delivery, std::move(seen));
}

void RealBackends::start() {
  postgres_.open();
  for (const std::shared_ptr<RealShard>& shard : shards_) {
    shard->redis.start();
  }
  epochs_->open();
  fence_.start();
  PgSession& reads = postgres_.reads(kInstanceShard);
  tail_ = std::make_unique<DirectTail>(reads, [this](const MessagePtr& message, DirectTail::Found found) {
    if (found == DirectTail::Found::live) {
      fan_out_.take_stored(message);
    } else {
      fan_out_.take_known(message);
    }
  });
  tail_->run(pool_.context(kInstanceShard), clock_);
  // From where the store is: what is in the log but not stored yet has to be known here for reads.
  const auto places = read_stored_positions(options_.postgres);
  log_.start([this](Topic, BusBody body, LogPosition at) { fan_out_.take(std::move(body), at); },
             places.has_value() ? places.value() : KafkaLogReader::Places{});
  families_ = std::make_unique<PgFamilyWatch>(pool_.context(kInstanceShard), reads);
  families_->start(family_ended_);
  relay_ = std::make_unique<OutboxRelay>(reads, log_.producer(), options_.instance, kInstanceShard);
  store_.start();
}

void RealBackends::stop() {
  store_.stop();
  log_.stop();
}

void RealBackends::tick(std::size_t shard, Time now) {
  lockouts_.at(shard).tick(now);
  postgres_.tick(shard, now);
  fan_out_.tick(shard, now);
  shards_[shard]->log_bus->tick(now);
  note_redis(shard);
  if (shard == kInstanceShard) {
    tick_instance(now);
  }
}

void RealBackends::tick_instance(Time now) {
  tail_->brisk(log_.late());
  relay_->tick(now);
  if (!ready() && can_serve(now)) {
    fan_out_.complete_from(wall_millis(clock_));
    ready_.store(true, std::memory_order_release);
  }
}

// The log is read from a known place, the tail has seen what was committed before, and sequence ids can be had: what is
// accepted from here on reaches every device that connects from here on. Tokens revoked elsewhere are known.
bool RealBackends::can_serve(Time now) const {
  const EpochView& epoch = fence_.keeper().view();
  return tail_->caught_up() && families_->caught_up() && log_.ready() &&
         (epoch.redis_open(now) || epoch.postgres_open(now));
}

void RealBackends::note_redis(std::size_t shard) {
  const std::lock_guard lock(telling_);
  redis_problems_[shard] = shards_[shard]->redis.problem();
}

std::vector<Dependency> RealBackends::dependencies() const {
  const std::lock_guard lock(telling_);
  const auto sick = std::find_if(redis_problems_.begin(), redis_problems_.end(),
                                 [](const std::string& problem) { return !problem.empty(); });
  const bool redis = sick == redis_problems_.end();
  const std::string trouble = store_.trouble();
  const std::string store =
      trouble.empty() && !store_.ready() ? "its consumer has no partitions of the log yet" : trouble;
  return {{"postgres", postgres_.usable(), postgres_.trouble()},
          {"redis", redis, redis ? std::string{} : *sick},
          log_.dependency(),
          {"store", store.empty(), store}};
}

std::vector<Metric> RealBackends::metrics(std::size_t shard) {
  const RealShard& parts = *shards_[shard];
  std::vector<Metric> all = postgres_.metrics(shard);
  append(all, parts.redis.metrics());
  append(all, fan_out_.metrics(shard));
  append(all, log_.metrics(shard));
  append(all, parts.writes.metrics());
  append(all, fence_.metrics(shard));
  append(all, {{"plumbline_rate_limiter_unavailable_total", "Requests admitted without Redis", true,
                number(parts.rates.unavailable())},
               {"plumbline_logins_refused_total", "Log-ins answered 429 because of failures before", true,
                number(parts.lockout.refused() + lockouts_.at(shard).counters().refused)}});
  if (shard == kInstanceShard) {
    append(all, instance_metrics());
  }
  return all;
}

std::vector<Metric> RealBackends::instance_metrics() const {
  const StoreConsumerCounters store = store_.counters();
  return {
      {"plumbline_store_stored_total", "Messages stored from the log", true, number(store.stored)},
      {"plumbline_store_copies_total", "Records of messages stored before", true, number(store.copies)},
      {"plumbline_store_collisions_total", "Messages whose sequence id was taken: the fence failed", true,
       number(store.collisions)},
      {"plumbline_store_dead_letters_total", "Records that are no messages", true, number(store.dead)},
      {"plumbline_store_epoch_falls_total", "Higher sequence ids of older epochs: the fence failed", true,
       number(store.epoch_falls)},
      {"plumbline_store_retries_total", "Batches that PostgreSQL did not take at once", true, number(store.retries)},
      {"plumbline_kafka_lag_records",
       "Records not stored yet, of the partitions here",
       false,
       number(store.records_behind),
       {{"group", kStoreGroup}}},
      {"plumbline_kafka_lag_seconds",
       "Age of the oldest record not stored",
       false,
       store.seconds_behind,
       {{"group", kStoreGroup}}},
      {"plumbline_outbox_waiting", "Messages that the log does not have yet", false, number(relay_->waiting())},
      {"plumbline_outbox_published_total", "Messages brought to the log later", true,
       number(relay_->counters().published)},
      {"plumbline_direct_tail_messages_total", "Messages delivered past the log", true,
       number(tail_->counters().messages)},
  };
}

}  // namespace plumbline::serve
