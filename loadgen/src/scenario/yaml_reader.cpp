#include "scenario/yaml_reader.h"

#include <algorithm>

#include "plumbline/base/did_you_mean.h"
#include "scenario/units.h"

namespace plumbline::load {

std::string Complaints::placed(const YAML::Mark& mark, const std::string& message) const {
  const std::string place =
      mark.line < 0 ? "" : ":" + std::to_string(mark.line + 1) + ":" + std::to_string(mark.column + 1);
  return file_ + place + ": " + message;
}

void Complaints::add(const YAML::Mark& mark, const std::string& message) {
  errors_.push_back(placed(mark, message));
}

void Complaints::add_if_alone(const YAML::Mark& mark, const std::string& message) {
  alone_.push_back(placed(mark, message));
}

std::optional<std::string> scalar(Complaints& complaints, const YAML::Node& node, const std::string& what) {
  if (node.IsScalar()) {
    return node.Scalar();
  }
  complaints.add(node.Mark(), what + " must be a single value");
  return std::nullopt;
}

MapReader::MapReader(Complaints& complaints, const YAML::Node& node, std::string what)
    : complaints_(complaints), node_(node), what_(std::move(what)), map_(node_.IsMap()) {
  if (!map_) {
    complaints_.add(node_.Mark(), what_ + " must be a mapping of keys to values");
    return;
  }
  std::set<std::string> seen;
  for (const auto& entry : node_) {
    if (entry.first.IsScalar() && !seen.insert(entry.first.Scalar()).second) {
      complaints_.add(entry.first.Mark(), "key '" + entry.first.Scalar() + "' appears twice in " + what_);
    }
  }
}

YAML::Node MapReader::get(std::string_view key) {
  known_.emplace_back(key);
  if (map_) {
    for (const auto& entry : node_) {
      if (entry.first.IsScalar() && entry.first.Scalar() == key) {
        return entry.second;
      }
    }
  }
  return YAML::Node{YAML::NodeType::Undefined};
}

void MapReader::later(std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys) {
    if (get(key).IsDefined()) {
      for (const auto& entry : node_) {
        if (entry.first.IsScalar() && entry.first.Scalar() == key) {
          complaints_.add(entry.first.Mark(), "'" + std::string(key) + "' in " + what_ +
                                                  " arrives with a later version; remove it to run this scenario now");
        }
      }
    }
  }
}

void MapReader::need(std::string_view key, std::string_view example) {
  if (map_ && !has(key)) {
    missing_.push_back(what_ + " needs '" + std::string(key) + "'" +
                       (example.empty() ? "" : ", such as " + std::string(example)));
  }
}

bool MapReader::done() {
  if (!map_) {
    return false;
  }
  bool all_known = true;
  for (const auto& entry : node_) {
    const std::string key = entry.first.IsScalar() ? entry.first.Scalar() : "?";
    if (std::find(known_.begin(), known_.end(), key) != known_.end()) {
      continue;
    }
    all_known = false;
    complaints_.add(entry.first.Mark(), "unknown key '" + key + "' in " + what_ + did_you_mean(key, known_));
  }
  for (const std::string& missing : missing_) {
    if (all_known) {
      complaints_.add(node_.Mark(), missing);
    }
  }
  return all_known;
}

void MapReader::text(std::string_view key, std::string& into) {
  if (const YAML::Node node = get(key); node.IsDefined()) {
    into = scalar(complaints_, node, "'" + std::string(key) + "'").value_or(into);
  }
}

void MapReader::count(std::string_view key, std::uint32_t& into, std::uint32_t minimum, std::uint32_t maximum) {
  const YAML::Node node = get(key);
  if (!node.IsDefined()) {
    return;
  }
  const auto word = scalar(complaints_, node, "'" + std::string(key) + "'");
  const auto value = word ? parse_count(*word) : std::nullopt;
  if (word && (!value || *value < minimum || *value > maximum)) {
    complaints_.add(node.Mark(), "'" + std::string(key) + "' must be a whole number from " + std::to_string(minimum) +
                                     " to " + std::to_string(maximum) + ", not '" + *word + "'");
  } else if (value) {
    into = static_cast<std::uint32_t>(*value);
  }
}

void MapReader::duration(std::string_view key, Duration& into) {
  if (const YAML::Node node = get(key); node.IsDefined()) {
    const auto word = scalar(complaints_, node, "'" + std::string(key) + "'");
    const auto value = word ? parse_duration(*word) : std::nullopt;
    if (word && !value) {
      complaints_.add(node.Mark(), "'" + std::string(key) +
                                       "' must be a duration with a unit, such as 10s or 250ms, not '" + *word + "'");
    }
    into = value.value_or(into);
  }
}

void MapReader::rate(std::string_view key, double& into) {
  if (const YAML::Node node = get(key); node.IsDefined()) {
    const auto word = scalar(complaints_, node, "'" + std::string(key) + "'");
    const auto value = word ? parse_rate(*word) : std::nullopt;
    if (word && (!value || *value > 1e6)) {
      complaints_.add(node.Mark(),
                      "'" + std::string(key) + "' must be a rate with a unit, such as 500/s, not '" + *word + "'");
      return;
    }
    into = value.value_or(into);
  }
}

void MapReader::percent(std::string_view key, double& into) {
  if (const YAML::Node node = get(key); node.IsDefined()) {
    const auto word = scalar(complaints_, node, "'" + std::string(key) + "'");
    const auto value = word ? parse_percent(*word) : std::nullopt;
    if (word && !value) {
      complaints_.add(node.Mark(), "'" + std::string(key) + "' must be a share such as 80%, not '" + *word + "'");
    }
    into = value.value_or(into);
  }
}

void MapReader::flag(std::string_view key, bool& into) {
  if (const YAML::Node node = get(key); node.IsDefined()) {
    const auto word = scalar(complaints_, node, "'" + std::string(key) + "'");
    if (word && *word != "true" && *word != "false") {
      complaints_.add(node.Mark(), "'" + std::string(key) + "' must be true or false, not '" + *word + "'");
    } else if (word) {
      into = *word == "true";
    }
  }
}

}  // namespace plumbline::load
