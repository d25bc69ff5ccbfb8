// The configuration file: strict, with file:line:col and a suggestion.
#include "config/config_file.h"

#include <gtest/gtest.h>

namespace plumbline::serve {
namespace {

const std::vector<std::string> kKeys{"port", "host", "cors", "ping-interval"};

std::string error_of(std::string_view text) {
  const auto parsed = parse_config(text, "s.yaml", kKeys);
  const auto* why = std::get_if<std::string>(&parsed);
  return why == nullptr ? "none" : *why;
}

TEST(ConfigFile, ReadsValuesAndListsInOrder) {
  const auto parsed = parse_config("port: 0\ncors: [a, b]\n", "s.yaml", kKeys);

  const ConfigEntries expected{{"port", {"0"}}, {"cors", {"a", "b"}}};
  EXPECT_EQ(std::get<ConfigEntries>(parsed), expected);
}

TEST(ConfigFile, AcceptsAnEmptyFile) {
  EXPECT_EQ(error_of(""), "none");
}

TEST(ConfigFile, SuggestsTheKeyThatWasMeant) {
  EXPECT_EQ(error_of("port: 0\nping-intervall: 5\n"),
            "s.yaml:2:1: unknown key 'ping-intervall'; did you mean 'ping-interval'?");
}

TEST(ConfigFile, SuggestsNothingForStrangeKeys) {
  EXPECT_EQ(error_of("something-else: 1"), "s.yaml:1:1: unknown key 'something-else'");
}

TEST(ConfigFile, RefusesNestedValuesAndLists) {
  EXPECT_EQ(error_of("port: {a: 1}"), "s.yaml:1:7: 'port' wants a value or a list of values");
  EXPECT_EQ(error_of("- port"), "s.yaml:1:1: expected `key: value` lines");
}

TEST(ConfigFile, NamesThePlaceOfBrokenYaml) {
  EXPECT_TRUE(error_of("port: [1, 2\nhost: x: y").starts_with("s.yaml:2:")) << error_of("port: [1, 2\nhost: x: y");
}

TEST(ConfigFile, SaysWhenItCannotBeRead) {
  const auto read = read_config_file("/no/such.yaml", kKeys);
  EXPECT_EQ(std::get<std::string>(read), "/no/such.yaml: cannot be read: No such file or directory");
}

}  // namespace
}  // namespace plumbline::serve
