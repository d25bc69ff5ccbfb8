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

  const auto& entries = std::get<ConfigEntries>(parsed);
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].key, "port");
  ASSERT_EQ(entries[0].values.size(), 1U);
  EXPECT_EQ(entries[0].values[0].text, "0");
  EXPECT_EQ(entries[0].values[0].place, "s.yaml:1:7: ");
  EXPECT_EQ(entries[1].key, "cors");
  ASSERT_EQ(entries[1].values.size(), 2U);
  EXPECT_EQ(entries[1].values[1].text, "b");
  EXPECT_EQ(entries[1].values[1].place, "s.yaml:2:11: ");
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
  EXPECT_EQ(error_of("cors: []"), "s.yaml:1:7: 'cors' wants a value or a list of values");
  EXPECT_TRUE(error_of("cors: [a, {b: c}]").starts_with("s.yaml:1:11: ")) << error_of("cors: [a, {b: c}]");
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
