#include "cases/engineio/answers.h"

#include <algorithm>
#include <boost/json/object.hpp>
#include <cctype>

namespace plumbline::conform {
namespace {

bool same_letters(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char left, unsigned char right) { return std::tolower(left) == std::tolower(right); });
}

}  // namespace

HttpExchange& ask(Context& c, std::string_view method, std::string_view query, std::string_view headers,
                  std::string_view body) {
  HttpExchange& request = c.wire.http(method, query, body, headers);
  c.wire.until([&] { return request.done(); }, c.answer_bound());
  return request;
}

HttpAnswer answer_of(const HttpExchange& request) {
  const HttpAnswer* answer = request.answer();
  return answer != nullptr ? *answer : HttpAnswer{};
}

bool is_open(const HttpExchange& request) {
  const HttpAnswer answer = answer_of(request);
  return answer.status == 200 && answer.body.starts_with("0{");
}
bool is_4xx(const HttpExchange& request) {
  const unsigned status = answer_of(request).status;
  return status >= 400 && status < 500;
}

std::int64_t code_of(const HttpExchange& request) {
  const auto body = parse_json(answer_of(request).body);
  const boost::json::value* code = body && body->is_object() ? body->as_object().if_contains("code") : nullptr;
  return code != nullptr && code->is_int64() ? code->as_int64() : -1;
}

std::string header_of(const HttpAnswer& answer, std::string_view name) {
  std::string values;
  for (const auto& [key, value] : answer.headers) {
    if (key == name) {
      values += (values.empty() ? "" : ", ") + value;
    }
  }
  return values;
}

std::size_t count_of(const HttpAnswer& answer, std::string_view name) {
  return static_cast<std::size_t>(std::count_if(answer.headers.begin(), answer.headers.end(),
                                                [name](const auto& header) { return header.first == name; }));
}

bool lists(std::string_view values, std::string_view one) {
  while (!values.empty()) {
    const std::size_t comma = values.find(',');
    std::string_view value = values.substr(0, comma);
    value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
    value = value.substr(0, value.find_last_not_of(' ') + 1);
    if (same_letters(value, one)) {
      return true;
    }
    values = comma == std::string_view::npos ? std::string_view{} : values.substr(comma + 1);
  }
  return false;
}

}  // namespace plumbline::conform
