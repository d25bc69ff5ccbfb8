// Reading fields out of JSON that a target sent: tolerant of spelling, never of nonsense. Stage: workload.
#pragma once

#include <array>
#include <boost/json.hpp>
#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace plumbline::load {

// One parsed text on memory of its own: no allocation for texts of ordinary size. Valid as long as it lives.
class JsonText {
 public:
  explicit JsonText(std::string_view text);
  JsonText(const JsonText&) = delete;
  JsonText& operator=(const JsonText&) = delete;
  [[nodiscard]] const boost::json::object* object() const { return value_.if_object(); }
  [[nodiscard]] const boost::json::array* array() const { return value_.if_array(); }

 private:
  std::array<unsigned char, 6144> first_;
  boost::json::monotonic_resource memory_;
  boost::json::value value_;
};

// The first of the names that is there and of the type; empty or 0 otherwise.
[[nodiscard]] std::string_view text_of(const boost::json::object& object,
                                       std::initializer_list<std::string_view> names);
// Accepts numbers and, for targets that quote them, decimal strings.
[[nodiscard]] std::uint64_t number_of(const boost::json::object& object, std::initializer_list<std::string_view> names);
[[nodiscard]] bool flag_of(const boost::json::object& object, std::string_view name);

}  // namespace plumbline::load
