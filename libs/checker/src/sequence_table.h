// Which send owns which sequence id of one conversation: the version order, observed from acks, deliveries and reads.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "message_key.h"
#include "plumbline/checker/token.h"

namespace plumbline::checker {

struct Binding {
  std::uint32_t sender{0};
  std::uint32_t counter{0};     // 0: no send owns this id
  std::uint16_t acked_pass{0};  // 1 + the number of final reads begun before it was acknowledged; 0 when it was not
  std::uint16_t shown_pass{0};  // the same for the first delivery or read
  std::uint16_t found_pass{0};  // the last final read that showed it
  std::uint32_t sent{0};        // Findings::stamp of the send's start, 0 when not known
  std::uint32_t acked{0};       // and of its acknowledgement
  MessageKey id;
  std::uint8_t reported{0};  // bits of what was already said about it

  [[nodiscard]] bool bound() const { return counter != 0; }
  [[nodiscard]] bool owned_by(const Token& token) const { return sender == token.sender && counter == token.counter; }
};

class SequenceTable {
 public:
  // The place of an id, made when new. Ids near the others live in one array, stray ones in a map. The pointer holds
  // until the next call.
  [[nodiscard]] Binding& at(std::uint64_t sequence_id);
  [[nodiscard]] Binding* find(std::uint64_t sequence_id);
  [[nodiscard]] std::size_t places() const { return dense_.size() + stray_.size(); }

  template <class Visit>  // visit(sequence_id, binding) for every bound id; ascending within the array
  void for_each(const Visit& visit) {
    for (std::size_t i = 0; i < dense_.size(); ++i) {
      if (dense_[i].bound()) {
        visit(origin_ + i, dense_[i]);
      }
    }
    for (auto& [id, binding] : stray_) {
      if (binding.bound()) {
        visit(id, binding);
      }
    }
  }

 private:
  std::uint64_t origin_{0};
  std::vector<Binding> dense_;
  std::unordered_map<std::uint64_t, Binding> stray_;  // only a target that jumps about fills it
};

}  // namespace plumbline::checker
