#include "store/memory_notice_store.h"

#include <algorithm>

namespace plumbline::serve {

void MemoryNoticeStore::keep(Uuid user, std::string event, std::string payload, Done<std::uint64_t> done) {
  partitions_.ask<Result<std::uint64_t>>(
      shard_, owner(user),
      [user, event = std::move(event), payload = std::move(payload)](NoticeTable& here) mutable {
        std::deque<KeptNotice>& kept = here.kept[user];
        kept.push_back({++here.last_id, std::move(event), std::move(payload)});
        if (kept.size() > kMaxNotices) {
          kept.pop_front();
        }
        return Result<std::uint64_t>{here.last_id};
      },
      std::move(done));
}

void MemoryNoticeStore::pending(Uuid user, Done<std::vector<KeptNotice>> done) {
  partitions_.ask<Result<std::vector<KeptNotice>>>(
      shard_, owner(user),
      [user](NoticeTable& here) {
        const auto found = here.kept.find(user);
        return found == here.kept.end() ? Result<std::vector<KeptNotice>>{std::vector<KeptNotice>{}}
                                        : Result<std::vector<KeptNotice>>{
                                              std::vector<KeptNotice>{found->second.begin(), found->second.end()}};
      },
      std::move(done));
}

void MemoryNoticeStore::remove(Uuid user, std::uint64_t id) {
  partitions_.tell(shard_, owner(user), [user, id](NoticeTable& here) {
    const auto found = here.kept.find(user);
    if (found == here.kept.end()) {
      return;
    }
    std::erase_if(found->second, [id](const KeptNotice& notice) { return notice.id == id; });
    if (found->second.empty()) {
      here.kept.erase(found);
    }
  });
}

}  // namespace plumbline::serve
