// Evidence as text: every byte survives, and no line is believed that could not have been written.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evidence/digest.h"
#include "evidence/text.h"

namespace plumbline::conform {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string all_bytes() {
  std::string bytes;
  for (int i = 0; i < 256; ++i) {
    bytes += static_cast<char>(static_cast<unsigned char>(i));
  }
  return bytes;
}

Take sample() {
  Take take{"X-YZ-01.a", 3, "host", "/p/", 4000, "2026-11-21T00:00:00.000Z", 123, {}, 99};
  take.entries = {{Step::connect, 1, 1},
                  {Step::send, 2, 1, "plain \r\n\x1e words"},
                  {Step::bytes, 3, 1, all_bytes()},
                  {Step::suite_late, 4, 0, {}, -5, 7},
                  {Step::process, 5, 0, "resident 4096 descriptors 9 cpu 77"},
                  {Step::stopped, 6, 0, "yes"},
                  {Step::started, 7, 0, "no"},
                  {Step::backplane_stopped, 7, 0, "yes"},
                  {Step::backplane_started, 8, 0, "yes"},
                  {.step = Step::connect, .at = 8, .connection = 2, .node = 1},
                  {Step::deadline, 9, 0}};
  take.nodes = {"other:4001"};
  return take;
}

std::string changed(std::string_view from, std::string_view to) {
  std::string text = to_lines(sample());
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(Evidence, SurvivesBeingWrittenAndRead) {
  const std::string text = to_lines(sample()) + to_line("X-YZ-01.a", Fact::died);
  const ReadEvidence read = read_evidence(text);
  EXPECT_EQ(read.error, "");
  ASSERT_EQ(read.parts.size(), 2U);
  const Take& take = std::get<Take>(read.parts[0]);
  EXPECT_EQ(take.entries[2].bytes, all_bytes());
  EXPECT_EQ(take.entries[3].due, -5);
  EXPECT_EQ(take.number, 3);
  EXPECT_EQ(take.nodes, std::vector<std::string>{"other:4001"});
  EXPECT_EQ(take.entries[take.entries.size() - 2].node, 1);
  EXPECT_EQ(to_lines(take) + to_line("X-YZ-01.a", std::get<FactOfCase>(read.parts[1]).fact), text);
}

TEST(Evidence, CanBeReadByPeople) {
  EXPECT_THAT(to_lines(sample()), HasSubstr(R"({"t":2,"did":"send","on":1,"text":"plain \r\n\u001e words"})"));
}

TEST(Evidence, KeepsWhatCameBeforeTheCut) {
  const std::string whole = to_lines(sample());
  const ReadEvidence read = read_evidence(whole + whole.substr(0, whole.size() / 2));
  EXPECT_EQ(read.parts.size(), 1U);
  EXPECT_THAT(read.error, HasSubstr("cut off"));
  EXPECT_THAT(read_evidence(whole.substr(0, whole.rfind("{"))).error, HasSubstr("the take is cut off"));
}

struct Wrong {
  std::string_view from, to, complaint;
};

class WrongEvidence : public testing::TestWithParam<Wrong> {};

TEST_P(WrongEvidence, IsToldWithItsLine) {
  const ReadEvidence read = read_evidence(changed(GetParam().from, GetParam().to));
  EXPECT_THAT(read.error, StartsWith("line "));
  EXPECT_THAT(read.error, HasSubstr(GetParam().complaint));
}

INSTANTIATE_TEST_SUITE_P(
    Lines, WrongEvidence,
    testing::Values(Wrong{R"("t":3)", R"("t":1)", "t must be whole nanoseconds"},
                    Wrong{R"("t":9,)", R"("t":9e99,)", "t must be whole nanoseconds"},
                    Wrong{R"("t":9,)", R"("t":9223372036854775807,)", "t must be whole nanoseconds"},
                    Wrong{R"("saw":"deadline")", R"("saw":"ghosts")", "a known word"},
                    Wrong{R"("did":"send")", R"("did":"bytes")", "a known word"},
                    Wrong{R"("on":1,"text")", R"("text")", "number of its connection"},
                    Wrong{R"("on":1,"text")", R"("on":-1,"text")", "number of its connection"},
                    Wrong{R"("b64":")", R"("b64":"*)", "needs its bytes"}, Wrong{R"("due":-5,)", "", "due and seen"},
                    Wrong{R"("port":4000)", R"("port":0)", "a take needs"},
                    Wrong{R"("case")", R"("cage")", "belongs to no take"},
                    Wrong{R"({"t":2)", R"([{"t":2)", "not a JSON object"}));

TEST(Digest, IsSha256) {
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace plumbline::conform
