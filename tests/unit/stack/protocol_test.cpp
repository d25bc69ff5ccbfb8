// Lines of the control socket: what is taken, what is refused and with which sentence.
#include "control/protocol.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumbline::stack {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string refusal(std::string_view line) {
  const auto parsed = parse_request(line);
  const auto* bad = std::get_if<BadRequest>(&parsed);
  return bad == nullptr ? "taken" : bad->sentence;
}

TEST(Request, ReadsEveryKey) {
  const auto parsed =
      parse_request(R"({"id":7,"do":"restart-empty","role":"kafka-leader","of":3,"seed":9,"guard":true})");

  ASSERT_TRUE(std::holds_alternative<Request>(parsed));
  const Request& request = std::get<Request>(parsed);
  EXPECT_EQ(request.id, 7);
  EXPECT_EQ(request.deed, Deed::restart_empty);
  EXPECT_EQ(request.role, Role::kafka_leader);
  EXPECT_EQ(request.of, "3");
  EXPECT_EQ(request.seed, 9U);
  EXPECT_TRUE(request.guard);
}

TEST(Request, NeedsNoDeedToAskForTheGuard) {
  EXPECT_TRUE(std::holds_alternative<Request>(parse_request(R"({"guard":true})")));
}

TEST(Request, IsReadBackFromItsOwnLine) {
  Request request;
  request.id = 4;
  request.deed = Deed::freeze;
  request.role = Role::redis_master;
  request.of = "redis-2";
  request.seed = 1;

  const auto parsed = parse_request(to_line(request));

  ASSERT_TRUE(std::holds_alternative<Request>(parsed));
  EXPECT_EQ(to_line(std::get<Request>(parsed)), to_line(request));
}

TEST(Request, TakesTheNameOfAProcessInsteadOfARole) {
  EXPECT_EQ(refusal(R"({"id":1,"do":"kill","of":"kafka-2"})"), "taken");
}

TEST(BadRequest, KeepsTheIdForTheAnswer) {
  const auto parsed = parse_request(R"({"id":12,"do":"explode"})");

  ASSERT_TRUE(std::holds_alternative<BadRequest>(parsed));
  EXPECT_EQ(std::get<BadRequest>(parsed).id, 12);
  EXPECT_THAT(std::get<BadRequest>(parsed).sentence, StartsWith("'do' wants one of kill, term, freeze,"));
}

struct Refused {
  const char* line;
  const char* sentence;
};
class RefusedRequest : public ::testing::TestWithParam<Refused> {};

TEST_P(RefusedRequest, SaysWhatIsWrong) {
  EXPECT_THAT(refusal(GetParam().line), HasSubstr(GetParam().sentence));
}

INSTANTIATE_TEST_SUITE_P(
    Lines, RefusedRequest,
    ::testing::Values(Refused{"", "one JSON object"}, Refused{"[]", "one JSON object"}, Refused{"{", "one JSON object"},
                      Refused{R"({"id":1})", "'do' is missing"}, Refused{R"({"id":"a","do":"heal"})", "'id' wants"},
                      Refused{R"({"do":"kill"})", "'kill' wants a role"},
                      Refused{R"({"do":"kill","role":"king"})", "'role' wants one of redis-master"},
                      Refused{R"({"do":"kill","role":1})", "'role' wants one of"},
                      Refused{R"({"do":"kill","role":"app","of":[]})", "'of' wants"},
                      Refused{R"({"do":"kill","role":"app","seed":-1})", "'seed' wants"},
                      Refused{R"({"do":"kill","role":"app","seed":1.5})", "'seed' wants"},
                      Refused{R"({"do":"heal","guard":1})", "'guard' wants"},
                      Refused{R"({"do":"heal","when":1})", "unknown key 'when'"}));

TEST(Answer, TellsTheTimeInNanoseconds) {
  const Time at{std::chrono::nanoseconds{123'456'789'012}};

  EXPECT_EQ(done_line(3, at, "redis-1", 4711),
            R"({"id":3,"ok":true,"at_ns":123456789012,"process":"redis-1","pid":4711})");
}

TEST(Answer, NamesNoProcessWhenAllAreMeant) {
  EXPECT_EQ(done_line(3, Time{std::chrono::nanoseconds{5}}, "", 0), R"({"id":3,"ok":true,"at_ns":5})");
}

TEST(Answer, RefusesInOneSentence) {
  EXPECT_EQ(refused_line(3, "nobody is app"), R"({"id":3,"ok":false,"error":"nobody is app"})");
}

TEST(Event, IsOneLine) {
  EXPECT_EQ(event_line("switched", "redis-2", "redis-master", Time{std::chrono::nanoseconds{5}}),
            R"({"event":"switched","process":"redis-2","role":"redis-master","at_ns":5})");
}

TEST(Deed, WantsARoleUnlessItIsDoneToAll) {
  EXPECT_TRUE(wants_role(Deed::thaw));
  EXPECT_FALSE(wants_role(Deed::heal));
}

}  // namespace
}  // namespace plumbline::stack
