#include "bus/kafka/store_consumer.h"

#include <exception>
#include <utility>

#include "bus/kafka/store_member.h"
#include "bus/kafka/topics.h"
#include "plumbline/base/log.h"

namespace plumbline::serve {
namespace {

constexpr std::chrono::milliseconds kBetweenLives{200};

}  // namespace

StoreConsumer::StoreConsumer(StoreConsumerOptions options, StoredPositions& positions, std::function<void()> moved)
    : options_(std::move(options)), positions_(positions), moved_(std::move(moved)) {}

StoreConsumer::~StoreConsumer() {
  stop();
}

void StoreConsumer::start() {
  thread_ = std::thread([this] { run(); });
}

void StoreConsumer::stop() {
  {
    const std::lock_guard<std::mutex> lock(telling_);
    stopping_.store(true);
  }
  stop_asked_.notify_all();
  if (thread_.joinable()) {
    thread_.join();
  }
}

StoreConsumerCounters StoreConsumer::counters() const {
  const std::lock_guard<std::mutex> lock(telling_);
  return counters_;
}

std::string StoreConsumer::trouble() const {
  const std::lock_guard<std::mutex> lock(telling_);
  return trouble_;
}

void StoreConsumer::run() {
  LogWriter writer(options_.postgres, std::string{topic_name(Topic::chat_messages)}, options_.kafka.instance,
                   stopping_);
  DeadLetterTopic dead_letters(options_.kafka);
  EpochWatch epochs;
  while (!stopping_.load()) {
    try {
      Member member(*this, writer, dead_letters, epochs);
      member.serve();
    } catch (const std::exception& failure) {  // no client can be made: settings or descriptors
      log::error("store_consumer_failed", {{"reason", failure.what()}});
    }
    std::unique_lock<std::mutex> lock(telling_);
    if (!stop_asked_.wait_for(lock, kBetweenLives, [this] { return stopping_.load(); })) {
      ++counters_.recreated;
    }
  }
}

Result<std::map<std::int32_t, std::int64_t>> read_stored_positions(const std::string& postgres) {
  const std::atomic<bool> never{false};
  LogWriter writer(postgres, std::string{topic_name(Topic::chat_messages)}, "", never);
  Result<std::map<std::int32_t, std::int64_t>> places = writer.positions();
  if (places.has_value()) {
    for (std::int32_t partition = 0; partition < bus_topics().front().partitions; ++partition) {
      places.value().try_emplace(partition, 0);  // nobody stored anything of it yet
    }
  }
  return places;
}

}  // namespace plumbline::serve
