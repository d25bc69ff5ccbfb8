// Reads the distributions of a scenario: sizes, delays, group sizes. Stage: scenario.
#include "scenario/units.h"
#include "scenario/yaml_reader.h"

namespace plumbline::load {
namespace {

struct Bounds {
  std::string_view example;
  double minimum;
  double maximum;
};

Bounds bounds_of(Measure measure) {
  switch (measure) {
    case Measure::bytes:
      return {"a size with a unit, such as 120B or 2KB", 1, 1e6};
    case Measure::time:
      return {"a duration with a unit, such as 2s", 0, 86400e9};
    case Measure::members:
      return {"a whole number of members", 2, 5000};
  }
  return {"a number", 0, 0};
}

std::optional<double> quantity(Measure measure, const std::string& word) {
  if (measure == Measure::bytes) {
    return parse_size(word);
  }
  if (measure == Measure::time) {
    const auto duration = parse_duration(word);
    return duration ? std::optional<double>{static_cast<double>(duration->count())} : std::nullopt;
  }
  const auto count = parse_count(word);
  return count ? std::optional<double>{static_cast<double>(*count)} : std::nullopt;
}

bool read_quantity(Complaints& complaints, const YAML::Node& node, const std::string& what, Measure measure,
                   double& into) {
  const Bounds bounds = bounds_of(measure);
  const auto word = node.IsDefined() ? scalar(complaints, node, what) : std::nullopt;
  const auto value = word ? quantity(measure, *word) : std::nullopt;
  if (!value || *value < bounds.minimum || *value > bounds.maximum) {
    if (word) {
      complaints.add(node.Mark(), what + " must be " + std::string(bounds.example) + ", not '" + *word + "'");
    }
    return false;
  }
  into = *value;
  return true;
}

// Two named bounds of one family, e.g. {min: 3, max: 200}.
void read_pair(MapReader& reader, Measure measure, const char* low, const char* high, Distribution& into) {
  const YAML::Node first = reader.get(low);
  const YAML::Node second = reader.get(high);
  if (!first.IsDefined() || !second.IsDefined()) {
    reader.complaints().add(reader.mark(), reader.what() + " needs '" + low + "' and '" + high + "'");
    return;
  }
  const bool fine = read_quantity(reader.complaints(), first, std::string("'") + low + "'", measure, into.a) &&
                    read_quantity(reader.complaints(), second, std::string("'") + high + "'", measure, into.b);
  if (fine && into.b < into.a) {
    reader.complaints().add(second.Mark(), std::string("'") + high + "' must not be below '" + low + "'");
  } else if (fine && into.a <= 0) {
    reader.complaints().add(first.Mark(), std::string("'") + low + "' must be above zero");
  }
}

}  // namespace

void read_distribution(Complaints& complaints, const YAML::Node& node, const std::string& what, Measure measure,
                       Distribution& into) {
  if (node.IsScalar()) {
    into = Distribution{};
    static_cast<void>(read_quantity(complaints, node, what, measure, into.a));
    return;
  }
  MapReader family{complaints, node, what};
  if (!family.ok()) {
    return;
  }
  using Kind = Distribution::Kind;
  Distribution read;
  if (const YAML::Node fixed = family.get("fixed"); fixed.IsDefined()) {
    static_cast<void>(read_quantity(complaints, fixed, "'fixed'", measure, read.a));
  }
  if (const YAML::Node exponential = family.get("exp"); exponential.IsDefined()) {
    read.kind = Kind::exponential;
    static_cast<void>(read_quantity(complaints, exponential, "'exp'", measure, read.a));
  }
  const auto pair = [&](const char* key, Kind kind, const char* low, const char* high) {
    const YAML::Node inner = family.get(key);
    if (!inner.IsDefined()) {
      return;
    }
    read.kind = kind;
    MapReader reader{complaints, inner, "'" + std::string(key) + "'"};
    if (!reader.ok()) {
      return;
    }
    read_pair(reader, measure, low, high, read);
    if (kind == Kind::zipf) {
      std::string skew = "1";
      reader.text("s", skew);
      read.skew = parse_number(skew).value_or(1);
    }
    reader.done();
  };
  pair("uniform", Kind::uniform, "min", "max");
  pair("lognormal", Kind::lognormal, "median", "p99");
  pair("zipf", Kind::zipf, "min", "max");
  family.done();
  if (node.size() != 1) {
    complaints.add(node.Mark(), what + " needs exactly one of fixed, uniform, exp, lognormal, zipf");
    return;
  }
  into = read;
}

}  // namespace plumbline::load
