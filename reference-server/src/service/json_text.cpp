#include "service/json_text.h"

#include <boost/json/serialize.hpp>
#include <chrono>

#include "plumbline/base/clock.h"

namespace plumbline::serve {

std::string quoted(std::string_view text) {
  return boost::json::serialize(boost::json::string_view{text.data(), text.size()});
}

std::string iso_time(UnixMillis at) {
  return iso8601(WallTime{std::chrono::milliseconds{at}});
}

void append_time_or_null(std::string& json, UnixMillis at) {
  if (at == 0) {
    json += "null";
    return;
  }
  json += '"';
  json += iso_time(at);
  json += '"';
}

JsonText& JsonText::field(std::string_view name) {
  json_ += json_.empty() ? "{\"" : ",\"";
  json_ += name;
  json_ += "\":";
  return *this;
}

JsonText& JsonText::text(std::string_view value) {
  json_ += quoted(value);
  return *this;
}

JsonText& JsonText::raw(std::string_view json) {
  json_ += json;
  return *this;
}

JsonText& JsonText::id(Uuid value) {
  json_ += '"';
  value.append_to(json_);
  json_ += '"';
  return *this;
}

JsonText& JsonText::ids(const std::vector<Uuid>& values) {
  char before = '[';
  for (const Uuid value : values) {
    json_ += before;
    id(value);
    before = ',';
  }
  json_ += values.empty() ? "[]" : "]";
  return *this;
}

JsonText& JsonText::key(const ConversationKey& value) {
  json_ += '"';
  value.append_to(json_);
  json_ += '"';
  return *this;
}

JsonText& JsonText::time(UnixMillis at) {
  append_time_or_null(json_, at);
  return *this;
}

}  // namespace plumbline::serve
