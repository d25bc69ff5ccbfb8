// Counts every finding and keeps the first few of each kind as sentences.
#pragma once

#include <string>
#include <utility>

#include "message_key.h"
#include "plumbline/checker/streaming_checker.h"

namespace plumbline::checker {

// Where a finding stands: its neighbours are shown beside it.
struct Place {
  ConversationIndex conversation{0};
  std::uint64_t sequence_id{0};
};

class Findings {
 public:
  Findings(Time run_start, std::uint32_t examples) : run_start_(run_start), examples_(examples) {}

  // `sentence()` is only called while examples of this kind are wanted.
  template <class Sentence>
  void add(Anomaly anomaly, std::string message_id, Place place, const Sentence& sentence, std::uint64_t times = 1) {
    std::uint64_t& count = report_.counts[static_cast<std::size_t>(anomaly)];
    std::uint32_t& kept = kept_[static_cast<std::size_t>(anomaly)];
    count += times;
    if (kept < examples_) {
      ++kept;
      report_.examples.push_back(
          {anomaly, std::move(message_id), sentence(), place.conversation, place.sequence_id, {}});
    }
  }
  void overflow(std::string reason) {
    if (!report_.overflowed) {
      report_.overflowed = true;
      report_.overflow_reason = std::move(reason);
    }
  }

  [[nodiscard]] CheckerReport& report() { return report_; }
  [[nodiscard]] const CheckerReport& report() const { return report_; }
  [[nodiscard]] std::string at(Time time) const;  // "12.345 s", since the start of the run
  // The same in 32 bits: tenths of a millisecond, from 1; 0 stands for never.
  [[nodiscard]] std::uint32_t stamp(Time time) const;
  [[nodiscard]] std::string at(std::uint32_t stamp) const;

 private:
  Time run_start_;
  std::uint32_t examples_;
  std::array<std::uint32_t, kAnomalyCount> kept_{};
  CheckerReport report_;
};

// "message 7 of device 34 in conversation 12"
[[nodiscard]] std::string name_of(const Token& token);
[[nodiscard]] std::string name_of(const MessageKey& id);  // the id, or "(no id)"

}  // namespace plumbline::checker
