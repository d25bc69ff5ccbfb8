// A few threads for what takes milliseconds of CPU (password hashing, signing), so that no shard ever waits for it.
// Bounded: when the queue is full the caller is told, not delayed. Stage: auth.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace plumbline::serve {

class BlockingPool {
 public:
  struct Size {
    std::size_t threads{2};
    std::size_t queue{64};
  };
  explicit BlockingPool(const Size& size);
  ~BlockingPool();  // drops what has not begun, waits for what has
  BlockingPool(const BlockingPool&) = delete;
  BlockingPool& operator=(const BlockingPool&) = delete;

  // False when the queue is full: answer 503. From any thread; `task` runs on a pool thread.
  [[nodiscard]] bool try_run(std::function<void()> task);

 private:
  void work();

  std::size_t capacity_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> queue_;
  bool stopping_{false};
  std::vector<std::thread> threads_;
};

}  // namespace plumbline::serve
