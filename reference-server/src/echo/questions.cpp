#include "echo/questions.h"

namespace plumbline::serve {

bool Questions::ask(std::uint64_t id, const void* whom, const Answered& answered) {
  return waiting_.size() < most_ && waiting_.try_emplace({id, whom}, answered).second;
}

bool Questions::answer(std::uint64_t id, const void* whom, std::string_view array) {
  const auto found = waiting_.find({id, whom});
  if (found == waiting_.end()) {
    return false;
  }
  const Answered answered = std::move(found->second);
  waiting_.erase(found);
  answered(array);
  return true;
}

std::size_t Questions::forget(std::uint64_t id) {
  return std::erase_if(waiting_, [id](const auto& entry) { return entry.first.first == id; });
}

void Questions::forget_all_of(const void* whom) {
  std::erase_if(waiting_, [whom](const auto& entry) { return entry.first.second == whom; });
}

}  // namespace plumbline::serve
