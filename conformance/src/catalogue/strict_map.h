// One YAML mapping, read strictly: errors carry file, line and column; unknown keys name the nearest known one.
// The only header of this verb that shows yaml-cpp; included by the parsers alone. Stage: catalogue.
#pragma once

#include <yaml-cpp/yaml.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plumbline::conform {

// Errors of one file, each as "file:line:col: sentence".
class Complaints {
 public:
  explicit Complaints(std::string file) : file_(std::move(file)) {}
  void add(const YAML::Mark& mark, const std::string& sentence);
  [[nodiscard]] bool empty() const { return all_.empty(); }
  [[nodiscard]] const std::vector<std::string>& all() const { return all_; }

 private:
  std::string file_;
  std::vector<std::string> all_;
};

class StrictMap {
 public:
  // `what` names the mapping in sentences: "clause EIO-HS-01".
  StrictMap(Complaints& complaints, const YAML::Node& node, std::string what);

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] YAML::Mark mark() const { return node_.Mark(); }
  [[nodiscard]] bool has(std::string_view key) { return get(key).IsDefined(); }
  [[nodiscard]] YAML::Node get(std::string_view key);  // undefined when absent; the key is then known
  [[nodiscard]] std::string text(std::string_view key, bool required = true);
  [[nodiscard]] std::vector<std::string> texts(std::string_view key);
  [[nodiscard]] std::optional<std::uint64_t> number(std::string_view key, std::uint64_t minimum, std::uint64_t maximum);
  // Complains about every key that nobody asked for; call last.
  void done();

 private:
  Complaints& complaints_;
  YAML::Node node_;
  std::string what_;
  bool ok_{false};
  std::vector<std::string> known_;
};

// Parses a whole document; a syntax error becomes a complaint and an empty node.
[[nodiscard]] YAML::Node load_yaml(Complaints& complaints, const std::string& text);

}  // namespace plumbline::conform
