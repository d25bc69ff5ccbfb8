// The words that steps have in evidence files. Stage: evidence.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "evidence/entry.h"

namespace plumbline::conform {

struct StepWord {
  Step step;
  bool ours;  // something that the suite did
  std::string_view word;
};

inline constexpr std::array<StepWord, 24> kStepWords{{{Step::connect, true, "connect"},
                                                      {Step::connect_refused, true, "connect-refused"},
                                                      {Step::send, true, "send"},
                                                      {Step::send_failed, true, "send-failed"},
                                                      {Step::close, true, "close"},
                                                      {Step::abort, true, "abort"},
                                                      {Step::wake, false, "wake"},
                                                      {Step::deadline, false, "deadline"},
                                                      {Step::connected, false, "connected"},
                                                      {Step::accepted, false, "accepted"},
                                                      {Step::refused, false, "refused"},
                                                      {Step::writable, false, "writable"},
                                                      {Step::bytes, false, "bytes"},
                                                      {Step::end_of_stream, false, "end-of-stream"},
                                                      {Step::reset, false, "reset"},
                                                      {Step::clock, false, "clock"},
                                                      {Step::process, false, "process"},
                                                      {Step::stopped, true, "stop-target"},
                                                      {Step::started, true, "start-target"},
                                                      {Step::backplane_stopped, true, "stop-backplane"},
                                                      {Step::backplane_started, true, "start-backplane"},
                                                      {Step::suite_late, false, "suite-late"},
                                                      {Step::target_late, false, "target-late"},
                                                      {Step::client_waited, false, "client-waited"}}};

[[nodiscard]] constexpr const StepWord& word_of(Step step) {
  for (const StepWord& word : kStepWords) {
    if (word.step == step) {
      return word;
    }
  }
  return kStepWords.front();
}

[[nodiscard]] constexpr std::optional<Step> step_from(bool ours, std::string_view text) {
  for (const StepWord& word : kStepWords) {
    if (word.ours == ours && word.word == text) {
      return word.step;
    }
  }
  return std::nullopt;
}

}  // namespace plumbline::conform
