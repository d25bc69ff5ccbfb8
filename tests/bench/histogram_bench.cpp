// What does it cost to count every latency, and to read percentiles and merge shards at the end?
#include <benchmark/benchmark.h>

#include <chrono>
#include <vector>

#include "plumbline/stats/histogram.h"

namespace {
using plumbline::Duration;
using plumbline::stats::Histogram;

std::vector<Duration> latencies() {
  std::vector<Duration> values;
  for (std::int64_t i = 0; i < 4096; ++i) {
    values.emplace_back(50'000 + (i * i * 7919) % 20'000'000);  // 50 us to 20 ms, in no order
  }
  return values;
}

void record(benchmark::State& state) {
  const std::vector<Duration> values = latencies();
  Histogram histogram;
  std::size_t i = 0;
  for (auto _ : state) {
    histogram.record(values[i++ % values.size()]);
  }
  benchmark::DoNotOptimize(histogram.count());
}

void percentile(benchmark::State& state) {
  Histogram histogram;
  for (const Duration value : latencies()) {
    histogram.record(value);
  }
  for (auto _ : state) {
    benchmark::DoNotOptimize(histogram.percentile(0.99));
  }
}

void merge(benchmark::State& state) {
  Histogram total;
  Histogram shard;
  for (const Duration value : latencies()) {
    shard.record(value);
  }
  for (auto _ : state) {
    total.merge(shard);
  }
}

BENCHMARK(record);
BENCHMARK(percentile)->Unit(benchmark::kMicrosecond);
BENCHMARK(merge)->Unit(benchmark::kMicrosecond);
}  // namespace
