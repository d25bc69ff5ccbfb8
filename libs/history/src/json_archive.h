// Two archives over Boost.JSON that share one list of fields per struct (run_result_fields.h), so that what is written
// is what is read.
#pragma once

#include <boost/json.hpp>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "plumbline/history/utf8.h"

namespace plumbline::history {

template <class T, class Archive>
concept Struct = requires(Archive& archive, T& value) {
  fields(archive, value);
};

// Writes in the order of the fields. Numbers that JSON does not know (NaN, infinity) become null.
class JsonWriter {
 public:
  template <class T>
  void operator()(std::string_view key, T& value) {
    object_[key] = to_value(value);
  }
  template <class Enum, class Names>
  void named(std::string_view key, Enum& value, const Names& names) {
    object_[key] = boost::json::string(names(value));
  }
  template <class Body>
  void nested(std::string_view key, const Body& body) {
    JsonWriter inner;
    body(inner);
    object_[key] = std::move(inner.object_);
  }
  [[nodiscard]] boost::json::object take() { return std::move(object_); }

 private:
  template <class T>
  static boost::json::value to_value(T& value) {
    if constexpr (Struct<T, JsonWriter>) {
      JsonWriter inner;
      fields(inner, value);
      return inner.take();
    } else if constexpr (std::is_same_v<T, std::string>) {
      return boost::json::string(clean_utf8(value));
    } else if constexpr (std::is_same_v<T, double>) {
      return std::isfinite(value) ? boost::json::value(value) : boost::json::value(nullptr);
    } else {
      return boost::json::value(value);
    }
  }
  template <class T>
  static boost::json::value to_value(std::optional<T>& value) {
    return value ? to_value(*value) : boost::json::value(nullptr);
  }
  template <class T>
  static boost::json::value to_value(std::vector<T>& values) {
    boost::json::array array;
    array.reserve(values.size());
    for (T& value : values) {
      array.push_back(to_value(value));
    }
    return array;
  }
  template <class T>
  static boost::json::value to_value(std::map<std::string, T>& values) {
    boost::json::object object;
    for (auto& [key, value] : values) {
      object[clean_utf8(key)] = to_value(value);
    }
    return object;
  }

  boost::json::object object_;
};

// Reads what is there: absent fields keep their defaults, unknown ones are ignored, wrong types are remembered by path.
class JsonReader {
 public:
  JsonReader(const boost::json::object& object, std::string path, std::string& error)
      : object_(object), path_(std::move(path)), error_(error) {}

  template <class T>
  void operator()(std::string_view key, T& value) {
    if (const boost::json::value* found = object_.if_contains(key)) {
      read(*found, value, path_ + std::string(key));
    }
  }
  template <class Enum, class Names>
  void named(std::string_view key, Enum& value, const Names& names) {
    std::string text;
    (*this)(key, text);
    for (const Enum candidate : Names::all) {
      if (names(candidate) == text) {
        value = candidate;
        return;
      }
    }
    complain(path_ + std::string(key), "is none of its known values");
  }
  template <class Body>
  void nested(std::string_view key, const Body& body) {
    const boost::json::value* found = object_.if_contains(key);
    if (found == nullptr || !found->is_object()) {
      complain(path_ + std::string(key), "must be an object");
      return;
    }
    JsonReader inner(found->get_object(), path_ + std::string(key) + ".", error_);
    body(inner);
  }
  void complain(const std::string& path, std::string_view problem) {
    if (error_.empty()) {
      error_ = "'" + path + "' " + std::string(problem);
    }
  }

 private:
  void read(const boost::json::value& from, std::string& into, const std::string& path) {
    from.is_string() ? void(into = from.get_string()) : complain(path, "must be a text");
  }
  void read(const boost::json::value& from, bool& into, const std::string& path) {
    from.is_bool() ? void(into = from.get_bool()) : complain(path, "must be true or false");
  }
  void read(const boost::json::value& from, double& into, const std::string& path) {
    if (from.is_number()) {
      into = from.to_number<double>();
    } else if (!from.is_null()) {
      complain(path, "must be a number");
    }
  }
  template <std::integral T>
  void read(const boost::json::value& from, T& into, const std::string& path) {
    boost::json::error_code error;
    const T number = from.is_number() ? from.to_number<T>(error) : T{};
    if (!from.is_number() || error) {
      complain(path, "must be a whole number");
      return;
    }
    into = number;
  }
  template <class T>
  void read(const boost::json::value& from, std::optional<T>& into, const std::string& path) {
    if (from.is_null()) {
      into.reset();
      return;
    }
    read(from, into.emplace(), path);
  }
  template <class T>
  void read(const boost::json::value& from, std::vector<T>& into, const std::string& path) {
    if (!from.is_array()) {
      complain(path, "must be a list");
      return;
    }
    into.clear();
    into.reserve(from.get_array().size());
    for (const boost::json::value& item : from.get_array()) {
      const std::string item_path = path + "[" + std::to_string(into.size()) + "]";
      read(item, into.emplace_back(), item_path);
    }
  }
  template <class T>
  void read(const boost::json::value& from, std::map<std::string, T>& into, const std::string& path) {
    if (!from.is_object()) {
      complain(path, "must be an object");
      return;
    }
    into.clear();
    for (const auto& item : from.get_object()) {
      read(item.value(), into[std::string(item.key())], path + "." + std::string(item.key()));
    }
  }
  template <class T>
  requires Struct<T, JsonReader>
  void read(const boost::json::value& from, T& into, const std::string& path) {
    if (!from.is_object()) {
      complain(path, "must be an object");
      return;
    }
    JsonReader inner(from.get_object(), path + ".", error_);
    fields(inner, into);
  }

  const boost::json::object& object_;
  std::string path_;
  std::string& error_;
};

}  // namespace plumbline::history
