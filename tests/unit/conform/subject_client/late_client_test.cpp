// A client that answers late: was it its own doing, or had it no processor? Evidence by hand: three_pongs.jsonl is a
// client that answers three pings after 2 ms each; here the second pong is made later.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "evidence/text.h"
#include "runner/examine.h"
#include "subject_client/processor_wait.h"
#include "wire/live_medium.h"
#include "wire/stored_medium.h"

namespace plumbline::conform {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr Duration kSecondPing = 721ms;
constexpr Duration kSecondPong = 723ms;  // in the file
constexpr Duration kDelay = 248ms;       // as at idle priority on a busy machine

Take three_pongs() {
  std::ifstream file(PLUMBLINE_SOURCE "/tests/unit/conform/subject_client/three_pongs.jsonl", std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  const ReadEvidence read = read_evidence(text.str());
  EXPECT_EQ(read.error, "");
  return std::get<Take>(read.parts.at(0));
}

Take with_a_late_pong(Take take) {
  for (Entry& entry : take.entries) {
    if (entry.at >= kSecondPong.count()) {
      entry.at += kDelay.count();
    }
  }
  return take;
}

// The client had no processor then. What the suite knows of it is written where it asks: before its last clock reading.
void waits(Take& take, Duration from, Duration to) {
  Entry entry;
  entry.step = Step::client_waited;
  entry.at = take.entries.back().at;
  entry.due = from.count();
  entry.seen = to.count();
  take.entries.insert(take.entries.end() - 1, entry);
}

Finding judge(const Take& take) {
  const auto& cases = all_cases();
  const auto record = std::find_if(cases.begin(), cases.end(), [](const auto& one) { return one.id == "CLI-06.b"; });
  Target target;
  target.timing.ping_interval = 300ms;
  target.timing.ping_timeout = 200ms;
  target.timing_declared = true;
  target.capabilities["client"] = true;
  StoredMedium medium(take);
  const Finding finding = examine(*record, Clause{}, target, medium, [](Time) {}).finding;
  EXPECT_EQ(medium.departure_at_end(), "");
  return finding;
}

TEST(LateClient, PassesWhereItIsNotLate) {
  EXPECT_EQ(judge(three_pongs()).kind, Finding::Kind::took);
}

TEST(LateClient, FailsWhereItHadAProcessor) {
  const Finding finding = judge(with_a_late_pong(three_pongs()));

  EXPECT_EQ(finding.kind, Finding::Kind::violated);
  EXPECT_EQ(finding.observed, "pong 2 came 250 ms after its ping");
}

TEST(LateClient, IsInDoubtWhereItWaitedForOne) {
  Take take = with_a_late_pong(three_pongs());
  waits(take, kSecondPing + 10ms, kSecondPing + 240ms);

  const Finding finding = judge(take);

  EXPECT_EQ(finding.kind, Finding::Kind::unclear);
  EXPECT_THAT(finding.observed, HasSubstr("the client waited 230 ms for a processor"));
}

TEST(LateClient, FailsWhereWhatItWaitedExplainsTooLittle) {
  Take take = with_a_late_pong(three_pongs());
  waits(take, kSecondPing + 10ms, kSecondPing + 90ms);  // 170 ms were its own, 150 are allowed

  EXPECT_EQ(judge(take).kind, Finding::Kind::violated);
}

TEST(LateClient, FailsWhereItWaitedAtAnotherTime) {
  Take take = with_a_late_pong(three_pongs());
  waits(take, 130ms, 420ms);

  EXPECT_EQ(judge(take).kind, Finding::Kind::violated);
}

TEST(LateClient, CountsATimeInWhichTwoThreadsWaitedOnce) {
  Take take = with_a_late_pong(three_pongs());
  waits(take, kSecondPing + 10ms, kSecondPing + 70ms);
  waits(take, kSecondPing + 20ms, kSecondPing + 80ms);

  EXPECT_EQ(judge(take).kind, Finding::Kind::violated);
}

// --- pongs that never came ----------------------------------------------------------------------------------------

// Nothing of the client any more after the first pong, until the case has waited 3 s for it.
Take silent_after_one_pong() {
  Take take = three_pongs();
  const auto second = std::find_if(take.entries.begin(), take.entries.end(),
                                   [](const Entry& entry) { return entry.at >= kSecondPing.count(); });
  const std::vector<Entry> ping{second[0], second[1]};
  const Entry clock = take.entries.back();
  take.entries.erase(second, take.entries.end());
  for (Duration at = kSecondPing; at < 3125ms; at += 300ms) {
    for (Entry entry : ping) {
      entry.at = at.count();
      take.entries.push_back(entry);
    }
  }
  Entry over;
  over.step = Step::deadline;
  over.at = Duration(3130ms).count();
  take.entries.push_back(over);
  take.entries.push_back(clock);
  take.entries.back().at = over.at;
  take.ended = over.at;
  return take;
}

TEST(LateClient, FailsWhereItIsSilent) {
  EXPECT_EQ(judge(silent_after_one_pong()).kind, Finding::Kind::violated);
}

TEST(LateClient, IsInDoubtWhereItHadNoProcessorWhileItWasSilent) {
  Take take = silent_after_one_pong();
  waits(take, 800ms, 3100ms);

  const Finding finding = judge(take);

  EXPECT_EQ(finding.kind, Finding::Kind::unclear);
  EXPECT_THAT(finding.observed, HasSubstr("the client waited 2300 ms for a processor"));
}

// --- where the waits come from ------------------------------------------------------------------------------------

TEST(LateClient, IsSeenAndWrittenDownAndReadAgain) {
  ManualClock clock;
  Take take;
  take.case_id = "X.a";
  take.host = "127.0.0.1";
  take.path = "/";
  take.port = 1;
  LiveMedium live(clock, &take.entries);
  take.monotonic_ns = live.start().time_since_epoch().count();
  live.know_client([] { return Duration(30ms); });
  clock.advance(100ms);
  live.wait(clock.now());

  EXPECT_EQ(live.waited(live.start(), clock.now()), 30ms);
  EXPECT_EQ(live.waited(live.start(), live.start() + 80ms), 10ms) << "it lay right before the wait ended";
  ASSERT_EQ(take.entries.size(), 2U) << "written once";
  take.ended = take.entries.back().at;

  const ReadEvidence read = read_evidence(to_lines(take));
  ASSERT_EQ(read.error, "");
  const Take again = std::get<Take>(read.parts.at(0));
  StoredMedium stored(again);
  const Time start = stored.time();
  stored.wait(start);
  EXPECT_EQ(stored.waited(start, start + 80ms), 10ms);
  EXPECT_EQ(stored.departure_at_end(), "");
}

class ProcessorWaitTest : public testing::Test {
 protected:
  ProcessorWaitTest() : processes_(testing::TempDir() + "plumbline-processor-wait-" + std::to_string(::getpid())) {
    std::filesystem::remove_all(processes_);
  }
  ~ProcessorWaitTest() override { std::filesystem::remove_all(processes_); }
  void thread(const std::string& id, const std::string& schedstat) {
    const std::filesystem::path folder = processes_ + "/7/task/" + id;
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "schedstat") << schedstat << '\n';
  }
  std::string processes_;
};

TEST_F(ProcessorWaitTest, IsTheSumOverTheThreadsSinceTheLastTime) {
  thread("7", "900000 5000000 3");
  thread("8", "100 2000000 1");
  ProcessorWait wait(7, processes_);

  EXPECT_EQ(wait.more(), 7ms);
  thread("8", "100 2500000 2");
  thread("9", "100 1000000 2");
  EXPECT_EQ(wait.more(), 1500us);
  EXPECT_EQ(wait.more(), 0ms);
}

TEST_F(ProcessorWaitTest, IsNoneWhereTheKernelTellsNothing) {
  EXPECT_EQ(ProcessorWait(7, processes_).more(), 0ms);
  thread("7", "");
  EXPECT_EQ(ProcessorWait(7, processes_).more(), 0ms);
}

}  // namespace
}  // namespace plumbline::conform
