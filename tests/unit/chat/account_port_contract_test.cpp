// The contracts of the ports for users and log-in families, for every backend of account_backend.h.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <tuple>
#include <vector>

#include "account_backend.h"

namespace plumbline::serve {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

class UserContract : public AccountPort {
 protected:
  static User person(Uuid id, std::string username, std::string email = {}) {
    return {id, std::move(username), std::move(email), "First", "Last", "hash"};
  }

  Pending<UserPtr> start_add(std::size_t shard, const User& user) {
    return bench.start<UserPtr>(shard,
                                [this, shard, user](auto done) { backend->users(shard).add(user, std::move(done)); });
  }
  Errc add(const User& user, std::size_t shard = 0) { return code(bench.wait(start_add(shard, user))); }

  Pending<UserPtr> start_ensure(std::size_t shard, Uuid id, const std::string& name) {
    return bench.start<UserPtr>(
        shard, [this, shard, id, name](auto done) { backend->users(shard).ensure(id, name, std::move(done)); });
  }

  Result<UserPtr> find(Uuid id) {
    return bench.wait(bench.start<UserPtr>(1, [this, id](auto done) { backend->users(1).find(id, std::move(done)); }));
  }

  // Nil when nobody logs in by that name.
  Uuid login(const std::string& name) {
    const auto found = bench.wait(
        bench.start<UserPtr>(1, [this, name](auto done) { backend->users(1).find_login(name, std::move(done)); }));
    EXPECT_TRUE(found.has_value() || found.error().code == Errc::not_found);
    return found.has_value() ? found.value()->id : Uuid{};
  }

  std::vector<std::string> search(const std::string& term, std::size_t limit = 10) {
    std::vector<std::string> names;
    for (const UserPtr& hit :
         bench
             .wait(bench.start<std::vector<UserPtr>>(
                 1, [this, term, limit](auto done) { backend->users(1).search(term, limit, std::move(done)); }))
             .value()) {
      names.push_back(hit->username);
    }
    return names;
  }
};

TEST_P(UserContract, KeepsEveryFieldOfWhatWasAdded) {
  ASSERT_EQ(add({kAda, "Ada", "Ada@x.org", "Áda", "O'Neil", "$argon"}), Errc::ok);

  const auto found = find(kAda);
  ASSERT_TRUE(found.has_value());
  const User& user = *found.value();

  EXPECT_EQ(std::tie(user.id, user.username, user.email), std::make_tuple(kAda, "Ada", "Ada@x.org"));
  EXPECT_EQ(std::tie(user.first_name, user.last_name, user.password_hash), std::make_tuple("Áda", "O'Neil", "$argon"));
}

TEST_P(UserContract, NamesAndEmailsBelongToOneWithoutRegardToCase) {
  ASSERT_EQ(add(person(kAda, "ada", "ada@x.org")), Errc::ok);

  EXPECT_EQ(add(person(kBen, "ADA", "ben@x.org"), 1), Errc::conflict);
  EXPECT_EQ(add(person(kBen, "ben", "Ada@X.org"), 1), Errc::conflict);
}

TEST_P(UserContract, KeepsNothingOfARefusedUser) {
  ASSERT_EQ(add(person(kAda, "ada", "ada@x.org")), Errc::ok);
  ASSERT_EQ(add(person(kBen, "ben", "ada@x.org")), Errc::conflict);

  EXPECT_EQ(code(find(kBen)), Errc::not_found);
  EXPECT_EQ(login("ben"), Uuid{});
  EXPECT_EQ(login("ada@x.org"), kAda);
  EXPECT_EQ(add(person(kCleo, "ben", "ben@x.org")), Errc::ok);
}

TEST_P(UserContract, UsersWithoutEmailDoNotConflict) {
  EXPECT_EQ(add(person(kAda, "ada")), Errc::ok);
  EXPECT_EQ(add(person(kBen, "ben")), Errc::ok);
  EXPECT_EQ(login(""), Uuid{});
}

TEST_P(UserContract, LoginIsByNameOrEmailInAnyCase) {
  ASSERT_EQ(add(person(kAda, "Ada", "ada@x.org")), Errc::ok);

  EXPECT_EQ(login("aDA"), kAda);
  EXPECT_EQ(login("ADA@x.org"), kAda);
  EXPECT_EQ(login("ad"), Uuid{});
  EXPECT_EQ(login("First"), Uuid{});
}

TEST_P(UserContract, EnsureCreatesOnceAndKeepsWhoIsThere) {
  ASSERT_EQ(code(find(kBen)), Errc::not_found);
  ASSERT_EQ(add(person(kAda, "ada")), Errc::ok);

  EXPECT_EQ(bench.wait(start_ensure(1, kAda, "other")).value()->username, "ada");
  EXPECT_EQ(bench.wait(start_ensure(1, kBen, "ben")).value()->password_hash, "");
  EXPECT_EQ(bench.wait(start_ensure(0, kBen, "later")).value()->username, "ben");
  EXPECT_EQ(find(kBen).value()->username, "ben");
}

TEST_P(UserContract, EnsureIsNoConflictAndLeavesTheLoginWithItsOwner) {
  ASSERT_EQ(add(person(kAda, "ada")), Errc::ok);

  const auto namesake = bench.wait(start_ensure(1, kBen, "ada"));

  ASSERT_TRUE(namesake.has_value());
  EXPECT_EQ(namesake.value()->id, kBen);
  EXPECT_EQ(login("ada"), kAda);
}

TEST_P(UserContract, MissingAreThoseThatNobodyIs) {
  ASSERT_EQ(add(person(kAda, "ada")), Errc::ok);
  (void)bench.wait(start_ensure(0, kCleo, "cleo"));
  const auto missing = [this](const std::vector<Uuid>& ids) {
    return bench
        .wait(bench.start<std::vector<Uuid>>(
            1, [this, ids](auto done) { backend->users(1).missing(ids, std::move(done)); }))
        .value();
  };

  EXPECT_THAT(missing({kAda, kBen, kCleo, kDan}), UnorderedElementsAre(kBen, kDan));
  EXPECT_THAT(missing({}), IsEmpty());
}

TEST_P(UserContract, SearchLooksAtNamesOnlyAndTakesThemLiterally) {
  ASSERT_EQ(add({kAda, "countess", "ada@mail.org", "Ada", "Lovelace", "hash"}), Errc::ok);
  ASSERT_EQ(add({kBen, "b_en", "ben@mail.org", "Ben", "Adams", "hash"}), Errc::ok);

  EXPECT_THAT(search("ADA"), UnorderedElementsAre("countess", "b_en"));
  EXPECT_THAT(search("da lov"), ElementsAre("countess")) << "inside the full name";
  EXPECT_THAT(search("unt"), ElementsAre("countess")) << "inside the user name";
  EXPECT_THAT(search("_"), ElementsAre("b_en")) << "no wildcard";
  EXPECT_THAT(search("%"), IsEmpty()) << "no wildcard";
  EXPECT_THAT(search("mail"), IsEmpty());
  EXPECT_THAT(search("hash"), IsEmpty());
}

TEST_P(UserContract, SearchStopsAtTheLimit) {
  for (std::uint64_t i = 0; i < 5; ++i) {
    ASSERT_EQ(add(person({20, i}, "user" + std::to_string(i))), Errc::ok);
  }

  EXPECT_THAT(search("user", 3), SizeIs(3));
  EXPECT_THAT(search("user", 9), SizeIs(5));
}

TEST_P(UserContract, OneOfTwoWinsANameAskedForAtOnce) {
  const auto here = start_add(1, person(kAda, "same", "a@x.org"));
  const auto there = start_add(0, person(kBen, "Same", "b@x.org"));
  const Errc first = code(bench.wait(here));
  const Errc second = code(bench.wait(there));

  EXPECT_THAT((std::vector<Errc>{first, second}), UnorderedElementsAre(Errc::ok, Errc::conflict));
  EXPECT_EQ(login("same"), first == Errc::ok ? kAda : kBen);
}

TEST_P(UserContract, TokensSeenAtOnceOnTwoShardsMakeOneUser) {
  const auto here = start_ensure(1, kAda, "one");
  const auto there = start_ensure(0, kAda, "two");

  EXPECT_EQ(bench.wait(here).value()->username, bench.wait(there).value()->username);
  EXPECT_THAT((std::vector<std::size_t>{search("one").size(), search("two").size()}), UnorderedElementsAre(1, 0));
}

class SessionContract : public AccountPort {
 protected:
  LogIn open(Uuid user, std::size_t shard = 0) {
    return bench
        .wait(bench.start<LogIn>(
            shard, [this, shard, user](auto done) { backend->sessions(shard).open(user, std::move(done)); }))
        .value();
  }

  Pending<RefreshOutcome> start_refresh(std::size_t shard, const std::string& token) {
    return bench.start<RefreshOutcome>(
        shard, [this, shard, token](auto done) { backend->sessions(shard).refresh(token, std::move(done)); });
  }
  RefreshOutcome refresh(const std::string& token, std::size_t shard = 1) {
    return bench.wait(start_refresh(shard, token)).value();
  }

  Errc revoke(Uuid family, std::size_t shard = 1) {
    return code(bench.wait(bench.start<void>(
        shard, [this, shard, family](auto done) { backend->sessions(shard).revoke(family, std::move(done)); })));
  }
};

TEST_P(SessionContract, EachLogInIsAFamilyOfItsOwn) {
  const LogIn one = open(kAda, 0);
  const LogIn two = open(kAda, 1);

  EXPECT_EQ(one.user, kAda);
  EXPECT_NE(one.family, two.family);
  EXPECT_NE(one.refresh_token, two.refresh_token);
  EXPECT_EQ(revoke(one.family), Errc::ok);
  EXPECT_EQ(refresh(two.refresh_token).result, Refresh::rotated);
}

TEST_P(SessionContract, RefreshingRotatesTheTokenWithinItsFamily) {
  const LogIn first = open(kAda);
  const RefreshOutcome second = refresh(first.refresh_token);
  const RefreshOutcome third = refresh(second.session.refresh_token, 0);

  ASSERT_EQ(second.result, Refresh::rotated);
  EXPECT_EQ(second.session.family, first.family);
  EXPECT_EQ(second.session.user, kAda);
  EXPECT_NE(second.session.refresh_token, first.refresh_token);
  ASSERT_EQ(third.result, Refresh::rotated);
  EXPECT_NE(third.session.refresh_token, second.session.refresh_token);
}

TEST_P(SessionContract, AUseWithinTheGraceGetsTheSameSuccessor) {
  const LogIn first = open(kAda);
  const RefreshOutcome second = refresh(first.refresh_token);
  bench.clock.advance(kRefreshGrace - std::chrono::milliseconds{1});

  const RefreshOutcome again = refresh(first.refresh_token, 0);

  ASSERT_EQ(again.result, Refresh::rotated);
  EXPECT_EQ(again.session.refresh_token, second.session.refresh_token);
  EXPECT_EQ(again.session.family, first.family);
  EXPECT_EQ(again.session.user, kAda);
}

TEST_P(SessionContract, EverySpentTokenHasAGraceAndASuccessorOfItsOwn) {
  const LogIn first = open(kAda);
  const RefreshOutcome second = refresh(first.refresh_token);
  bench.clock.advance(std::chrono::seconds{4});
  const RefreshOutcome third = refresh(second.session.refresh_token);
  bench.clock.advance(std::chrono::seconds{4});

  const RefreshOutcome first_again = refresh(first.refresh_token, 0);
  const RefreshOutcome second_again = refresh(second.session.refresh_token, 0);

  ASSERT_EQ(first_again.result, Refresh::rotated);
  EXPECT_EQ(first_again.session.refresh_token, second.session.refresh_token);
  ASSERT_EQ(second_again.result, Refresh::rotated);
  EXPECT_EQ(second_again.session.refresh_token, third.session.refresh_token);
  bench.clock.advance(std::chrono::seconds{4});
  EXPECT_EQ(refresh(first.refresh_token).result, Refresh::reused);
}

TEST_P(SessionContract, AUseAfterTheGraceIsReuseAndEndsTheWholeFamily) {
  const LogIn first = open(kAda);
  const LogIn bystander = open(kAda);
  const RefreshOutcome second = refresh(first.refresh_token);
  bench.clock.advance(kRefreshGrace + std::chrono::milliseconds{1});

  const RefreshOutcome reused = refresh(first.refresh_token, 0);

  EXPECT_EQ(reused.result, Refresh::reused);
  EXPECT_EQ(reused.session.family, first.family);
  EXPECT_EQ(reused.session.user, kAda);
  EXPECT_EQ(refresh(second.session.refresh_token).result, Refresh::unknown);
  EXPECT_EQ(revoke(first.family), Errc::not_found);
  EXPECT_EQ(refresh(bystander.refresh_token).result, Refresh::rotated);
}

TEST_P(SessionContract, ATokenSpentSeveralRotationsAgoIsStillReuse) {
  const LogIn first = open(kAda);
  RefreshOutcome latest = refresh(first.refresh_token);
  for (int i = 0; i < 3; ++i) {
    bench.clock.advance(std::chrono::minutes{1});
    latest = refresh(latest.session.refresh_token);
  }

  EXPECT_EQ(refresh(first.refresh_token).result, Refresh::reused);
  EXPECT_EQ(refresh(latest.session.refresh_token).result, Refresh::unknown);
}

TEST_P(SessionContract, ATokenLivesUntilItsExpiry) {
  const LogIn young = open(kAda);
  const LogIn old = open(kBen);
  bench.clock.advance(kRefreshLife - std::chrono::seconds{1});
  const RefreshOutcome renewed = refresh(young.refresh_token);
  bench.clock.advance(std::chrono::seconds{1});

  EXPECT_EQ(renewed.result, Refresh::rotated);
  EXPECT_EQ(refresh(old.refresh_token).result, Refresh::expired);
  EXPECT_EQ(refresh(renewed.session.refresh_token).result, Refresh::rotated) << "the successor has a life of its own";
}

TEST_P(SessionContract, AnUnknownTokenHarmsNobody) {
  const LogIn first = open(kAda);
  std::string forged = first.refresh_token;
  forged.back() = forged.back() == '0' ? '1' : '0';

  for (const std::string& token : {forged, std::string{}, std::string{"x"}, first.family.text(), kDan.text() + ".00",
                                   first.refresh_token + "0", std::string(4096, '.')}) {
    EXPECT_EQ(refresh(token).result, Refresh::unknown) << token.substr(0, 80);
  }
  EXPECT_EQ(refresh(first.refresh_token).result, Refresh::rotated);
}

TEST_P(SessionContract, RevokingEndsTheFamilyOnce) {
  const LogIn first = open(kAda);
  const RefreshOutcome second = refresh(first.refresh_token);

  EXPECT_EQ(revoke(first.family), Errc::ok);
  EXPECT_EQ(revoke(first.family, 0), Errc::not_found);
  EXPECT_EQ(revoke(kDan), Errc::not_found);
  EXPECT_EQ(refresh(first.refresh_token).result, Refresh::unknown) << "the grace ends with the family";
  EXPECT_EQ(refresh(second.session.refresh_token).result, Refresh::unknown);
}

TEST_P(SessionContract, TwoUsesAtOnceGetOneSuccessor) {
  const LogIn first = open(kAda);
  const auto here = start_refresh(1, first.refresh_token);
  const auto there = start_refresh(0, first.refresh_token);
  const RefreshOutcome one = bench.wait(here).value();
  const RefreshOutcome two = bench.wait(there).value();

  EXPECT_EQ(one.result, Refresh::rotated);
  EXPECT_EQ(two.result, Refresh::rotated);
  EXPECT_NE(one.session.refresh_token, first.refresh_token);
  EXPECT_EQ(one.session.refresh_token, two.session.refresh_token);
}

INSTANTIATE_TEST_SUITE_P(Backends, UserContract, testing::ValuesIn(account_rows()), account_row_name);
INSTANTIATE_TEST_SUITE_P(Backends, SessionContract, testing::ValuesIn(account_rows()), account_row_name);

}  // namespace
}  // namespace plumbline::serve
