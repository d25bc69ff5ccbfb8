// What does judging cost per event: one message sent, acknowledged and delivered to every device of its conversation?
#include <benchmark/benchmark.h>

#include <chrono>
#include <numeric>
#include <string>
#include <vector>

#include "plumbline/checker/streaming_checker.h"

namespace {
using plumbline::Time;
using plumbline::checker::DeviceIndex;
using plumbline::checker::Sighting;
using plumbline::checker::StreamingChecker;
using plumbline::checker::Token;

constexpr std::uint32_t kConversations = 1000;
constexpr std::size_t kText = 120;  // bytes of a typical message

void judge_message(benchmark::State& state) {
  const auto devices = static_cast<std::uint32_t>(state.range(0));
  Time now{std::chrono::hours{1}};
  StreamingChecker checker{1, now};
  for (std::uint32_t conversation = 0; conversation < kConversations; ++conversation) {
    std::vector<DeviceIndex> members(devices);
    std::iota(members.begin(), members.end(), conversation * devices);
    checker.add_conversation(conversation, members);
    for (const DeviceIndex device : members) {
      checker.on_connected(device, now);
    }
  }
  std::uint32_t sent = 0;
  for (auto _ : state) {
    const std::uint32_t conversation = sent % kConversations;
    const std::uint32_t sequence = sent / kConversations + 1;
    const Token token{.run = 1,
                      .conversation = conversation,
                      .sender = conversation * devices,
                      .counter = sequence,
                      .intended_ns = now.time_since_epoch().count()};
    const std::string text = encode_token(token, kText);
    const std::string id = "m-" + std::to_string(sent);
    checker.on_invoke(token, now);
    now += std::chrono::microseconds{100};
    checker.on_acked(token, sequence, id, now);
    for (std::uint32_t device = 0; device < devices; ++device) {
      benchmark::DoNotOptimize(checker.on_delivery(
          conversation * devices + device,
          Sighting{.conversation = conversation, .sequence_id = sequence, .message_id = id, .text = text}, now));
    }
    ++sent;
  }
  // Events: the invocation, the acknowledgement and each delivery.
  state.SetItemsProcessed(state.iterations() * (2 + state.range(0)));
  state.counters["anomalies"] = [&] {
    const auto report = checker.finish(false);
    return static_cast<double>(std::accumulate(report.counts.begin(), report.counts.end(), std::uint64_t{0}));
  }();
}

void encode_token_text(benchmark::State& state) {
  std::uint32_t counter = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        encode_token(Token{.run = 1, .conversation = 2, .sender = 3, .counter = ++counter}, kText));
  }
}

void decode_token_text(benchmark::State& state) {
  const std::string text = encode_token(Token{.run = 1, .conversation = 2, .sender = 3, .counter = 4}, kText);
  for (auto _ : state) {
    benchmark::DoNotOptimize(plumbline::checker::decode_token(text));
  }
}

BENCHMARK(judge_message)->Arg(2)->Arg(10)->Arg(100);
BENCHMARK(encode_token_text);
BENCHMARK(decode_token_text);
}  // namespace
