// A case that passes on one of these is vacuous: it would pass on a server that does nothing right.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "bad_target.h"
#include "judge/fold.h"
#include "plumbline/base/random.h"
#include "runner/runner.h"

namespace plumbline::conform {
namespace {

using namespace std::chrono_literals;

struct Kind {
  std::string name;
  BadTarget::Manner manner;
  std::function<std::string()> words;
};

std::string http(std::string_view status, std::string_view body) {
  return "HTTP/1.1 " + std::string(status) + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         std::string(body);
}

std::vector<Kind> kinds() {
  using Manner = BadTarget::Manner;
  const auto random = std::make_shared<Rng>(7);
  return {
      {"Silent", Manner::silent,
       [] {
         return std::string();
       }},
      {"AlwaysClose", Manner::speak_at_once,
       [] {
         return std::string();
       }},
      {"Always200", Manner::speak_after_request,
       [] {
         return http("200 OK", "ok");
       }},
      {"Always400", Manner::speak_after_request,
       [] {
         return http("400 Bad Request", R"({"code":5,"message":"no"})");
       }},
      {"AlwaysOpenPacket", Manner::speak_after_request,
       [] {
         return http("200 OK", R"(0{"sid":"same","upgrades":[],"pingInterval":1,"pingTimeout":1,"maxPayload":1})");
       }},
      {"RandomBytes", Manner::speak_at_once,
       [random] {
         std::string bytes;
         for (int i = 0; i < 200; ++i) {
           bytes += static_cast<char>(static_cast<unsigned char>(random->below(256)));
         }
         return bytes;
       }},
      {"UpgradesAndSpeaksHttp", Manner::speak_after_request,
       [] {
         return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n" + http("400 Bad Request", "no");
       }},
  };
}

class BadTargets : public testing::TestWithParam<Kind> {};

TEST_P(BadTargets, EarnNoUnearnedPass) {
  BadTarget bad(GetParam().manner, GetParam().words);
  Target target;
  target.endpoint = bad.endpoint();
  target.timing.ping_interval = 300ms;
  target.timing.ping_timeout = 200ms;
  target.timing.connect_timeout = 1000ms;
  target.timing.answer_bound = 100ms;
  target.timing_declared = true;
  target.max_payload = 1000;
  const LoadedCatalogue loaded = load_catalogue(embedded_spec());
  std::vector<const CaseRecord*> cases;
  for (const CaseRecord& record : all_cases()) {
    cases.push_back(&record);
  }

  const SteadyClock clock;
  const RunnerReport report = run_cases(loaded.catalogue, cases, target, clock, {});
  const auto verdicts = fold(loaded.catalogue, report.runs);

  const auto& clauses = loaded.catalogue.clauses;
  EXPECT_EQ(static_cast<std::ptrdiff_t>(verdicts.size()),
            std::count_if(clauses.begin(), clauses.end(), [](const Clause& clause) { return clause.active(); }));
  for (const ClauseVerdict& verdict : verdicts) {
    // The one thing that this target does is to open polling sessions, whatever else is asked.
    const std::string& id = verdict.clause->id;
    const bool opening = id.starts_with("EIO-HS-0") || id == "EIO-HS-16" || id == "EIO-HS-17" || id == "EIO-HD-07";
    const bool earned = GetParam().name == "AlwaysOpenPacket" && opening;
    // Not to do as the reference does (REF) is told as NON_STRICT, which praises nobody.
    const bool praised = verdict.clause->level != Level::ref;
    const bool good = verdict.verdict == Verdict::pass || (praised && verdict.verdict == Verdict::non_strict);
    EXPECT_TRUE(!good || earned) << verdict.clause->id << " " << to_string(verdict.verdict) << ": " << verdict.observed;
  }
  EXPECT_EQ(conclude(verdicts), Conformance::non_conformant);
}

INSTANTIATE_TEST_SUITE_P(Kinds, BadTargets, testing::ValuesIn(kinds()),
                         [](const auto& kind) { return kind.param.name; });

}  // namespace
}  // namespace plumbline::conform
