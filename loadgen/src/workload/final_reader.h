// After settling: reads every conversation's whole history through a member and shows it to the checker, oldest first;
// conversations that disagree are read again; on demand until two passes, 2 s apart, agree. Lives on the event loop
// thread. Stage: workload.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "plumbline/base/clock.h"
#include "plumbline/checker/streaming_checker.h"
#include "workload/outcome.h"

namespace plumbline::load {

class FinalReader {
 public:
  // Sends GET `target` as a member of `conversation`.
  using Get = std::function<void(std::uint32_t conversation, std::string target, client::HttpDone done)>;
  FinalReader(checker::StreamingChecker& checker, Get get, bool confirm)
      : checker_(checker), get_(std::move(get)), confirm_(confirm) {}

  // Ids of all conversations, by index; an empty one is skipped.
  void begin(std::vector<std::string> ids);
  // Drives the reads; true when the last pass is over and agreed, or was the `last` one.
  [[nodiscard]] bool step(Time now, bool last);
  [[nodiscard]] bool begun() const { return begun_; }
  // Whether every conversation was read to its end at least once.
  [[nodiscard]] bool complete() const { return begun_ && unread_ == 0; }

 private:
  struct Row {
    std::uint64_t sequence_id;
    std::string message_id, text;
  };
  struct Reading {
    std::vector<Row> rows;
    std::uint64_t before{0};
  };
  void fill(Time now);
  void fetch(std::uint32_t conversation, Reading reading);
  void on_page(std::uint32_t conversation, Reading reading, const HttpEnd& end);
  void close(std::uint32_t conversation, Reading reading);

  checker::StreamingChecker& checker_;
  Get get_;
  bool confirm_;
  std::vector<std::string> ids_;
  std::vector<std::uint64_t> digest_;  // per conversation: of the last reading, 0 before the first
  std::vector<std::uint32_t> queue_;   // of this pass, from the back
  std::vector<std::uint32_t> again_;   // disagreed or failed in this pass
  std::vector<char> read_;             // per conversation: read to its end once
  std::size_t unread_{0};
  std::size_t open_{0};
  Time pass_after_{};
  bool begun_{false};
};

}  // namespace plumbline::load
