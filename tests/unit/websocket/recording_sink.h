// A sink that writes down what a decoder reports, and byte-level builders for frames.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "plumbline/websocket/codec.h"

namespace plumbline::websocket::test {

// Entries such as `text:hi`, `ping:x`, `close:1000:bye`.
struct RecordingSink final : Sink {
  void on_message(MessageKind kind, std::string_view payload) override {
    seen.push_back((kind == MessageKind::text ? "text:" : "binary:") + std::string(payload));
    if (stop_after_message != nullptr) {
      stop_after_message->stop();
    }
  }
  void on_ping(std::string_view payload) override { seen.push_back("ping:" + std::string(payload)); }
  void on_pong(std::string_view payload) override { seen.push_back("pong:" + std::string(payload)); }
  void on_close(CloseCode code, std::string_view reason) override {
    seen.push_back("close:" + std::to_string(static_cast<unsigned>(code)) + ":" + std::string(reason));
  }

  std::vector<std::string> seen;
  Decoder* stop_after_message{nullptr};
};

// A frame as an unmasked server would send it, with any first byte: flags and opcode are the caller's.
inline std::string raw_frame(unsigned first, std::string_view payload) {
  std::string frame(1, static_cast<char>(first));
  if (payload.size() <= 125) {
    frame += static_cast<char>(payload.size());
  } else {
    frame += static_cast<char>(126);
    frame += static_cast<char>(payload.size() >> 8U);
    frame += static_cast<char>(payload.size() & 0xFFU);
  }
  frame += payload;
  return frame;
}

struct Outcome {
  std::vector<std::string> seen;
  std::optional<CloseCode> failure;
};

// Decodes `bytes` in pieces of `step` bytes.
inline Outcome decode(std::string bytes, Role role, std::size_t step, std::size_t max_message = 1U << 20U) {
  Decoder decoder(role, max_message);
  RecordingSink sink;
  Outcome outcome;
  for (std::size_t at = 0; at < bytes.size() && !outcome.failure; at += step) {
    const std::size_t count = std::min(step, bytes.size() - at);
    outcome.failure = decoder.feed(std::span<char>(bytes).subspan(at, count), sink);
  }
  outcome.seen = sink.seen;
  return outcome;
}

inline Outcome decode(const std::string& bytes, Role role = Role::client) {
  return decode(bytes, role, bytes.size() + 1);
}

}  // namespace plumbline::websocket::test
