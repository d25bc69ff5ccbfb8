// The store contract on memory.
#include "contract/store_contract.h"

#include "store/memory_message_store.h"

namespace plumbline::serve {
namespace {

struct MemoryStores final : StoreBackend {
  ConversationPartitions state{bench.pool};
  MemoryMessageStore messages_[2]{{state, 0}, {state, 1}};
  MemoryConversationStore conversations_[2]{{state, 0}, {state, 1}};

  MessageStore& messages(std::size_t shard) override { return messages_[shard]; }
  ConversationStore& conversations(std::size_t shard) override { return conversations_[shard]; }
};

INSTANTIATE_TEST_SUITE_P(Backends, StoreContract,
                         testing::Values(StoreRow{"Memory",
                                                  [] {
                                                    return std::make_unique<MemoryStores>();
                                                  }}),
                         [](const testing::TestParamInfo<StoreRow>& row) { return row.param.name; });

}  // namespace
}  // namespace plumbline::serve
