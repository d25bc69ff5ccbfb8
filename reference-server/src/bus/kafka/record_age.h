// How late the log took a record: one rule for its sender and for everybody who reads it. Stage: bus.
#pragma once

#include <librdkafka/rdkafka.h>

#include <chrono>
#include <cstdint>
#include <optional>

#include "service/message.h"

namespace plumbline::serve {

// A record that the log takes later than this after it was handed over is void: its sender stood still meanwhile, and
// what was numbered after it may be at the devices already (docs/adr/0011).
inline constexpr std::chrono::milliseconds kFreshFor{1000};

// Header of a record that can be void: when it was handed over, wall time of its sender, as decimal digits. What was
// committed elsewhere before is published without.
inline constexpr const char* kSentHeader = "sent-ms";

// What the header says; nothing where there is none, or no number.
[[nodiscard]] std::optional<UnixMillis> sent_at(const rd_kafka_message_t& record);

// When the brokers appended it; nothing where the topic keeps its sender's time, or a report of a repeated request does
// not say.
[[nodiscard]] std::optional<UnixMillis> appended_at(const rd_kafka_message_t& record);

// Of a record that was read, or of a delivery report: the brokers' own time of appending decides, so that all who ask
// get the same answer. False where the topic does not keep that time.
[[nodiscard]] bool is_void(const rd_kafka_message_t& record, std::optional<UnixMillis> sent);

}  // namespace plumbline::serve
