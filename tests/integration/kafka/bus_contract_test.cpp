// The bus contract on a real broker: what one shard publishes comes back by the log.
#include "contract/bus_contract.h"

#include "bus/kafka/kafka_log.h"
#include "integration/real/private_kafka.h"

namespace plumbline::serve {
namespace {

using namespace std::chrono_literals;
using real::PrivateKafka;

// For what the broker does not report in time: the log's copy is consumed all the same.
struct TakesAll final : DirectStore {
  void commit(MessagePtr, Done<void> done) override { done({}); }
};

class KafkaBuses final : public BusBackend {
 public:
  KafkaBuses() {
    log_.prepare();
    for (std::size_t shard = 0; shard < 2; ++shard) {
      buses_[shard] = log_.make_bus(shard, direct_);
    }
    log_.start([this](Topic, const BusBody& body, LogPosition) { consume(body); });
    EXPECT_TRUE(bench.run_until([this] { return log_.ready(); }, 60s));
  }
  ~KafkaBuses() override { log_.stop(); }

  EventBus& bus(std::size_t shard) override { return *buses_[shard]; }

 private:
  static KafkaOptions options() {
    KafkaOptions options;
    options.brokers = PrivateKafka::shared().brokers();
    options.instance = "app-1";
    options.prepare_within = 90s;
    return options;
  }

  SteadyClock clock_;
  TakesAll direct_;
  KafkaLog log_{bench.pool, clock_, options()};
  std::unique_ptr<KafkaBus> buses_[2];
};

INSTANTIATE_TEST_SUITE_P(Backends, BusContract,
                         testing::Values(BusRow{"Kafka",
                                                [] {
                                                  return std::make_unique<KafkaBuses>();
                                                }}),
                         [](const testing::TestParamInfo<BusRow>& row) { return row.param.name; });

}  // namespace
}  // namespace plumbline::serve
