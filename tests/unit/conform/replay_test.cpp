// What was recorded is judged again to the letter; what was altered, or means something else today, is told.
#include "runner/replay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <mutex>

#include "bad_target.h"
#include "plumbline/base/random.h"
#include "runner/runner.h"

namespace plumbline::conform {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class Keeper final : public Recorder {
 public:
  void keep(const Take& take) override { append(take.case_id, to_lines(take)); }
  void keep(const std::string& case_id, Fact fact) override { append(case_id, to_line(case_id, fact)); }
  [[nodiscard]] const std::map<std::string, std::string>& texts() const { return texts_; }

 private:
  void append(const std::string& id, const std::string& text) {
    const std::lock_guard lock(mutex_);
    texts_[id] += text;
  }
  std::mutex mutex_;
  std::map<std::string, std::string> texts_;
};

const Catalogue& own_catalogue() {
  static const LoadedCatalogue loaded = load_catalogue(embedded_spec());
  return loaded.catalogue;
}

Target judged_target(const BadTarget& bad) {
  Target target;
  target.endpoint = bad.endpoint();
  target.timing.ping_interval = 300ms;
  target.timing.ping_timeout = 200ms;
  target.timing.connect_timeout = 1000ms;
  target.timing.answer_bound = 100ms;
  target.timing_declared = true;
  target.max_payload = 1000;
  return target;
}

struct Recorded {
  Target target;
  RunnerReport report;
  std::map<std::string, std::string> texts;
};

Recorded run_all_cases(BadTarget::Manner manner, const std::function<std::string()>& words) {
  BadTarget bad(manner, words);
  Recorded recorded;
  recorded.target = judged_target(bad);
  std::vector<const CaseRecord*> cases;
  for (const CaseRecord& record : all_cases()) {
    cases.push_back(&record);
  }
  Keeper keeper;
  RunnerOptions options;
  options.recorder = &keeper;
  const SteadyClock clock;
  recorded.report = run_cases(own_catalogue(), cases, recorded.target, clock, options);
  recorded.texts = keeper.texts();
  return recorded;
}

Replayed replay_text(const Recorded& recorded, const std::string& id, const std::string& text) {
  const ReadEvidence read = read_evidence(text);
  EXPECT_EQ(read.error, "") << id;
  return replay(own_catalogue(), recorded.target, id, read.parts);
}

void expect_the_same(const Recorded& recorded) {
  ASSERT_EQ(recorded.texts.size(), all_cases().size());
  for (const CaseRun& live : recorded.report.runs) {
    const Replayed replayed = replay_text(recorded, live.id, recorded.texts.at(live.id));
    EXPECT_EQ(replayed.departure, "") << live.id;
    EXPECT_EQ(replayed.run.log, live.log);
    EXPECT_EQ(replayed.run.duration_ms, live.duration_ms);
    ASSERT_EQ(replayed.run.findings.size(), live.findings.size()) << live.id;
    for (std::size_t i = 0; i < live.findings.size(); ++i) {
      EXPECT_EQ(replayed.run.findings[i], live.findings[i]) << live.id << ": " << live.findings[i].observed;
    }
  }
}

std::string answered(std::string_view status, std::string_view body) {
  return "HTTP/1.1 " + std::string(status) + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         std::string(body);
}

TEST(Replay, GivesTheSameFindingsForASilentTarget) {
  expect_the_same(run_all_cases(BadTarget::Manner::silent, [] { return std::string(); }));
}

TEST(Replay, GivesTheSameFindingsForATargetThatOpensSessionsAndNothingElse) {
  expect_the_same(run_all_cases(BadTarget::Manner::speak_after_request, [] {
    return answered("200 OK", R"(0{"sid":"s","upgrades":[],"pingInterval":300,"pingTimeout":200,"maxPayload":1000})");
  }));
}

TEST(Replay, GivesTheSameFindingsForATargetThatUpgradesAndPingsAtOnce) {
  expect_the_same(run_all_cases(BadTarget::Manner::speak_after_request, [] {
    return std::string("HTTP/1.1 101 Yes\r\nUpgrade: websocket\r\n\r\n\x81\x06") + "0{\"\":1" + "\x81\x01" + "2" +
           "\x81\x04" + "40{}";
  }));
}

TEST(Replay, GivesTheSameFindingsForRandomBytes) {
  const auto random = std::make_shared<Rng>(7);
  expect_the_same(run_all_cases(BadTarget::Manner::speak_at_once, [random] {
    std::string bytes;
    for (int i = 0; i < 200; ++i) {
      bytes += static_cast<char>(static_cast<unsigned char>(random->below(256)));
    }
    return bytes;
  }));
}

class AlteredEvidence : public testing::Test {
 protected:
  // One take of EIO-HS-01.a: the polling handshake is answered with 404.
  static std::string lines(std::string_view request_line, std::string_view answer) {
    Take take{"EIO-HS-01.a", 1, "h", "/socket.io/", 80, "2026-11-21T00:00:00.000Z", 1'000'000'000, {}, 50};
    const std::string request = std::string(request_line) + "\r\nHost: h:80\r\n\r\n";
    take.entries = {{Step::connect, 10, 1},       {Step::wake, 20, 0}, {Step::connected, 20, 1},
                    {Step::send, 21, 1, request}, {Step::wake, 30, 0}, {Step::bytes, 30, 1, answered(answer, "")},
                    {Step::close, 31, 1},         {Step::clock, 40, 0}};
    return to_lines(take);
  }
  static constexpr std::string_view kRight = "GET /socket.io/?EIO=4&transport=polling HTTP/1.1";
  Recorded nothing_;
};

TEST_F(AlteredEvidence, IsJudgedAsItIsWhenItStillHangsTogether) {
  const Replayed replayed = replay_text(nothing_, "EIO-HS-01.a", lines(kRight, "404 Not Found"));
  EXPECT_EQ(replayed.departure, "");
  ASSERT_EQ(replayed.run.findings.size(), 1U);
  EXPECT_EQ(replayed.run.findings[0].kind, Finding::Kind::unmet);
  EXPECT_THAT(replayed.run.findings[0].observed, HasSubstr("HTTP 404"));
}

TEST_F(AlteredEvidence, IsUnclearWhereTheCaseSentOtherBytes) {
  const Replayed replayed = replay_text(nothing_, "EIO-HS-01.a", lines("GET /elsewhere HTTP/1.1", "404 Not Found"));
  EXPECT_THAT(replayed.departure, HasSubstr("take 1: at step 4 of 8 the case sent other bytes"));
  ASSERT_EQ(replayed.run.findings.size(), 1U);
  EXPECT_EQ(replayed.run.findings[0].kind, Finding::Kind::unclear);
}

TEST_F(AlteredEvidence, IsUnclearForACaseThatThisVersionDoesNotHave) {
  const Replayed replayed = replay(own_catalogue(), nothing_.target, "EIO-HS-01.zz", {});
  EXPECT_EQ(replayed.departure, "this version has no such case");
}

TEST(Facts, ReplaceWhatWasSeenBefore) {
  const Recorded nothing;
  const std::string id = "EIO-HS-01.a";
  const Replayed replayed = replay_text(nothing, id,
                                        to_line(id, Fact::interrupted) + to_line(id, Fact::forget) +
                                            to_line(id, Fact::target_gone) + to_line(id, Fact::died));
  ASSERT_EQ(replayed.run.findings.size(), 1U);
  EXPECT_EQ(replayed.run.findings[0].observed, "it accepts no connections any more; last seen: the target was gone");
}

}  // namespace
}  // namespace plumbline::conform
