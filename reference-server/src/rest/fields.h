// Reads the JSON body and the query of a request, field by field, and collects what is wrong with them. Stage: gateway.
#pragma once

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plumbline/net/http.h"
#include "rest/answer.h"
#include "service/uuid.h"

namespace plumbline::serve {

inline constexpr std::size_t kMaxBody = 1U << 20U;

enum class Need { required, optional };

enum class Length : std::uint8_t { trimmed, whole };  // without the white space around the text, or with it

struct TextRule {
  std::size_t min{1};  // characters
  std::size_t max{255};
  Length counted{Length::trimmed};
};

// The fields of one body. Small bodies are parsed without touching the heap.
class Fields {
 public:
  // Nothing when the body is acceptable, else the answer: 413, 415 or 400.
  [[nodiscard]] std::optional<net::HttpResponse> parse(const net::HttpRequest& request);

  // Each of these notes a fault when the field is missing though required, of another type, or outside the rule; an
  // optional field that is absent or null is not a fault. Views live as long as this object.
  std::optional<std::string_view> text(std::string_view name, Need need, const TextRule& rule);
  std::optional<Uuid> uuid(std::string_view name, Need need);
  std::optional<std::int64_t> integer(std::string_view name, Need need, std::int64_t min);
  const boost::json::value* raw(std::string_view name) const;  // null when absent or JSON null

  void fault(std::string_view path, std::string message);
  [[nodiscard]] bool good() const { return faults_.empty(); }
  // 400 with all faults; `message` is what the messenger's clients show, the first fault when empty.
  [[nodiscard]] net::HttpResponse refusal(std::string_view message = {}) const;

 private:
  const boost::json::value* present(std::string_view name, Need need);

  unsigned char buffer_[4096];
  boost::json::monotonic_resource memory_{buffer_, sizeof buffer_};
  boost::json::value body_ = boost::json::value(boost::json::storage_ptr(&memory_));
  std::vector<FieldFault> faults_;
};

// The decoded parameters of a query, with the same way of noting faults.
class QueryFields {
 public:
  explicit QueryFields(std::string_view query);

  [[nodiscard]] std::optional<std::string_view> text(std::string_view name) const;
  // As of a body's field: nothing when absent, a fault when outside the rule, not UTF-8, or with U+0000 inside.
  std::optional<std::string_view> text(std::string_view name, Need need, const TextRule& rule);
  // Absent: `fallback`. Not a decimal integer, or outside [min, max]: a fault.
  std::uint64_t number(std::string_view name, std::uint64_t fallback, std::uint64_t min, std::uint64_t max);

  void fault(std::string_view path, std::string message);
  [[nodiscard]] bool good() const { return faults_.empty(); }
  [[nodiscard]] net::HttpResponse refusal(std::string_view message = {}) const;

 private:
  std::vector<std::pair<std::string, std::string>> parameters_;
  std::vector<FieldFault> faults_;
};

}  // namespace plumbline::serve
