// State cut into one piece per shard, touched only by that shard's thread: ask a piece, get the answer at home.
// The memory backends of every port are built on it. Stage: store.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "plumbline/net/shard_pool.h"

namespace plumbline::serve {

template <class State>
class Partitions {
 public:
  explicit Partitions(net::ShardPool& pool) : Partitions(pool, [](std::size_t) { return std::make_unique<State>(); }) {}

  // `make(shard)` returns the unique_ptr of that shard's piece.
  template <class Make>
  Partitions(net::ShardPool& pool, Make make) : pool_(pool) {
    for (std::size_t shard = 0; shard < pool.size(); ++shard) {
      states_.push_back(make(shard));
    }
  }

  [[nodiscard]] std::size_t size() const { return states_.size(); }
  [[nodiscard]] std::size_t owner(std::size_t hash) const { return hash % states_.size(); }
  // Only on that shard's thread, or before the threads start.
  [[nodiscard]] State& at(std::size_t shard) { return *states_[shard]; }

  // Runs `question(State&) -> Answer` on `owner`, then `done(Answer)` on `home`; at once when they are the same.
  template <class Answer, class Question>
  void ask(std::size_t home, std::size_t owner, Question question, std::function<void(Answer)> done) {
    if (home == owner) {
      done(question(*states_[owner]));
      return;
    }
    pool_.post_to(owner, [this, home, owner, question = std::move(question), done = std::move(done)]() mutable {
      auto answer = std::make_shared<Answer>(question(*states_[owner]));
      pool_.post_to(home, [answer = std::move(answer), done = std::move(done)] { done(std::move(*answer)); });
    });
  }

  // Asks every piece; `done` gets the answers in shard order on `home` once all are there.
  template <class Answer, class Question>
  void ask_all(std::size_t home, const Question& question, std::function<void(std::vector<Answer>)> done) {
    struct Gather {
      std::vector<Answer> answers;
      std::size_t missing;
      std::function<void(std::vector<Answer>)> done;
    };
    auto gather = std::make_shared<Gather>(Gather{std::vector<Answer>(size()), size(), std::move(done)});
    for (std::size_t shard = 0; shard < states_.size(); ++shard) {
      ask<Answer>(home, shard, question, [gather, shard](Answer answer) {
        gather->answers[shard] = std::move(answer);
        if (--gather->missing == 0) {
          gather->done(std::move(gather->answers));
        }
      });
    }
  }

  // Runs `order(State&)` on `owner` and forgets it; at once when called from there.
  template <class Order>
  void tell(std::size_t home, std::size_t owner, Order order) {
    if (home == owner) {
      order(*states_[owner]);
      return;
    }
    pool_.post_to(owner, [this, owner, order = std::move(order)]() mutable { order(*states_[owner]); });
  }

 private:
  net::ShardPool& pool_;
  std::vector<std::unique_ptr<State>> states_;
};

}  // namespace plumbline::serve
