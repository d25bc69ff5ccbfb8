#include "bus/kafka/record_age.h"

#include <charconv>

namespace plumbline::serve {

std::optional<UnixMillis> sent_at(const rd_kafka_message_t& record) {
  rd_kafka_headers_t* headers = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  if (rd_kafka_message_headers(&record, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR ||
      rd_kafka_header_get_last(headers, kSentHeader, &value, &size) != RD_KAFKA_RESP_ERR_NO_ERROR || value == nullptr) {
    return std::nullopt;
  }
  const char* digits = static_cast<const char*>(value);
  UnixMillis sent = 0;
  const auto [end, error] = std::from_chars(digits, digits + size, sent);
  return error == std::errc{} && end == digits + size ? std::optional{sent} : std::nullopt;
}

std::optional<UnixMillis> appended_at(const rd_kafka_message_t& record) {
  rd_kafka_timestamp_type_t kind = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  const std::int64_t time = rd_kafka_message_timestamp(&record, &kind);
  return kind == RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME ? std::optional{time} : std::nullopt;
}

bool is_void(const rd_kafka_message_t& record, std::optional<UnixMillis> sent) {
  const std::optional<UnixMillis> appended = appended_at(record);
  return sent && appended && *appended > *sent + kFreshFor.count();
}

}  // namespace plumbline::serve
