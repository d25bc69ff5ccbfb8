// The bus contract inside one process.
#include "contract/bus_contract.h"

#include "bus/local_bus.h"

namespace plumbline::serve {
namespace {

struct LocalBuses final : BusBackend {
  LocalBuses() {
    for (LocalBus& bus : buses_) {
      for (const Topic topic :
           {Topic::chat_messages, Topic::typing_indicators, Topic::read_receipts, Topic::friend_events}) {
        bus.subscribe(topic, [this](const BusBody& body, const Settled& settled) {
          consume(body);
          settled(Errc::ok);
        });
      }
    }
  }

  EventBus& bus(std::size_t shard) override { return buses_[shard]; }

  LocalBus buses_[2];
};

INSTANTIATE_TEST_SUITE_P(Backends, BusContract,
                         testing::Values(BusRow{"Local",
                                                [] {
                                                  return std::make_unique<LocalBuses>();
                                                }}),
                         [](const testing::TestParamInfo<BusRow>& row) { return row.param.name; });

}  // namespace
}  // namespace plumbline::serve
