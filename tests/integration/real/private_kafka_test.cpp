// The Kafka of the tests itself: it starts, survives a kill, and tells who leads.
#include "integration/real/private_kafka.h"

#include <gtest/gtest.h>
#include <signal.h>

namespace plumbline::real {
namespace {

TEST(PrivateKafka, ComesBackWhenKilled) {
  PrivateKafka kafka;
  const pid_t first = kafka.pid(0);

  kafka.kill(0);
  const int gone = ::kill(first, 0);
  kafka.start(0);

  EXPECT_NE(gone, 0);
  EXPECT_NO_THROW(kafka.wait_ready());
  EXPECT_NE(kafka.pid(0), first);
}

TEST(PrivateKafka, TakesThreeCopiesWhenItHasThreeBrokers) {
  PrivateKafka kafka(3);

  EXPECT_EQ(kafka.brokers().size(), 3U);
  EXPECT_NO_THROW(kafka.wait_in_sync());
  EXPECT_THROW(static_cast<void>(kafka.leader_of("no-such-topic", 0)), std::runtime_error);
}

}  // namespace
}  // namespace plumbline::real
