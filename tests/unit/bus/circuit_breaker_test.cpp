// When the circuit opens and closes, with time and reports told by hand.
#include "bus/kafka/circuit_breaker.h"

#include <gtest/gtest.h>

namespace plumbline::serve {
namespace {

using namespace std::chrono_literals;

const Time kNow = Time{} + 1h;

TEST(CircuitBreaker, OpensOnceWhenSeveralShardsTripIt) {
  CircuitBreaker circuit;

  EXPECT_TRUE(circuit.trip(kNow));
  EXPECT_FALSE(circuit.trip(kNow));

  EXPECT_TRUE(circuit.open());
  EXPECT_EQ(circuit.figures(kNow).opened, 1U);
}

TEST(CircuitBreaker, ClosesWhenAllThatWasStuckIsReported) {
  CircuitBreaker circuit;
  circuit.trip(kNow);
  circuit.add_stuck(2);

  circuit.stuck_reported(true, kNow + 1s);
  const bool after_one = circuit.open();
  circuit.stuck_reported(true, kNow + 2s);

  EXPECT_TRUE(after_one);
  EXPECT_FALSE(circuit.open());
  EXPECT_EQ(circuit.figures(kNow + 9s).open_for, Duration{2s});
}

TEST(CircuitBreaker, StaysOpenWhenNothingWasConfirmed) {
  CircuitBreaker circuit;
  circuit.trip(kNow);
  circuit.add_stuck(1);

  circuit.stuck_reported(false, kNow);  // the producer was replaced

  EXPECT_TRUE(circuit.open());
}

TEST(CircuitBreaker, ClosesByAProbeWhenNothingIsUnderWay) {
  CircuitBreaker circuit;
  circuit.trip(kNow);

  ASSERT_TRUE(circuit.wants_probe(kNow + CircuitBreaker::kProbeEvery));
  circuit.add_stuck(1);
  circuit.stuck_reported(true, kNow + 1s);

  EXPECT_FALSE(circuit.open());
}

TEST(CircuitBreaker, WantsOneProbeAtATimeWhileOpen) {
  CircuitBreaker circuit;
  EXPECT_FALSE(circuit.wants_probe(kNow)) << "closed";
  circuit.trip(kNow);
  circuit.add_stuck(1);
  EXPECT_FALSE(circuit.wants_probe(kNow + 1s)) << "something is under way that tells as much";
  circuit.stuck_reported(false, kNow + 1s);

  EXPECT_TRUE(circuit.wants_probe(kNow + 1s));
  EXPECT_FALSE(circuit.wants_probe(kNow + 1s)) << "somebody else asks already";
  EXPECT_TRUE(circuit.wants_probe(kNow + 1s + CircuitBreaker::kProbeEvery));
}

TEST(CircuitBreaker, NeedsANewConfirmationWhenItOpensAgain) {
  CircuitBreaker circuit;
  circuit.trip(kNow);
  circuit.add_stuck(1);
  circuit.stuck_reported(true, kNow);

  circuit.trip(kNow + 1s);
  circuit.add_stuck(1);
  circuit.stuck_reported(false, kNow + 2s);

  EXPECT_TRUE(circuit.open());
  EXPECT_EQ(circuit.figures(kNow + 2s).opened, 2U);
}

}  // namespace
}  // namespace plumbline::serve
