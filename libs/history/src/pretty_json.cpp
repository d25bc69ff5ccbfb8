#include "pretty_json.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <charconv>

namespace plumbline::history {
namespace {

using boost::json::value;

constexpr int kOneLineDepth = 2;  // rows of tables stay on one line

bool is_container(const value& item) {
  return item.is_object() || item.is_array();
}

std::string scalar(const value& item) {
  if (!item.is_double()) {
    return boost::json::serialize(item);
  }
  std::array<char, 64> text{};  // Boost.JSON would write 8.4E0
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), item.get_double());
  return error == std::errc{} ? std::string(text.data(), end) : "null";
}

void append(std::string& out, const value& item, int depth, bool one_line);

// `each` writes one element; the commas and the lines around it are the same for lists and objects.
template <class Container, class Each>
void append_members(std::string& out, const Container& members, int depth, bool one_line, const Each& each) {
  bool first = true;
  for (const auto& member : members) {
    out += first ? "" : ",";
    if (!one_line) {
      out += '\n' + std::string(static_cast<std::size_t>(depth + 1) * 2, ' ');
    } else if (!first) {
      out += ' ';
    }
    first = false;
    each(member);
  }
  if (!first && !one_line) {
    out += '\n' + std::string(static_cast<std::size_t>(depth) * 2, ' ');
  }
}

bool all_scalar(const boost::json::array& members) {
  return std::none_of(members.begin(), members.end(), [](const value& member) { return is_container(member); });
}

void append(std::string& out, const value& item, int depth, bool one_line) {
  if (const auto* object = item.if_object()) {
    const bool flat = one_line || depth >= kOneLineDepth;
    out += '{';
    append_members(out, *object, depth, flat, [&](const auto& member) {
      out += boost::json::serialize(boost::json::string(member.key())) + ": ";
      append(out, member.value(), depth + 1, flat);
    });
    out += '}';
  } else if (const auto* array = item.if_array()) {
    const bool flat = one_line || all_scalar(*array);
    out += '[';
    append_members(out, *array, depth, flat, [&](const value& member) { append(out, member, depth + 1, flat); });
    out += ']';
  } else {
    out += scalar(item);
  }
}

}  // namespace

std::string pretty(const value& item) {
  std::string out;
  append(out, item, 0, false);
  out += '\n';
  return out;
}

}  // namespace plumbline::history
