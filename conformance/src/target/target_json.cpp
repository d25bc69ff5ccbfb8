#include "target/target_json.h"

#include <boost/json/array.hpp>
#include <boost/json/value_to.hpp>

#include "evidence/json_fields.h"
#include "plumbline/history/utf8.h"

namespace plumbline::conform {
namespace {

namespace json = boost::json;

std::optional<Duration> duration(const json::object& fields, std::string_view key) {
  const auto count = whole_in(fields, key, 0, kLongestSpan);
  return count ? std::optional(Duration(*count)) : std::nullopt;
}

bool read_timing(const json::object& fields, Target& target) {
  const auto interval = duration(fields, "ping_interval_ns");
  const auto timeout = duration(fields, "ping_timeout_ns");
  const auto answer = duration(fields, "answer_bound_ns");
  if (!interval || !timeout || !answer) {
    return false;
  }
  target.timing = {*interval,
                   *timeout,
                   duration(fields, "connect_timeout_ns"),
                   duration(fields, "grace_ns").value_or(target.timing.grace),
                   *answer,
                   duration(fields, "upgrade_timeout_ns"),
                   duration(fields, "recovery_window_ns"),
                   duration(fields, "head_timeout_ns")};
  target.timing_declared = fields.contains("declared");
  return true;
}

}  // namespace

json::object to_json(const Target& target) {
  json::object timing{{"ping_interval_ns", target.timing.ping_interval.count()},
                      {"ping_timeout_ns", target.timing.ping_timeout.count()},
                      {"grace_ns", target.timing.grace.count()},
                      {"answer_bound_ns", target.timing.answer_bound.count()}};
  if (target.timing.connect_timeout) {
    timing["connect_timeout_ns"] = target.timing.connect_timeout->count();
  }
  if (target.timing.upgrade_timeout) {
    timing["upgrade_timeout_ns"] = target.timing.upgrade_timeout->count();
  }
  if (target.timing.recovery_window) {
    timing["recovery_window_ns"] = target.timing.recovery_window->count();
  }
  if (target.timing.head_timeout) {
    timing["head_timeout_ns"] = target.timing.head_timeout->count();
  }
  if (target.timing_declared) {
    timing["declared"] = true;
  }
  json::object capabilities;
  for (const auto& [name, has] : target.capabilities) {
    capabilities[name] = has;
  }
  json::array assumptions;
  for (const std::string& sentence : target.assumptions) {
    assumptions.emplace_back(history::clean_utf8(sentence));
  }
  json::object fields{{"name", history::clean_utf8(target.name)},
                      {"host", target.endpoint.host},
                      {"port", target.endpoint.port},
                      {"path", target.endpoint.path},
                      {"timing", timing},
                      {"capabilities", capabilities},
                      {"assumptions", assumptions},
                      {"configuration", history::clean_utf8(target.configuration)}};
  if (target.max_payload) {
    fields["max_payload"] = *target.max_payload;
  }
  return fields;
}

std::optional<Target> target_from_json(const json::value& value) {
  const json::object* fields = value.if_object();
  const json::value* timing = fields != nullptr ? fields->if_contains("timing") : nullptr;
  const json::value* port = fields != nullptr ? fields->if_contains("port") : nullptr;
  Target target;
  const bool usable = timing != nullptr && timing->is_object() && read_timing(timing->as_object(), target) &&
                      port != nullptr && port->is_int64() && port->as_int64() > 0 && port->as_int64() <= 65535;
  if (!usable) {
    return std::nullopt;
  }
  target.name = text_in(*fields, "name").value_or("");
  target.endpoint.host = text_in(*fields, "host").value_or("");
  target.endpoint.port = static_cast<std::uint16_t>(port->as_int64());
  target.endpoint.path = text_in(*fields, "path").value_or("");
  target.configuration = text_in(*fields, "configuration").value_or("");
  if (const json::value* limit = fields->if_contains("max_payload"); limit != nullptr && limit->is_int64()) {
    target.max_payload = static_cast<std::uint64_t>(limit->as_int64());
  }
  if (const json::value* found = fields->if_contains("capabilities"); found != nullptr && found->is_object()) {
    for (const auto& member : found->as_object()) {
      target.capabilities[std::string(member.key())] = member.value() == json::value(true);
    }
  }
  if (const json::value* found = fields->if_contains("assumptions"); found != nullptr && found->is_array()) {
    for (const json::value& sentence : found->as_array()) {
      target.assumptions.emplace_back(sentence.is_string() ? std::string(sentence.as_string()) : std::string());
    }
  }
  return target;
}

}  // namespace plumbline::conform
