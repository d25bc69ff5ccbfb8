// The YAML file behind `serve --config`: same keys as the command line, strict about everything else.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace plumbline::serve {

struct ConfigValue {
  std::string text;
  std::string place;  // `file:line:col: `, to put in front of what is wrong with it
};

// A sequence gives several values, anything else one.
struct ConfigEntry {
  std::string key;
  std::vector<ConfigValue> values;
};
using ConfigEntries = std::vector<ConfigEntry>;  // in file order

// The error reads `file:line:col: sentence`.
[[nodiscard]] std::variant<ConfigEntries, std::string> read_config_file(const std::string& file,
                                                                        const std::vector<std::string>& known_keys);

[[nodiscard]] std::variant<ConfigEntries, std::string> parse_config(std::string_view text, const std::string& file,
                                                                    const std::vector<std::string>& known_keys);

}  // namespace plumbline::serve
