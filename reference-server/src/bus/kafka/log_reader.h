// Reads every record of the log for fan-out, on whatever instance it was produced: no group, all partitions. Stage:
// bus.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "bus/kafka/client_config.h"
#include "bus/kafka/log.h"
#include "plumbline/base/clock.h"

namespace plumbline::serve {

// One per instance, on a thread of its own. It keeps its places itself: whatever happens to brokers or to the client it
// goes on with the record after the last one given to the sink, so that none is lost and none comes twice.
class KafkaLogReader {
 public:
  struct Counters {
    std::uint64_t records{0};      // given to the sink
    std::uint64_t undecodable{0};  // poison; what becomes of it is the business of the store's consumer
    std::uint64_t late{0};         // left out because the log took them too late (record_age.h)
    std::uint64_t skipped{0};      // offsets that the brokers no longer had
    std::uint64_t recreated{0};    // clients given up after a fatal error
  };
  // Partition of chat-messages -> offset to begin at; what is not named here begins at the end that is found at start.
  using Places = std::map<std::int32_t, std::int64_t>;

  KafkaLogReader(KafkaOptions options, LogSink sink, Places begin = {});
  ~KafkaLogReader();  // stops
  KafkaLogReader(const KafkaLogReader&) = delete;
  KafkaLogReader& operator=(const KafkaLogReader&) = delete;

  void start();
  void stop();  // returns when the sink is called no more

  // What was in the log from `begin` on when it was first seen is read, and what is produced from here on will be. Any
  // thread, like the rest.
  [[nodiscard]] bool ready() const { return ready_; }
  // No broker answers: noticed without traffic, so that readiness can tell it.
  [[nodiscard]] bool brokers_away() const { return away_; }
  [[nodiscard]] Counters counters() const;

  // For tests: the client fails for good.
  void provoke_fatal_error();

 private:
  void run();
  // Finds the places where none are known, and assigns them; false: the brokers do not say yet.
  bool open();
  void close();
  bool find_places();
  bool find_place(Topic topic, std::int32_t partition);
  void assign();
  void read_one();
  void look_for_brokers();
  void take(const rd_kafka_message_t& message);
  void move_into_range(const rd_kafka_message_t& message);
  [[nodiscard]] Places& places_of(Topic topic) { return places_[static_cast<std::size_t>(topic)]; }
  void note_read(Topic topic, std::int32_t partition);
  void pause();

  const KafkaOptions options_;
  const LogSink sink_;
  const Places begin_;

  std::thread thread_;
  std::atomic<bool> stopping_{false};
  std::atomic<bool> ready_{false};
  std::atomic<bool> away_{false};
  Time looked_{};  // for brokers, while they are away
  std::mutex pausing_;
  std::condition_variable wake_;

  std::mutex replacing_;  // held while client_ changes, and by the test that breaks it
  KafkaClient client_;
  std::array<Places, kTopics> places_;  // of the next record
  bool placed_{false};                  // all of them are known
  Places unread_;                       // chat-messages: where the log ended at first, until that is read
  std::uint64_t warned_{0};

  std::atomic<std::uint64_t> records_{0};
  std::atomic<std::uint64_t> undecodable_{0};
  std::atomic<std::uint64_t> late_{0};
  std::atomic<std::uint64_t> skipped_{0};
  std::atomic<std::uint64_t> recreated_{0};
};

}  // namespace plumbline::serve
