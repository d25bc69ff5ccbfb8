#include "workload/json_fields.h"

#include <charconv>

namespace plumbline::load {

JsonText::JsonText(std::string_view text) : memory_(first_.data(), first_.size()), value_(&memory_) {
  boost::json::error_code failed;
  boost::json::value parsed = boost::json::parse(text, failed, &memory_);
  if (!failed) {
    value_ = std::move(parsed);
  }
}

std::string_view text_of(const boost::json::object& object, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    const boost::json::value* value = object.if_contains(name);
    if (value != nullptr && value->is_string()) {
      return value->get_string();
    }
  }
  return {};
}

std::uint64_t number_of(const boost::json::object& object, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    const boost::json::value* value = object.if_contains(name);
    if (value == nullptr) {
      continue;
    }
    if (value->is_int64() && value->get_int64() >= 0) {
      return static_cast<std::uint64_t>(value->get_int64());
    }
    if (value->is_uint64()) {
      return value->get_uint64();
    }
    if (value->is_string()) {
      const std::string_view digits = value->get_string();
      std::uint64_t number = 0;
      const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
      return error == std::errc{} && end == digits.data() + digits.size() ? number : 0;
    }
  }
  return 0;
}

bool flag_of(const boost::json::object& object, std::string_view name) {
  const boost::json::value* value = object.if_contains(name);
  return value != nullptr && value->is_bool() && value->get_bool();
}

}  // namespace plumbline::load
