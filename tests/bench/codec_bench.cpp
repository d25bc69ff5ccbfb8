// What do the bytes of one acknowledged round trip cost in the protocol libraries, without sockets?
#include <benchmark/benchmark.h>

#include <span>
#include <string>

#include "plumbline/socketio/packet.h"
#include "plumbline/websocket/codec.h"

namespace {
using namespace plumbline;  // NOLINT(google-build-using-namespace): a benchmark's own file

std::string event_text(std::size_t payload) {
  return R"(4212345["message-with-ack",")" + std::string(payload, 'x') + "\"]";
}

struct CountingSink final : websocket::Sink {
  std::size_t messages{0};
  void on_message(websocket::MessageKind, std::string_view payload) override { messages += payload.empty() ? 0U : 1U; }
  void on_ping(std::string_view) override {}
  void on_pong(std::string_view) override {}
  void on_close(websocket::CloseCode, std::string_view) override {}
};

// The masking key is all zeros: decoding unmasks in place, and the frame is decoded again.
void decode_masked_frame(benchmark::State& state) {
  std::string frame;
  websocket::append_message(frame, websocket::Role::client, websocket::MessageKind::text,
                            event_text(static_cast<std::size_t>(state.range(0))), 0);
  websocket::Decoder decoder{websocket::Role::server, 1U << 20U};
  CountingSink sink;
  for (auto _ : state) {
    benchmark::DoNotOptimize(decoder.feed(std::span<char>{frame}, sink));
  }
  state.counters["decoded"] = static_cast<double>(sink.messages) / static_cast<double>(state.iterations());
}

void encode_frame(benchmark::State& state, websocket::Role role) {
  const std::string text = event_text(static_cast<std::size_t>(state.range(0)));
  std::string out;
  for (auto _ : state) {
    out.clear();
    websocket::append_message(out, role, websocket::MessageKind::text, text, 0x12345678);
    benchmark::DoNotOptimize(out.data());
  }
}

void parse_event(benchmark::State& state) {
  const std::string text = event_text(static_cast<std::size_t>(state.range(0))).substr(1);
  for (auto _ : state) {
    benchmark::DoNotOptimize(socketio::parse_packet(text, socketio::Direction::to_server));
  }
}

void split_event(benchmark::State& state) {
  const std::string text = event_text(static_cast<std::size_t>(state.range(0))).substr(7);
  for (auto _ : state) {
    benchmark::DoNotOptimize(socketio::split_event(text));
  }
}

// One frame for all receivers of a broadcast, or the answer to one sender.
void make_ack_frame(benchmark::State& state) {
  const std::string args = '"' + std::string(static_cast<std::size_t>(state.range(0)), 'x') + '"';
  for (auto _ : state) {
    benchmark::DoNotOptimize(socketio::make_ack("/", 12345, args));
  }
}

BENCHMARK(decode_masked_frame)->Arg(64)->Arg(1024);
BENCHMARK_CAPTURE(encode_frame, server, websocket::Role::server)->Arg(64)->Arg(1024);
BENCHMARK_CAPTURE(encode_frame, client, websocket::Role::client)->Arg(64)->Arg(1024);
BENCHMARK(parse_event)->Arg(64)->Arg(1024);
BENCHMARK(split_event)->Arg(64)->Arg(1024);
BENCHMARK(make_ack_frame)->Arg(64)->Arg(1024);
}  // namespace
