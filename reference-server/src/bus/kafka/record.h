// The records of the Kafka topics as JSON (messenger.md A3, docs/asyncapi.yaml): made and read in one place. Stage:
// bus.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "bus/event_bus.h"

namespace plumbline::serve {

// What a producer sends at most and a reader takes: a message with metadata of a whole request body, and its members.
inline constexpr std::size_t kMaxRecordBytes = std::size_t{4} << 20U;

// The value of a record of topic_of(body). Key: partition_key(body). Every record stands alone: a reader needs no
// database to deliver it (group messages carry their members).
[[nodiscard]] std::string encode_record(const BusBody& body);

// Errc::malformed with a literal that says what is wrong: a poison record.
[[nodiscard]] Result<BusBody> decode_record(Topic topic, std::string_view value);

}  // namespace plumbline::serve
