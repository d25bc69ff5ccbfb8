#include "rest/fields.h"

#include <boost/json/parse.hpp>
#include <charconv>
#include <cmath>

#include "plumbline/base/ids.h"
#include "plumbline/websocket/codec.h"
#include "service/text_rules.h"

namespace plumbline::serve {
namespace {

constexpr std::size_t kMaxDepth = 32;
constexpr std::uint64_t kLargestNumber = (std::uint64_t{1} << 53U) - 1;  // what every JSON reader can hold

bool is_json(std::string_view content_type) {
  const std::string lower = to_lower_ascii(content_type);
  const std::string_view type = std::string_view{lower}.substr(0, lower.find(';'));
  const std::size_t end = type.find_last_not_of(" \t");
  if (end == std::string_view::npos || type.substr(0, end + 1) != "application/json") {
    return false;
  }
  const std::size_t charset = lower.find("charset=");
  return charset == std::string::npos || lower.compare(charset, 13, "charset=utf-8") == 0 ||
         lower.compare(charset, 15, "charset=\"utf-8\"") == 0;
}

net::HttpResponse refusal_of(const std::vector<FieldFault>& faults, std::string_view message) {
  const std::string first = faults.front().path + ' ' + faults.front().message;
  return error_answer(400, "INVALID_FIELD", message.empty() ? std::string_view{first} : message, faults);
}

// What is wrong with the text; empty when nothing is.
std::string broken(const TextRule& rule, std::string_view text) {
  const std::size_t length = rule.counted == Length::trimmed ? trimmed_length(text) : code_points(text);
  if (length < rule.min || length > rule.max) {
    return "must have " + std::to_string(rule.min) + " to " + std::to_string(rule.max) + " characters";
  }
  return has_nul(text) ? "must not contain U+0000" : "";
}

// JSON has one kind of number: 5 and 5.0 are the same integer.
std::optional<std::int64_t> whole_number(const boost::json::value& value) {
  if (value.is_int64()) {
    return value.get_int64();
  }
  const double* const real = value.if_double();
  const bool whole =
      real != nullptr && std::abs(*real) <= static_cast<double>(kLargestNumber) && std::trunc(*real) == *real;
  return whole ? std::optional{static_cast<std::int64_t>(*real)} : std::nullopt;
}

}  // namespace

std::optional<net::HttpResponse> Fields::parse(const net::HttpRequest& request) {
  if (request.body.size() > kMaxBody) {
    return error_answer(413, "TOO_LARGE", "The body is larger than 1 MiB");
  }
  if (request.body.empty()) {
    return error_answer(400, "MALFORMED_JSON", "A JSON object is expected as the body");
  }
  if (!is_json(request.header("content-type")) || !request.header("content-encoding").empty()) {
    return error_answer(415, "UNSUPPORTED_MEDIA_TYPE", "The body must be application/json in UTF-8");
  }
  boost::json::parse_options options;
  options.max_depth = kMaxDepth;
  boost::system::error_code ec;
  body_ = boost::json::parse({request.body.data(), request.body.size()}, ec, &memory_, options);
  if (ec) {
    return error_answer(400, "MALFORMED_JSON", "The body is not valid JSON");
  }
  if (!body_.is_object()) {
    return error_answer(400, "INVALID_FIELD", "The body must be a JSON object");
  }
  return std::nullopt;
}

const boost::json::value* Fields::raw(std::string_view name) const {
  const boost::json::value* value = body_.get_object().if_contains({name.data(), name.size()});
  return value == nullptr || value->is_null() ? nullptr : value;
}

const boost::json::value* Fields::present(std::string_view name, Need need) {
  const boost::json::value* value = raw(name);
  if (value == nullptr && need == Need::required) {
    fault(name, "is required");
  }
  return value;
}

std::optional<std::string_view> Fields::text(std::string_view name, Need need, const TextRule& rule) {
  const boost::json::value* value = present(name, need);
  if (value == nullptr) {
    return std::nullopt;
  }
  if (!value->is_string()) {
    fault(name, "must be a string");
    return std::nullopt;
  }
  const std::string_view found{value->get_string().data(), value->get_string().size()};
  if (std::string wrong = broken(rule, found); !wrong.empty()) {
    fault(name, std::move(wrong));
    return std::nullopt;
  }
  return found;
}

std::optional<Uuid> Fields::uuid(std::string_view name, Need need) {
  const boost::json::value* value = present(name, need);
  if (value == nullptr) {
    return std::nullopt;
  }
  const auto id =
      value->is_string() ? Uuid::parse({value->get_string().data(), value->get_string().size()}) : std::nullopt;
  if (!id) {
    fault(name, "must be a UUID");
  }
  return id;
}

std::optional<std::int64_t> Fields::integer(std::string_view name, Need need, std::int64_t min) {
  const boost::json::value* value = present(name, need);
  if (value == nullptr) {
    return std::nullopt;
  }
  const auto number = whole_number(*value);
  if (!number || *number < min || *number > static_cast<std::int64_t>(kLargestNumber)) {
    fault(name, "must be an integer of at least " + std::to_string(min));
    return std::nullopt;
  }
  return number;
}

void Fields::fault(std::string_view path, std::string message) {
  faults_.push_back({std::string{path}, std::move(message)});
}

net::HttpResponse Fields::refusal(std::string_view message) const {
  return refusal_of(faults_, message);
}

QueryFields::QueryFields(std::string_view query) : parameters_(net::parse_query(query)) {}

std::optional<std::string_view> QueryFields::text(std::string_view name) const {
  for (const auto& [key, value] : parameters_) {
    if (key == name) {
      return value;
    }
  }
  return std::nullopt;
}

std::optional<std::string_view> QueryFields::text(std::string_view name, Need need, const TextRule& rule) {
  const auto found = text(name);
  if (!found) {
    if (need == Need::required) {
      fault(name, "is required");
    }
    return std::nullopt;
  }
  std::string wrong = websocket::is_valid_utf8(*found) ? broken(rule, *found) : "must be UTF-8";
  if (!wrong.empty()) {
    fault(name, std::move(wrong));
    return std::nullopt;
  }
  return found;
}

std::uint64_t QueryFields::number(std::string_view name, std::uint64_t fallback, std::uint64_t min, std::uint64_t max) {
  const auto found = text(name);
  if (!found) {
    return fallback;
  }
  std::uint64_t value = 0;
  const char* end = found->data() + found->size();
  const auto [stop, ec] = std::from_chars(found->data(), end, value);
  if (ec != std::errc{} || stop != end || value < min || value > max) {
    fault(name, "must be an integer from " + std::to_string(min) + " to " + std::to_string(max));
    return fallback;
  }
  return value;
}

void QueryFields::fault(std::string_view path, std::string message) {
  faults_.push_back({std::string{path}, std::move(message)});
}

net::HttpResponse QueryFields::refusal(std::string_view message) const {
  return refusal_of(faults_, message);
}

}  // namespace plumbline::serve
