#include "bus/kafka/record_members.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <optional>

#include "service/iso_time.h"
#include "service/text_rules.h"

namespace plumbline::serve {
namespace {

constexpr std::uint64_t kMaxNumber = (std::uint64_t{1} << 53U) - 1;
constexpr UnixMillis kLastMillis = 7'258'118'399'999;  // of the year 2199: the clock's nanoseconds end in 2262

std::string_view as_view(const boost::json::string& text) {
  return {text.data(), text.size()};
}

bool nul_inside(const boost::json::value& value) {
  if (const auto* text = value.if_string()) {
    return has_nul(as_view(*text));
  }
  if (const auto* array = value.if_array()) {
    return std::any_of(array->begin(), array->end(), nul_inside);
  }
  if (const auto* object = value.if_object()) {
    return std::any_of(object->begin(), object->end(), [](const auto& member) {
      return has_nul({member.key().data(), member.key().size()}) || nul_inside(member.value());
    });
  }
  return false;
}

}  // namespace

RecordMembers::RecordMembers(std::string_view text)
    : record_(text), value_(boost::json::parse({text.data(), text.size()}, failed_, &memory_)) {
  if (failed_ || !value_.is_object()) {
    value_ = boost::json::object{};
    wrong_ = "the record is no JSON object";
  }
}

void RecordMembers::require(bool holds, const char* otherwise) {
  if (!holds && wrong_ == nullptr) {
    wrong_ = otherwise;
  }
}

const boost::json::value* RecordMembers::find(std::string_view name) const {
  return value_.get_object().if_contains({name.data(), name.size()});
}

std::string_view RecordMembers::view(std::string_view name, const char* otherwise) {
  const boost::json::value* found = find(name);
  const bool text = found != nullptr && found->is_string();
  require(text, otherwise);
  return text ? as_view(found->get_string()) : std::string_view{};
}

Uuid RecordMembers::id(std::string_view name, const char* otherwise) {
  const auto id = Uuid::parse(view(name, otherwise));
  require(id.has_value(), otherwise);
  return id.value_or(Uuid{});
}

Uuid RecordMembers::id_or_null(std::string_view name, const char* otherwise) {
  const boost::json::value* found = find(name);
  return found != nullptr && found->is_null() ? Uuid{} : id(name, otherwise);
}

std::vector<Uuid> RecordMembers::ids(std::string_view name, const char* otherwise) {
  const boost::json::value* found = find(name);
  std::vector<Uuid> all;
  if (found == nullptr || !found->is_array()) {
    require(false, otherwise);
    return all;
  }
  all.reserve(found->get_array().size());
  for (const boost::json::value& entry : found->get_array()) {
    const auto id = entry.is_string() ? Uuid::parse(as_view(entry.get_string())) : std::nullopt;
    require(id.has_value(), otherwise);
    all.push_back(id.value_or(Uuid{}));
  }
  return all;
}

ConversationKey RecordMembers::key(std::string_view name, const char* otherwise) {
  const auto key = ConversationKey::parse(view(name, otherwise));
  require(key.has_value(), otherwise);
  return key.value_or(ConversationKey{});
}

std::string RecordMembers::text(std::string_view name, const char* otherwise) {
  const std::string_view text = view(name, otherwise);
  require(!has_nul(text), otherwise);
  return std::string{text};
}

std::uint64_t RecordMembers::number(std::string_view name, const char* otherwise) {
  const boost::json::value* found = find(name);
  const bool whole = found != nullptr && found->is_int64() && found->get_int64() >= 0;
  const std::uint64_t number = whole ? static_cast<std::uint64_t>(found->get_int64()) : 0;
  require(whole && number <= kMaxNumber, otherwise);
  return number;
}

bool RecordMembers::flag(std::string_view name, const char* otherwise) {
  const boost::json::value* found = find(name);
  const bool known = found != nullptr && found->is_bool();
  require(known, otherwise);
  return known && found->get_bool();
}

UnixMillis RecordMembers::time(std::string_view name, const char* otherwise) {
  const auto at = parse_iso_time(view(name, otherwise)).value_or(0);
  require(at > 0 && at <= kLastMillis, otherwise);
  return at;
}

UnixMillis RecordMembers::time_or_null(std::string_view name, const char* otherwise) {
  const boost::json::value* found = find(name);
  return found != nullptr && found->is_null() ? 0 : time(name, otherwise);
}

std::string RecordMembers::object(std::string_view name, const char* otherwise) {
  const boost::json::value* found = find(name);
  const bool usable = found != nullptr && found->is_object() && !nul_inside(*found);
  require(usable, otherwise);
  if (!usable) {
    return {};
  }
  const std::string_view as_written = last_member(name);
  return as_written.empty() ? boost::json::serialize(*found) : std::string{as_written};
}

// A quote right after a comma opens a member's name or closes a text that ends with a comma; after the latter no
// letter may follow. So the first `,"name":` of a legal record is a member of that name, the last one of the record if
// what follows up to the closing brace is one whole value.
std::string_view RecordMembers::last_member(std::string_view name) const {
  std::string opening = ",\"";
  opening += name;
  opening += "\":";
  const std::size_t at = record_.find(opening);
  if (at == std::string_view::npos || !record_.ends_with('}')) {
    return {};
  }
  const std::size_t begin = at + opening.size();
  const std::string_view rest = record_.substr(begin, record_.size() - begin - 1);
  boost::json::error_code failed;
  boost::json::monotonic_resource memory;
  const auto value = boost::json::parse({rest.data(), rest.size()}, failed, &memory);
  return !failed && value.is_object() && rest.starts_with('{') && rest.ends_with('}') ? rest : std::string_view{};
}

}  // namespace plumbline::serve
