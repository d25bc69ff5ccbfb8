#include "auth/blocking_pool.h"

#include <utility>

namespace plumbline::serve {

BlockingPool::BlockingPool(const Size& size) : capacity_(size.queue) {
  for (std::size_t i = 0; i < size.threads; ++i) {
    threads_.emplace_back([this] { work(); });
  }
}

BlockingPool::~BlockingPool() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) {
    thread.join();
  }
}

bool BlockingPool::try_run(std::function<void()> task) {
  {
    const std::lock_guard lock(mutex_);
    if (queue_.size() >= capacity_) {
      return false;
    }
    queue_.push_back(std::move(task));
  }
  wake_.notify_one();
  return true;
}

void BlockingPool::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (stopping_) {
      return;
    }
    const std::function<void()> task = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    task();
    lock.lock();
  }
}

}  // namespace plumbline::serve
