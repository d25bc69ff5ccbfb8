#include "recorder/raw_files.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <iterator>

namespace plumbline::load {
namespace {

std::string cell(const std::optional<double>& value) {
  return value ? fmt::format("{:.3f}", *value) : "";
}

void append_histogram(std::string& out, std::size_t second, std::string_view metric,
                      const stats::Histogram& histogram) {
  if (histogram.count() == 0) {
    return;
  }
  auto sink = std::back_inserter(out);
  fmt::format_to(sink, "{} {} {} {} {}", second, metric, histogram.count(), histogram.overflow(), histogram.negative());
  for (const stats::Histogram::Bucket& bucket : histogram.buckets()) {
    fmt::format_to(sink, " {}:{}", bucket.upper_ns, bucket.count);
  }
  out += '\n';
}

}  // namespace

std::string series_csv(const history::RunResult& result) {
  std::string out =
      "t_s,offered,done,errors,deliveries,e2e_p50_ms,e2e_p95_ms,e2e_p99_ms,answer_p99_ms,slip_p99_ms,undelivered,"
      "connections,generator_cpu_percent,target_cpu_percent,generator_rss_mb,target_rss_mb,kafka_lag_s,flagged,flag_"
      "reason\n";
  for (const history::Second& row : result.seconds) {
    fmt::format_to(std::back_inserter(out),
                   "{:g},{:g},{:g},{:g},{:g},{},{},{},{},{},{:g},{:g},{:.1f},{:.1f},{:.1f},{:.1f},{},{},\"{}\"\n",
                   row.t, row.offered, row.done, row.errors, row.deliveries, cell(row.e2e_p50), cell(row.e2e_p95),
                   cell(row.e2e_p99), cell(row.answer_p99), cell(row.slip_p99), row.undelivered, row.connections,
                   row.generator_cpu, row.target_cpu, row.generator_rss_mb, row.target_rss_mb, cell(row.kafka_lag),
                   row.flagged ? 1 : 0, row.flag_reason);
  }
  return out;
}

std::string latency_log(const Recorder& recorder) {
  std::string out = "# plumbline latency log 1: second metric count overflow negative upper_ns:count ...\n";
  for (std::size_t i = 0; i < recorder.seconds().size(); ++i) {
    const SecondRecord& second = recorder.seconds()[i];
    append_histogram(out, i, "e2e", second.e2e);
    append_histogram(out, i, "answer", second.answer);
    append_histogram(out, i, "slip", second.slip);
  }
  return out;
}

std::string env_json(const history::RunResult& result) {
  boost::json::object environment;
  for (const auto& [key, value] : result.environment) {
    environment[key] = value;
  }
  boost::json::object generator;
  for (const auto& [key, value] : result.generator_facts) {
    generator[key] = value;
  }
  return boost::json::serialize(boost::json::object{{"environment", environment}, {"generator", generator}}) + "\n";
}

}  // namespace plumbline::load
