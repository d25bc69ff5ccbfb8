// One take of one case: what becomes of it when the target, the configuration or the case itself is odd.
#include "runner/examine.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "wire/stored_medium.h"

namespace plumbline::conform {
namespace {

Finding breaks(Context&) {
  throw std::out_of_range("substr");
}

TEST(Examine, LeavesTheClauseOpenWhenTheCaseItselfBreaks) {
  const Take nothing;
  StoredMedium dead(nothing);
  const CaseRecord record{"X.a", "X", CaseRecord::Kind::positive, breaks};
  const Finding finding = examine(record, Clause{}, Target{}, dead, [](Time) {}).finding;
  EXPECT_EQ(finding.kind, Finding::Kind::unclear);
  EXPECT_EQ(finding.observed, "a defect of the suite, not of the target: X.a broke off (substr); please report it");
}

// Seen beside two processes that never stop: a POST of a megabyte took 170 ms, and the session ended while its answer
// to a ping waited behind it.
TEST(Examine, BlamesNoTargetWhereAPongWaitedForAPost) {
  const Take nothing;
  StoredMedium dead(nothing);
  const auto judged = [&](CaseFunction run) {
    return examine({"X.a", "X", CaseRecord::Kind::positive, run}, Clause{}, Target{}, dead, [](Time) {}).finding.kind;
  };
  EXPECT_EQ(judged([](Context& c) {
              c.hold_pong(c.target.timing.ping_timeout * 3 / 4);
              return violated("an echo", "none");
            }),
            Finding::Kind::unclear);
  EXPECT_EQ(judged([](Context& c) {
              c.hold_pong(c.target.timing.ping_timeout / 4);
              return violated("an echo", "none");
            }),
            Finding::Kind::violated);
}

TEST(Examine, TellsOptionalAbilitiesFromThoseOfThePlainProtocol) {
  const Take nothing;
  StoredMedium dead(nothing);
  const CaseRecord record{"X.a", "X", CaseRecord::Kind::positive, breaks};
  Target target;
  target.capabilities["transport.polling"] = false;
  Clause clause;
  clause.required = {"sio.recovery"};
  EXPECT_EQ(examine(record, clause, target, dead, [](Time) {}).finding.kind, Finding::Kind::not_supported);
  clause.required = {"transport.polling"};
  EXPECT_EQ(examine(record, clause, target, dead, [](Time) {}).finding.kind, Finding::Kind::not_applicable);
}

}  // namespace
}  // namespace plumbline::conform
