// What is taken is answered in time: lasting slowness shrinks the bound, an outage of a second does not.
#include "service/admission.h"

#include <gtest/gtest.h>

#include <deque>

namespace plumbline::serve {
namespace {

using namespace std::chrono_literals;

// A backend that answers `per_second` sends one after the other, while `offered` a second arrive. Steps of 1 ms.
class Load {
 public:
  explicit Load(const Admission::Limits& limits = {}) : admission(limits) {}

  void run(Duration time, int offered, int per_second) {
    for (const Time end = now_ + time; now_ < end; now_ += 1ms) {
      arrived_ += offered;
      for (; arrived_ >= 1000; arrived_ -= 1000) {
        admission.enter(now_) ? waiting_.push_back(now_) : void(++refused);
      }
      for (served_ += per_second; served_ >= 1000; served_ -= 1000) {
        if (waiting_.empty()) {
          continue;
        }
        slowest = std::max(slowest, now_ - waiting_.front());
        admission.leave(waiting_.front(), now_);
        waiting_.pop_front();
        ++answered;
      }
    }
  }
  void forget() { refused = answered = 0, slowest = {}; }

  Admission admission;
  int refused{0};
  int answered{0};
  Duration slowest{};

 private:
  Time now_{1h};
  std::deque<Time> waiting_;
  int arrived_{0};
  int served_{0};
};

TEST(Admission, TakesUpToTheMostThatMayBeUnderWay) {
  Admission admission({.most = 3});
  const Time now{1h};
  EXPECT_TRUE(admission.enter(now));
  EXPECT_TRUE(admission.enter(now));
  EXPECT_TRUE(admission.enter(now));
  EXPECT_FALSE(admission.enter(now));
  admission.leave(now, now);
  EXPECT_TRUE(admission.enter(now));
  EXPECT_EQ(admission.in_flight(), 3U);
  EXPECT_EQ(admission.refused(), 1U);
}

TEST(Admission, RefusesNothingThatIsAnsweredInTime) {
  Load load;
  load.run(20s, 900, 1000);
  EXPECT_EQ(load.refused, 0);
}

TEST(Admission, UnderTwiceTheLoadWhatIsTakenIsAnsweredSoonAndTheRestRefused) {
  Load load;
  load.run(15s, 1000, 500);
  load.forget();
  load.run(10s, 1000, 500);
  EXPECT_NEAR(load.answered, 5000, 50);
  EXPECT_LT(load.slowest, 400ms);
  EXPECT_NEAR(load.refused, 5000, 100);
}

TEST(Admission, NoRequestIsRefusedForAnOutageOfASecond) {
  Load load;
  load.run(10s, 200, 1000);
  load.run(1s, 200, 0);
  load.run(10s, 200, 1000);
  EXPECT_EQ(load.refused, 0);
}

TEST(Admission, AfterTheOverloadTheBoundGrowsBack) {
  Load load;
  load.run(20s, 1000, 200);
  EXPECT_LT(load.admission.bound(), 100U);
  load.run(20s, 150, 200);
  EXPECT_EQ(load.admission.bound(), Admission::Limits{}.most);
}

TEST(Admission, NeverShutsTheDoor) {
  Load load({.most = 100, .least = 5});
  load.run(60s, 1000, 3);
  EXPECT_EQ(load.admission.bound(), 5U);
  EXPECT_GT(load.answered, 150);
}

}  // namespace
}  // namespace plumbline::serve
