#include "output/run_record.h"

#include <boost/json/serialize.hpp>
#include <filesystem>

#include "evidence/digest.h"

namespace plumbline::conform {
namespace {

namespace json = boost::json;

constexpr std::string_view kReserve = ".reserve";
constexpr std::size_t kReserveBytes = 512U << 10U;

}  // namespace

std::string evidence_file(std::string_view case_id) {
  return "evidence/" + std::string(case_id) + ".jsonl";
}

RunRecord::RunRecord(history::RunDir dir, const RunFacts& facts) : dir_(std::move(dir)) {
  // Not zeros: some file systems store those without taking any space.
  if (const auto written = dir_.write(kReserve, std::string(kReserveBytes, '-')); !written) {
    failure_ = written.error().sentence;
  }
  line(to_json(facts));
}

void RunRecord::keep(const Take& take) {
  part(take.case_id, to_lines(take));
}
void RunRecord::keep(const std::string& case_id, Fact fact) {
  part(case_id, to_line(case_id, fact));
}

void RunRecord::part(const std::string& case_id, const std::string& text) {
  json::object fields{
      {"case", case_id}, {"file", evidence_file(case_id)}, {"bytes", text.size()}, {"sha256", sha256_hex(text)}};
  const std::lock_guard lock(mutex_);
  append(evidence_file(case_id), text);
  line(std::move(fields));
  ++parts_;
}

void RunRecord::verdict(json::object fields) {
  const std::lock_guard lock(mutex_);
  line({{"verdict", std::move(fields)}});
}

void RunRecord::finish(const RunEnd& end, std::string_view summary_json) {
  json::object fields = to_json(end);
  const std::lock_guard lock(mutex_);
  fields["parts"] = parts_;
  fields["summary_sha256"] = sha256_hex(summary_json);
  line({{"end", std::move(fields)}});
}

void RunRecord::line(json::object fields) {
  fields["n"] = ++lines_;
  fields["prev"] = last_digest_;
  const std::string text = json::serialize(fields);
  last_digest_ = sha256_hex(text);
  append(std::string(kReportFile), text + "\n");
}

void RunRecord::append(const std::string& file, std::string_view text) {
  if (failure_) {
    return;  // a record with a hole would look whole
  }
  if (const auto written = dir_.append(file, text); !written) {
    failure_ = written.error().sentence;
  }
}

std::optional<std::string> RunRecord::failure() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

std::string RunRecord::digest() const {
  const std::lock_guard lock(mutex_);
  return last_digest_;
}

void RunRecord::release_reserve() {
  std::error_code ignored;
  std::filesystem::remove(dir_.path() / kReserve, ignored);
}

}  // namespace plumbline::conform
