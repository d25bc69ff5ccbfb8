// Connection-state recovery: what is replayed to whom, how long, and what is no recovery at all.
#include "echo/recovery_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumbline::serve {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

struct RecoveryLogTest : testing::Test {
  std::string emit(Audience audience, const std::string& what) {
    const std::string offset = log.next_offset();
    log.record(std::move(audience), std::make_shared<const socketio::Frame>("2[\"" + what + "\"]"), clock.now());
    return offset;
  }
  void lose(const std::string& pid, Rooms rooms, std::uint64_t since = 0) {
    log.lost(pid, {"s1", "/", std::move(rooms), since}, clock.now());
  }
  // The names of the missed events; `no` when it is an ordinary new connection.
  std::vector<std::string> missed(const std::string& pid, const std::optional<std::string>& offset) {
    const auto resumed = log.resume(pid, "/", offset, clock.now());
    if (!resumed) {
      return {"no"};
    }
    std::vector<std::string> names;
    for (const NumberedFrame& one : resumed->missed) {
      names.emplace_back(one.frame->text().substr(4, one.frame->text().size() - 6));
    }
    return names;
  }

  ManualClock clock;
  RecoveryLog log{{.window = 1s, .unnoticed = 500ms, .packets = 4, .sessions = 2}, "abc."};
};

TEST_F(RecoveryLogTest, ReplaysWhatCameAfterTheOffsetInOrder) {  // SIO-RE-04
  const std::string seen = emit({"/", {}, {}}, "one");
  emit({"/", {}, {}}, "two");
  lose("pid", {});
  emit({"/", {}, {}}, "three");

  EXPECT_THAT(missed("pid", seen), ElementsAre("two", "three"));
}

TEST_F(RecoveryLogTest, ReplaysOnlyWhatWasAddressedToTheSession) {  // SIO-RE-05
  const std::string seen = emit({"/", {}, {}}, "seen");
  lose("pid", {"a"});
  emit({"/custom", {}, {}}, "elsewhere");
  emit({"/", {"a", "b"}, {}}, "room");
  emit({"/", {"b"}, {}}, "other-room");
  emit({"/", {}, {"s1"}}, "excepted");  // the fifth packet: `seen` itself had to go
  EXPECT_THAT(missed("pid", seen), ElementsAre("room"));
}

TEST_F(RecoveryLogTest, RefusesUnknownPidsAndOffsets) {  // SIO-RE-06
  emit({"/", {}, {}}, "one");
  lose("pid", {});
  EXPECT_THAT(missed("other", "abc.1"), ElementsAre("no"));
  for (const char* const offset : {"abc.2", "abc.0", "abc.", "abc.1x", "xyz.1", "1", "abc.-1"}) {
    EXPECT_THAT(missed("pid", offset), ElementsAre("no")) << offset;
  }
  EXPECT_FALSE(log.resume("pid", "/custom", "abc.1", clock.now()).has_value());
  EXPECT_THAT(missed("pid", "abc.1"), IsEmpty());
}

TEST_F(RecoveryLogTest, ReplaysAllSinceTheConnectWithoutAnOffset) {  // SIO-RE-07
  emit({"/", {}, {}}, "before");
  lose("pid", {}, log.last());
  emit({"/", {}, {}}, "after");
  EXPECT_THAT(missed("pid", std::nullopt), ElementsAre("after"));
}

TEST_F(RecoveryLogTest, EndsWithTheWindow) {  // SIO-RE-09
  const std::string seen = emit({"/", {}, {}}, "one");
  lose("early", {});
  lose("late", {});
  clock.advance(1s);
  EXPECT_THAT(missed("early", seen), IsEmpty());
  clock.advance(1ms);
  EXPECT_THAT(missed("late", seen), ElementsAre("no"));
}

TEST_F(RecoveryLogTest, APidServesOncePerLoss) {  // SIO-RE-11, SIO-RE-12
  const std::string seen = emit({"/", {}, {}}, "one");
  lose("pid", {});
  EXPECT_THAT(missed("pid", seen), IsEmpty());
  EXPECT_THAT(missed("pid", seen), ElementsAre("no"));
  lose("pid", {});
  EXPECT_THAT(missed("pid", seen), IsEmpty());
}

TEST_F(RecoveryLogTest, ResumesAQuietConnectionWhoseOffsetIsOld) {  // SIO-RE-14
  const std::string seen = emit({"/", {}, {}}, "one");
  clock.advance(1h);
  emit({"/", {"other"}, {}}, "not ours");
  lose("pid", {});
  EXPECT_THAT(missed("pid", seen), IsEmpty());
}

TEST_F(RecoveryLogTest, RefusesRatherThanLeaveAGapWhenPacketsWereEvicted) {
  const std::string seen = emit({"/", {}, {}}, "one");
  lose("pid", {});
  for (int i = 0; i < 6; ++i) {
    emit({"/", {}, {}}, std::to_string(i));
  }
  EXPECT_THAT(missed("pid", seen), ElementsAre("no"));
}

TEST_F(RecoveryLogTest, KeepsABoundedNumberOfBytes) {
  RecoveryLog small{{.window = 1s, .bytes = 1000}, "abc."};
  const auto emit_one = [&] {
    small.record({"/", {}, {}}, std::make_shared<const socketio::Frame>(std::string(300, 'x')), clock.now());
  };
  emit_one();
  small.lost("pid", {"s1", "/", {}, 0}, clock.now());
  emit_one();
  emit_one();
  EXPECT_EQ(small.resume("pid", "/", "abc.1", clock.now())->missed.size(), 2U);

  small.lost("pid", {"s1", "/", {}, 0}, clock.now());
  emit_one();
  emit_one();
  EXPECT_FALSE(small.resume("pid", "/", "abc.1", clock.now()).has_value());
}

TEST_F(RecoveryLogTest, KeepsABoundedNumberOfSessions) {
  lose("a", {});
  lose("b", {});
  lose("c", {});
  EXPECT_THAT(missed("c", std::nullopt), ElementsAre("no"));
  clock.advance(2s);
  lose("d", {});
  EXPECT_THAT(missed("d", std::nullopt), IsEmpty());
}

std::vector<std::string> offsets_of(const RecoveryLog::Resumed& resumed) {
  std::vector<std::string> all;
  for (const NumberedFrame& one : resumed.missed) {
    all.push_back(one.offset);
  }
  return all;
}

struct AdoptionTest : testing::Test {
  void hear(const std::string& offset) {
    log.record({"/", {"a"}, {}}, std::make_shared<const socketio::Frame>("2[\"" + offset + "\"]"), clock.now(), offset);
  }
  static NumberedFrame far(const std::string& offset) {
    return {std::make_shared<const socketio::Frame>("2[\"" + offset + "\"]"), offset};
  }
  // A session of another node that missed these there; `asked` was the last number here when it was claimed.
  RecoveryLog::Resumed adopt(std::vector<NumberedFrame> missed_there, std::uint64_t asked) {
    return log.adopt({{"s1", "/", {"a"}, 0, {}}, std::move(missed_there)}, asked, "far.1", clock.now());
  }
  void lose_adopted(const RecoveryLog::Resumed& adopted) { log.lost("pid", adopted.session, clock.now()); }
  ManualClock clock;
  RecoveryLog log{{.window = 1s, .unnoticed = 500ms, .packets = 100, .sessions = 2}, "abc."};
  std::vector<std::string> missed_again(const std::optional<std::string>& offset) {
    const auto resumed = log.resume("pid", "/", offset, clock.now());
    return resumed ? offsets_of(*resumed) : std::vector<std::string>{"no"};
  }
};

TEST_F(AdoptionTest, TakesWhatCameHereMeanwhileOnceAndBehind) {  // SIO-RE-16
  hear("far.2");                                                 // before it was asked for: also in what is handed over
  const std::uint64_t asked = log.last();
  hear("far.3");  // after that, and the other node still knew of it
  hear("far.4");  // the other node had handed it over already

  EXPECT_THAT(offsets_of(adopt({far("far.2"), far("far.3")}, asked)), ElementsAre("far.2", "far.3", "far.4"));
}

TEST_F(AdoptionTest, IsResumedHereFromAnyOffsetItMayHave) {  // SIO-RE-16
  for (const auto& [offset, missed] :
       std::vector<std::pair<std::string, std::vector<std::string>>>{{"far.1", {"far.2", "far.3", "far.4"}},
                                                                     {"far.2", {"far.3", "far.4"}},
                                                                     {"far.3", {"far.4"}},
                                                                     {"far.9", {"no"}}}) {
    lose_adopted(adopt({far("far.2"), far("far.3")}, log.last()));
    hear("far.4");
    EXPECT_EQ(missed_again(offset), missed) << offset;
  }
}

TEST_F(AdoptionTest, LeavesThePlacesOfOtherSessionsAsTheyWere) {
  hear("far.2");
  hear("far.3");
  adopt({far("far.2")}, log.last());
  log.lost("pid", {"s2", "/", {"a"}, 0, {}}, clock.now());

  EXPECT_THAT(missed_again("far.2"), ElementsAre("far.3"));
}

}  // namespace
}  // namespace plumbline::serve
