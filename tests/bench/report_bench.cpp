// What does the page of a run of ten minutes cost, and reading and writing the model that it is made of?
#include <benchmark/benchmark.h>

#include "plumbline/render/render.h"

namespace {
using plumbline::history::RunResult;

constexpr int kSeconds = 600;

RunResult ten_minutes() {
  RunResult result;
  result.verb = "load";
  result.name = "bench";
  for (int t = 0; t < kSeconds; ++t) {
    plumbline::history::Second second;
    second.t = t;
    second.offered = second.done = 500;
    second.deliveries = 1300;
    second.e2e_p50 = 2.125 + t % 7;
    second.e2e_p95 = 5.625 + t % 11;
    second.e2e_p99 = 9.375 + t % 13;
    second.answer_p99 = 4.75 + t % 5;
    second.slip_p99 = 0.0625;
    result.seconds.push_back(second);
  }
  return result;
}

void page(benchmark::State& state) {
  const RunResult result = ten_minutes();
  for (auto _ : state) {
    benchmark::DoNotOptimize(plumbline::render::to_html(result, {}));
  }
}

void read_and_write_the_model(benchmark::State& state) {
  const RunResult result = ten_minutes();
  for (auto _ : state) {
    benchmark::DoNotOptimize(plumbline::history::run_result_from_json(plumbline::history::to_json(result)));
  }
}

BENCHMARK(page)->Unit(benchmark::kMillisecond);
BENCHMARK(read_and_write_the_model)->Unit(benchmark::kMillisecond);

}  // namespace
