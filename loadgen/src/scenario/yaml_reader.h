// Reading one YAML mapping strictly: every error has file, line and column; unknown keys are errors with the nearest
// known key. The only header here that shows yaml-cpp; private to this folder. Stage: scenario.
#pragma once

#include <yaml-cpp/yaml.h>

#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "plumbline/base/clock.h"
#include "scenario/scenario.h"

namespace plumbline::load {

// Collects every error of a file, in the order found.
class Complaints {
 public:
  explicit Complaints(std::string file) : file_(std::move(file)) {}
  void add(const YAML::Mark& mark, const std::string& message);
  // What a misspelt key elsewhere may have caused: said only when nothing else is wrong.
  void add_if_alone(const YAML::Mark& mark, const std::string& message);
  [[nodiscard]] bool empty() const { return errors_.empty() && alone_.empty(); }
  [[nodiscard]] const std::vector<std::string>& all() const { return errors_.empty() ? alone_ : errors_; }

 private:
  [[nodiscard]] std::string placed(const YAML::Mark& mark, const std::string& message) const;

  std::string file_;
  std::vector<std::string> errors_;
  std::vector<std::string> alone_;
};

// One mapping of the file. `what` names it in messages: "phase 'steady'".
class MapReader {
 public:
  MapReader(Complaints& complaints, const YAML::Node& node, std::string what);

  [[nodiscard]] bool ok() const { return map_; }
  [[nodiscard]] const std::string& what() const { return what_; }
  [[nodiscard]] YAML::Mark mark() const { return node_.Mark(); }
  // The value of a key, undefined when absent. Marks the key as known.
  [[nodiscard]] YAML::Node get(std::string_view key);
  [[nodiscard]] bool has(std::string_view key) { return get(key).IsDefined(); }
  // Keys that a later version brings: known, and refused with that reason.
  void later(std::initializer_list<std::string_view> keys);
  // The key must be there. Complained about by done(), unless a misspelt key explains its absence.
  void need(std::string_view key, std::string_view example = {});
  // Call last: complains about every key that nobody asked for. True when there is none.
  bool done();

  void text(std::string_view key, std::string& into);
  void count(std::string_view key, std::uint32_t& into, std::uint32_t minimum, std::uint32_t maximum);
  void duration(std::string_view key, Duration& into);
  void rate(std::string_view key, double& into);
  void percent(std::string_view key, double& into);
  void flag(std::string_view key, bool& into);

  Complaints& complaints() { return complaints_; }

 private:
  Complaints& complaints_;
  YAML::Node node_;
  std::string what_;
  bool map_{false};
  std::vector<std::string> known_;
  std::vector<std::string> missing_;
};

// A scalar's text, or nothing and a complaint.
[[nodiscard]] std::optional<std::string> scalar(Complaints& complaints, const YAML::Node& node,
                                                const std::string& what);

enum class Measure { bytes, time, members };
// `120B`, or {fixed|uniform|exp|lognormal|zipf: ...}.
void read_distribution(Complaints& complaints, const YAML::Node& node, const std::string& what, Measure measure,
                       Distribution& into);

}  // namespace plumbline::load
