// JSON objects written member by member, for payloads and records whose bytes matter. Stage: service.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "service/message.h"

namespace plumbline::serve {

[[nodiscard]] std::string quoted(std::string_view text);     // a JSON string
[[nodiscard]] std::string iso_time(UnixMillis at);           // "2026-11-21T08:01:02.003Z"
void append_time_or_null(std::string& json, UnixMillis at);  // quoted time; 0 is null

// Joins what an object is made of; every text value is escaped. Names are taken as they are.
class JsonText {
 public:
  JsonText() { json_.reserve(512); }
  JsonText& field(std::string_view name);
  JsonText& text(std::string_view value);
  JsonText& raw(std::string_view json);
  JsonText& id(Uuid value);
  JsonText& id_or_null(Uuid value) { return value.is_nil() ? raw("null") : id(value); }
  JsonText& ids(const std::vector<Uuid>& values);
  JsonText& key(const ConversationKey& value);
  JsonText& number(std::uint64_t value) { return raw(std::to_string(value)); }
  JsonText& flag(bool value) { return raw(value ? "true" : "false"); }
  JsonText& time(UnixMillis at);  // 0 is null
  [[nodiscard]] std::string done() { return std::move(json_ += '}'); }

 private:
  std::string json_;
};

}  // namespace plumbline::serve
