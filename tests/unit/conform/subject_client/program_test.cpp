// The command line of the program that holds a client.
#include "subject_client/program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumbline::conform {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(SplitCommand, SplitsAtSpacesAndKeepsQuotedOnes) {
  EXPECT_THAT(split_command(R"(/bin/x  'a b'  "c" d''e {url})"), ElementsAre("/bin/x", "a b", "c", "de", "{url}"));
}

TEST(SplitCommand, LooksAProgramUpInThePath) {
  EXPECT_THAT(split_command("sh -c true"), ElementsAre(testing::EndsWith("/sh"), "-c", "true"));
}

TEST(SplitCommand, RefusesNothingAndAnOpenQuote) {
  EXPECT_THAT(split_command("   "), IsEmpty());
  EXPECT_THAT(split_command("x 'y"), IsEmpty());
}

}  // namespace
}  // namespace plumbline::conform
