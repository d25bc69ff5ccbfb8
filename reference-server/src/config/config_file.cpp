#include "config/config_file.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

namespace plumbline::serve {
namespace {

std::string place(const std::string& file, const YAML::Mark& mark) {
  return file + ":" + std::to_string(mark.line + 1) + ":" + std::to_string(mark.column + 1) + ": ";
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) {
    row[j] = j;
  }
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0U : 1U);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row.back();
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
      const std::string meant = nearest(key, known_keys);
      return place(file, pair.first.Mark()) + "unknown key '" + key + "'" +
             (meant.empty() ? std::string{} : "; did you mean '" + meant + "'?");
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

std::string nearest(std::string_view word, const std::vector<std::string>& known) {
  const std::size_t tolerance = std::max<std::size_t>(2, word.size() / 3);
  std::string best;
  std::size_t distance = tolerance + 1;
  for (const std::string& candidate : known) {
    const std::size_t now = edit_distance(word, candidate);
    if (now < distance) {
      distance = now;
      best = candidate;
    }
  }
  return best;
}

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
