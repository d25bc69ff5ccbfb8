#include "catalogue/strict_map.h"

#include <fmt/format.h>

#include <algorithm>

#include "plumbline/base/did_you_mean.h"

namespace plumbline::conform {

void Complaints::add(const YAML::Mark& mark, const std::string& sentence) {
  all_.push_back(fmt::format("{}:{}:{}: {}", file_, mark.line + 1, mark.column + 1, sentence));
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
      complaints_.add(entry.first.Mark(),
                      fmt::format("unknown key '{}' in {}{}", key, what_, did_you_mean(key, known_)));
    }
  }
}

}  // namespace plumbline::conform
