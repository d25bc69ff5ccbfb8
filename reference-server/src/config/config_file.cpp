#include "config/config_file.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "plumbline/base/did_you_mean.h"

namespace plumbline::serve {
namespace {

std::string place(const std::string& file, const YAML::Mark& mark) {
  return file + ":" + std::to_string(mark.line + 1) + ":" + std::to_string(mark.column + 1) + ": ";
}

// yaml-cpp throws on malformed text; nothing of it leaves this file.
std::variant<ConfigEntries, std::string> entries_of(const YAML::Node& root, const std::string& file,
                                                    const std::vector<std::string>& known_keys) {
  ConfigEntries entries;
  if (root.IsNull()) {
    return entries;
  }
  if (!root.IsMap()) {
    return place(file, root.Mark()) + "expected `key: value` lines";
  }
  for (const auto& pair : root) {
    const auto key = pair.first.as<std::string>();
    if (std::find(known_keys.begin(), known_keys.end(), key) == known_keys.end()) {
      return place(file, pair.first.Mark()) + "unknown key '" + key + "'" + did_you_mean(key, known_keys);
    }
    std::vector<ConfigValue> values;
    if (pair.second.IsSequence()) {
      for (const auto& value : pair.second) {
        values.push_back({value.as<std::string>(), place(file, value.Mark())});
      }
    } else if (pair.second.IsScalar()) {
      values.push_back({pair.second.as<std::string>(), place(file, pair.second.Mark())});
    }
    if (values.empty()) {
      return place(file, pair.second.Mark()) + "'" + key + "' wants a value or a list of values";
    }
    entries.push_back({key, std::move(values)});
  }
  return entries;
}

}  // namespace

std::variant<ConfigEntries, std::string> parse_config(std::string_view text, const std::string& file,
                                                      const std::vector<std::string>& known_keys) {
  try {
    return entries_of(YAML::Load(std::string(text)), file, known_keys);
  } catch (const YAML::Exception& failure) {
    return place(file, failure.mark) + failure.msg;
  }
}

std::variant<ConfigEntries, std::string> read_config_file(const std::string& file,
                                                          const std::vector<std::string>& known_keys) {
  std::ifstream in(file, std::ios::binary);
  if (!in) {
    return file + ": cannot be read: " + std::strerror(errno);
  }
  std::ostringstream text;
  text << in.rdbuf();
  return parse_config(text.str(), file, known_keys);
}

}  // namespace plumbline::serve
