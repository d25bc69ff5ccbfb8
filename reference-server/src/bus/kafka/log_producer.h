// Port LogProducer on librdkafka: one idempotent producer per instance, replaced when it fails for good. Stage: bus.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <shared_mutex>
#include <thread>
#include <vector>

#include "bus/kafka/client_config.h"
#include "bus/kafka/log.h"
#include "plumbline/net/shard_pool.h"

namespace plumbline::serve {

// Owned beside the shards and outliving them. produce() may come from any thread between start() and stop(); reports
// are posted to their home shard in batches. Bounded: 100,000 records or 64 MB, then Errc::overflow.
class KafkaLogProducer final : public LogProducer {
 public:
  struct Counters {
    std::uint64_t produced{0};    // taken by the queue
    std::uint64_t confirmed{0};   // on all in-sync replicas
    std::uint64_t failed{0};      // reported otherwise
    std::uint64_t overflowed{0};  // not taken, the queue was full
    std::uint64_t recreated{0};   // producers given up
    std::uint64_t late{0};        // taken by the log too late: void
    std::uint64_t queued{0};      // at this moment
  };

  KafkaLogProducer(net::ShardPool& pool, const Clock& clock, KafkaOptions options);
  ~KafkaLogProducer() override;

  void start();
  // What is queued gets KafkaOptions::close_within; the rest is answered Errc::timeout. Blocks that long at most, and
  // the time that a client needs to close. Later calls of produce() are answered Errc::unavailable.
  void stop();

  void produce(Topic topic, std::string key, std::string value, std::size_t home,
               std::function<void(Errc, LogPosition)> reported) override;
  void produce_fresh(Topic topic, std::string key, std::string value, std::size_t home,
                     std::function<void(Errc, LogPosition)> reported) override;
  [[nodiscard]] Time last_report() const override;
  [[nodiscard]] Counters counters() const;

  // For tests: the producer fails for good, as after a refused sequence number.
  void provoke_fatal_error();

 private:
  struct Answer {
    std::function<void(Errc, LogPosition)> reported;
    Errc outcome;
    LogPosition position;
  };
  struct Sent;
  struct Client;
  using Reported = std::function<void(Errc, LogPosition)>;

  [[nodiscard]] Errc judge(const rd_kafka_message_t& record, const Sent& sent);
  void hand_over(Topic topic, const std::string& key, std::string& value, std::unique_ptr<Sent> sent);
  [[nodiscard]] static rd_kafka_resp_err_t enqueue(Client& client, Topic topic, const std::string& key,
                                                   std::string& value, Sent& sent);

  static void on_report(rd_kafka_t* client, const rd_kafka_message_t* message, void* self);
  void collect(std::unique_ptr<Sent> sent, Errc outcome, LogPosition position);
  void refuse(std::size_t home, Errc outcome, std::function<void(Errc, LogPosition)> reported);
  [[nodiscard]] std::unique_ptr<Client> make_client();
  void run();
  void replace_client(const std::string& reason);
  void give_up(Client& client);
  void post_answers();

  net::ShardPool& pool_;
  const Clock& clock_;
  const KafkaOptions options_;

  // Senders share it, the poll thread alone takes it whole to put another client in place: once per fatal error.
  mutable std::shared_mutex replacing_;
  std::unique_ptr<Client> client_;
  std::thread poller_;
  std::atomic<bool> stopping_{false};
  std::vector<std::vector<Answer>> answers_;  // poll thread only: one per shard

  std::atomic<Time> last_report_{Time{}};
  std::atomic<std::uint64_t> produced_{0};
  std::atomic<std::uint64_t> confirmed_{0};
  std::atomic<std::uint64_t> failed_{0};
  std::atomic<std::uint64_t> overflowed_{0};
  std::atomic<std::uint64_t> recreated_{0};
  std::atomic<std::uint64_t> late_{0};
};

}  // namespace plumbline::serve
