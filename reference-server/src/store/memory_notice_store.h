// Kept friend events in memory, on the shard the user's id hashes to. Stage: store.
#pragma once

#include <deque>
#include <unordered_map>

#include "store/notice_store.h"
#include "store/partitions.h"

namespace plumbline::serve {

struct NoticeTable {
  std::unordered_map<Uuid, std::deque<KeptNotice>> kept;
  std::uint64_t last_id{0};
};

class MemoryNoticeStore final : public NoticeStore {
 public:
  MemoryNoticeStore(Partitions<NoticeTable>& partitions, std::size_t shard) : partitions_(partitions), shard_(shard) {}
  void keep(Uuid user, std::string event, std::string payload, Done<std::uint64_t> done) override;
  void pending(Uuid user, Done<std::vector<KeptNotice>> done) override;
  void remove(Uuid user, std::uint64_t id) override;

 private:
  [[nodiscard]] std::size_t owner(Uuid user) const { return partitions_.owner(std::hash<Uuid>{}(user)); }

  Partitions<NoticeTable>& partitions_;
  std::size_t shard_;
};

}  // namespace plumbline::serve
