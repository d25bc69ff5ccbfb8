// A record of any topic: never a crash on any bytes, and what is read can be written and read again to the same text.
#include "bus/kafka/record.h"

#include "fuzz/target.h"

PLUMBLINE_FUZZ_TARGET(record) {
  using namespace plumbline::serve;
  for (std::size_t topic = 0; topic < kTopics; ++topic) {
    const auto body = decode_record(static_cast<Topic>(topic), input);
    if (body.has_error()) {
      plumbline::fuzz::require(!body.error().where.empty());
      continue;
    }
    const std::string written = encode_record(body.value());
    const auto again = decode_record(static_cast<Topic>(topic), written);
    plumbline::fuzz::require(again.has_value());
    plumbline::fuzz::require(encode_record(again.value()) == written);
  }
}
