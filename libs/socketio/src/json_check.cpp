// A Boost.JSON parser whose handler only notes kinds.
#include "json_check.h"

#include <array>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

namespace plumbline::socketio {
namespace {

namespace json = boost::json;

// Boost.JSON calls every member for each token; false would stop it.
class ShapeHandler {
 public:
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

  using Code = json::error_code;
  using Text = json::string_view;

  bool on_document_begin(Code&) { return true; }
  bool on_document_end(Code&) { return true; }
  bool on_array_begin(Code&) { return open(JsonKind::array); }
  bool on_array_end(std::size_t, Code&) { return shut(); }
  bool on_object_begin(Code&) { return open(JsonKind::object); }
  bool on_object_end(std::size_t, Code&) { return shut(); }
  bool on_string_part(Text part, std::size_t, Code&) { return keep(part); }
  bool on_string(Text part, std::size_t, Code&) {
    keep(part);
    return note(JsonKind::string);
  }
  bool on_key_part(Text, std::size_t, Code&) { return true; }
  bool on_key(Text, std::size_t, Code&) { return true; }
  bool on_number_part(Text, Code&) { return true; }
  bool on_int64(std::int64_t, Text, Code&) { return note(JsonKind::number); }
  bool on_uint64(std::uint64_t, Text, Code&) { return note(JsonKind::number); }
  bool on_double(double, Text, Code&) { return note(JsonKind::number); }
  bool on_bool(bool, Code&) { return note(JsonKind::boolean); }
  bool on_null(Code&) { return note(JsonKind::null); }
  bool on_comment_part(Text, Code&) { return true; }
  bool on_comment(Text, Code&) { return true; }

  JsonShape shape;

 private:
  [[nodiscard]] bool at_first_element() const {
    return depth_ == 1 && shape.kind == JsonKind::array && shape.first == JsonKind::none;
  }
  bool note(JsonKind kind) {
    if (depth_ == 0) {
      shape.kind = kind;
    } else if (at_first_element()) {
      shape.first = kind;
    }
    return true;
  }
  bool open(JsonKind kind) {
    note(kind);
    ++depth_;
    return true;
  }
  bool shut() {
    --depth_;
    return true;
  }
  bool keep(Text part) {
    if (at_first_element() && shape.first_text.size() < kFirstTextKept) {
      shape.first_text.append(part.data(), std::min(part.size(), kFirstTextKept - shape.first_text.size()));
    }
    return true;
  }

  std::size_t depth_{0};
};

bool fits(const json::value& value, std::uint32_t count);

bool is_placeholder(const json::object& object) {
  const json::value* flag = object.if_contains("_placeholder");
  return flag != nullptr && flag->is_bool() && flag->get_bool();
}

bool names_attachment(const json::object& object, std::uint32_t count) {
  const json::value* num = object.if_contains("num");
  return num != nullptr && num->is_int64() && num->get_int64() >= 0 && num->get_int64() < std::int64_t{count};
}

bool fits(const json::object& object, std::uint32_t count) {
  if (is_placeholder(object)) {
    return names_attachment(object, count);
  }
  for (const auto& member : object) {
    if (!fits(member.value(), count)) {
      return false;
    }
  }
  return true;
}

// As deep as the text, which the parser has limited.
bool fits(const json::value& value, std::uint32_t count) {
  if (const json::object* object = value.if_object()) {
    return fits(*object, count);
  }
  if (const json::array* array = value.if_array()) {
    for (const json::value& element : *array) {
      if (!fits(element, count)) {
        return false;
      }
    }
  }
  return true;
}

json::parse_options options(std::uint32_t max_depth) {
  json::parse_options chosen;
  chosen.max_depth = max_depth;
  return chosen;
}

}  // namespace

Result<JsonShape> check_json(std::string_view text, std::uint32_t max_depth) {
  json::basic_parser<ShapeHandler> parser(options(max_depth));
  json::error_code code;
  const std::size_t used = parser.write_some(false, text.data(), text.size(), code);
  if (code) {
    return Error{Errc::malformed, "invalid JSON"};
  }
  if (used != text.size()) {
    return Error{Errc::malformed, "bytes after the JSON value"};
  }
  return std::move(parser.handler().shape);
}

bool placeholders_fit(std::string_view text, std::uint32_t max_depth, std::uint32_t count) {
  std::array<unsigned char, 4096> buffer;
  json::monotonic_resource memory(buffer.data(), buffer.size());
  json::error_code code;
  const json::value value = json::parse(json::string_view(text.data(), text.size()), code, &memory, options(max_depth));
  return !code && fits(value, count);
}

}  // namespace plumbline::socketio
