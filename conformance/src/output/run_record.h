// report.jsonl and evidence/, written while the run goes on: what is there survives whatever ends it. Stage: output.
#pragma once

#include <boost/json/object.hpp>
#include <mutex>
#include <optional>
#include <string>

#include "evidence/text.h"
#include "output/run_facts.h"
#include "plumbline/history/run_dir.h"
#include "runner/recorder.h"

namespace plumbline::conform {

inline constexpr std::string_view kReportFile = "report.jsonl";
[[nodiscard]] std::string evidence_file(std::string_view case_id);

// Every line of report.jsonl has the SHA-256 of the line before it under "prev"; every part of an evidence file has its
// own in the line that names it. The first line tells what was asked, the last that the run is complete. Thread-safe.
class RunRecord final : public Recorder {
 public:
  RunRecord(history::RunDir dir, const RunFacts& facts);

  void keep(const Take& take) override;
  void keep(const std::string& case_id, Fact fact) override;
  void verdict(boost::json::object fields);
  void finish(const RunEnd& end, std::string_view summary_json);

  // Why the record could not be kept, as one sentence; the run should end then.
  [[nodiscard]] std::optional<std::string> failure() const;
  // Of the last line: the digest of all.
  [[nodiscard]] std::string digest() const;
  // Gives back the disk space that was kept for the last files of a run on a full disk.
  void release_reserve();

 private:
  void part(const std::string& case_id, const std::string& text);
  void line(boost::json::object fields);
  void append(const std::string& file, std::string_view text);

  history::RunDir dir_;
  mutable std::mutex mutex_;
  std::string last_digest_;
  std::uint64_t lines_{0};
  std::uint64_t parts_{0};
  std::optional<std::string> failure_;
};

}  // namespace plumbline::conform
