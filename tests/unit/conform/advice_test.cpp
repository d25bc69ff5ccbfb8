// What a target needs so that every case can tell right from wrong, without asking the network.
#include "advice/advice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "target/descriptor.h"

namespace plumbline::conform {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::HasSubstr;
using testing::Pair;

Target well_declared() {
  Target target;
  target.endpoint.host = "h";
  target.timing = {300ms, 200ms, 1000ms, 1500ms};
  target.timing_declared = true;
  target.max_payload = 1'000'000;
  for (const std::string_view name : known_capabilities()) {
    target.capabilities[std::string(name)] = true;
  }
  return target;
}

const Catalogue& clauses() {
  static const LoadedCatalogue loaded = load_catalogue(embedded_spec());
  return loaded.catalogue;
}

TEST(Advice, NamesTheClausesThatATooShortHeartbeatCannotTell) {
  Target target = well_declared();
  const std::size_t before = advise(clauses(), target).judged;
  target.timing.ping_interval = 50ms;
  const Advice advice = advise(clauses(), target);
  EXPECT_LT(advice.judged, before);
  EXPECT_THAT(advice.needs, Contains(Pair(HasSubstr("at least 100 ms"), Contains("EIO-HB-01"))));
  EXPECT_THAT(advice_text(target, advice), HasSubstr("EIO-HB-01"));
}

TEST(Advice, NamesTheClausesOfAMissingCapability) {
  Target target = well_declared();
  target.capabilities["transport.polling"] = false;
  const Advice advice = advise(clauses(), target);
  EXPECT_THAT(advice.needs, Contains(Pair("the capability transport.polling", Contains("EIO-HS-01"))));
  EXPECT_THAT(advice_json(target, advice), HasSubstr(R"("transport.polling":false)"));
}

TEST(Advice, TellsOptionalCapabilitiesApart) {
  Target target = well_declared();
  target.capabilities["recovery.off"] = false;
  const Advice advice = advise(clauses(), target);
  EXPECT_THAT(advice.not_declared, Contains(Pair("recovery.off", Contains("SIO-RE-01"))));
  EXPECT_EQ(advice.needs.count("recovery.off"), 0U);
  EXPECT_THAT(advice_text(target, advice), HasSubstr("without it NOT_SUPPORTED: SIO-RE-01"));
  EXPECT_THAT(advice_json(target, advice), HasSubstr(R"({"capability":"recovery.off","clauses":["SIO-RE-01"]})"));
}

TEST(TargetFile, SaysWhatWasKnown) {
  Target target = well_declared();
  target.endpoint.host = "127.0.0.1";
  target.endpoint.port = 4000;
  target.endpoint.path = "/it's/";
  target.capabilities["testapp"] = false;
  target.capabilities["control.backplane"] = false;  // needs commands, which nobody can know
  const ReadTarget read = read_descriptor("made.yaml", target_file(target));
  EXPECT_THAT(read.errors, testing::IsEmpty());
  EXPECT_EQ(read.target.endpoint.url(), target.endpoint.url());
  EXPECT_EQ(read.target.endpoint.path, target.endpoint.path);
  EXPECT_EQ(read.target.timing.connect_timeout, target.timing.connect_timeout);
  EXPECT_EQ(read.target.max_payload, target.max_payload);
  EXPECT_EQ(read.target.capabilities, target.capabilities);
}

}  // namespace
}  // namespace plumbline::conform
