#include "catalogue/strict_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace plumbline::conform {
namespace {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

}  // namespace

void Complaints::add(const YAML::Mark& mark, const std::string& sentence) {
  all_.push_back(fmt::format("{}:{}:{}: {}", file_, mark.line + 1, mark.column + 1, sentence));
}

std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& candidates) {
  const auto best = std::min_element(candidates.begin(), candidates.end(), [word](const auto& a, const auto& b) {
    return edit_distance(word, a) < edit_distance(word, b);
  });
  if (best == candidates.end() || edit_distance(word, *best) > std::max<std::size_t>(2, word.size() / 3)) {
    return std::nullopt;
  }
  return *best;
}

YAML::Node load_yaml(Complaints& complaints, const std::string& text) {
  try {
    return YAML::Load(text);
  } catch (const YAML::ParserException& error) {  // the only way yaml-cpp reports bad syntax
    complaints.add(error.mark, "not valid YAML: " + error.msg);
    return {};
  }
}

StrictMap::StrictMap(Complaints& complaints, const YAML::Node& node, std::string what)
    : complaints_(complaints), node_(node), what_(std::move(what)), ok_(node_.IsMap()) {
  if (!ok_) {
    complaints_.add(node_.Mark(), what_ + " must be a mapping of keys to values");
  }
}

YAML::Node StrictMap::get(std::string_view key) {
  known_.emplace_back(key);
  return ok_ ? node_[std::string(key)] : YAML::Node(YAML::NodeType::Undefined);
}

std::string StrictMap::text(std::string_view key, bool required) {
  const YAML::Node value = get(key);
  if (!value.IsDefined()) {
    if (required && ok_) {
      complaints_.add(node_.Mark(), fmt::format("{} has no '{}'", what_, key));
    }
    return {};
  }
  if (!value.IsScalar()) {
    complaints_.add(value.Mark(), fmt::format("'{}' must be a text", key));
    return {};
  }
  return value.Scalar();
}

std::vector<std::string> StrictMap::texts(std::string_view key) {
  const YAML::Node value = get(key);
  std::vector<std::string> all;
  if (!value.IsDefined()) {
    return all;
  }
  if (!value.IsSequence()) {
    complaints_.add(value.Mark(), fmt::format("'{}' must be a list", key));
    return all;
  }
  for (const YAML::Node& item : value) {
    if (item.IsScalar()) {
      all.push_back(item.Scalar());
    } else {
      complaints_.add(item.Mark(), fmt::format("'{}' must be a list of texts", key));
    }
  }
  return all;
}

std::optional<std::uint64_t> StrictMap::number(std::string_view key, std::uint64_t minimum, std::uint64_t maximum) {
  const YAML::Node value = get(key);
  if (!value.IsDefined()) {
    return std::nullopt;
  }
  std::uint64_t number = 0;
  if (!value.IsScalar() || !YAML::convert<std::uint64_t>::decode(value, number) || number < minimum ||
      number > maximum) {
    complaints_.add(value.Mark(), fmt::format("'{}' must be a whole number from {} to {}", key, minimum, maximum));
    return std::nullopt;
  }
  return number;
}

void StrictMap::done() {
  if (!ok_) {
    return;
  }
  for (const auto& entry : node_) {
    const std::string key = entry.first.IsScalar() ? entry.first.Scalar() : "(not a text)";
    if (std::find(known_.begin(), known_.end(), key) == known_.end()) {
      const auto suggestion = nearest(key, known_);
      complaints_.add(entry.first.Mark(), fmt::format("unknown key '{}' in {}{}", key, what_,
                                                      suggestion ? "; did you mean '" + *suggestion + "'?" : ""));
    }
  }
}

}  // namespace plumbline::conform
