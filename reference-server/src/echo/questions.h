// Events of the fixture that wait for the acknowledgement of a client, of one shard. Bounded. No I/O, no clock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string_view>
#include <utility>

namespace plumbline::serve {

class Questions {
 public:
  using Answered = std::function<void(std::string_view array)>;
  explicit Questions(std::size_t most = 4096) : most_(most) {}

  // One id may be asked of several sockets. false: too many wait already, this one is not asked.
  [[nodiscard]] bool ask(std::uint64_t id, const void* whom, const Answered& answered);
  // The first answer of the one that was asked counts; all others are ignored.
  bool answer(std::uint64_t id, const void* whom, std::string_view array);
  std::size_t forget(std::uint64_t id);  // how many had not answered
  void forget_all_of(const void* whom);

  [[nodiscard]] std::size_t size() const { return waiting_.size(); }

 private:
  std::map<std::pair<std::uint64_t, const void*>, Answered> waiting_;
  std::size_t most_;
};

}  // namespace plumbline::serve
