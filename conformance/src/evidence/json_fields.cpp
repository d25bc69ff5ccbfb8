#include "evidence/json_fields.h"

namespace plumbline::conform {

std::optional<std::string> text_in(const boost::json::object& fields, std::string_view key) {
  const boost::json::value* value = fields.if_contains(key);
  return value != nullptr && value->is_string() ? std::optional(std::string(value->as_string())) : std::nullopt;
}

std::optional<std::int64_t> whole_in(const boost::json::object& fields, std::string_view key, std::int64_t least,
                                     std::int64_t most) {
  const boost::json::value* value = fields.if_contains(key);
  if (value == nullptr || !value->is_int64() || value->as_int64() < least || value->as_int64() > most) {
    return std::nullopt;
  }
  return value->as_int64();
}

bool flag_in(const boost::json::object& fields, std::string_view key) {
  const boost::json::value* value = fields.if_contains(key);
  return value != nullptr && value->is_bool() && value->as_bool();
}

}  // namespace plumbline::conform
