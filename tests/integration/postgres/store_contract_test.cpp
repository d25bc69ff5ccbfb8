// The store contract on PostgreSQL, and what only several instances on one PostgreSQL can do to it.
#include "contract/store_contract.h"

#include "integration/real/private_postgres.h"
#include "store/postgres/migrate.h"
#include "store/postgres/pg_message_store.h"
#include "store/postgres/pg_pool.h"

namespace plumbline::serve {
namespace {

using real::PrivatePostgres;

// Each shard is as good as an instance of its own: nothing is shared but the database.
struct PostgresStores final : StoreBackend {
  PostgresStores() {
    migrate(uri);
    for (std::size_t shard = 0; shard < 2; ++shard) {
      conversations_.push_back(std::make_unique<PgConversationStore>(links.hot(shard), links.reads(shard)));
      messages_.push_back(
          std::make_unique<PgMessageStore>(links.hot(shard), links.reads(shard), *conversations_.back()));
    }
  }
  static PgLinkOptions patient() {
    PgLinkOptions limits;  // a machine that compiles on all cores meanwhile
    limits.deadline = limits.wait_busy = limits.wait_down = limits.connect_timeout = std::chrono::seconds{20};
    return limits;
  }

  std::string uri = PrivatePostgres::shared().create_database();
  PgPool links{bench.pool, uri, patient()};
  std::vector<std::unique_ptr<PgConversationStore>> conversations_;
  std::vector<std::unique_ptr<PgMessageStore>> messages_;

  MessageStore& messages(std::size_t shard) override { return *messages_[shard]; }
  ConversationStore& conversations(std::size_t shard) override { return *conversations_[shard]; }
};

INSTANTIATE_TEST_SUITE_P(Backends, StoreContract,
                         testing::Values(StoreRow{"Postgres", [] { return std::make_unique<PostgresStores>(); }, true}),
                         [](const testing::TestParamInfo<StoreRow>& row) { return row.param.name; });

constexpr Uuid kAnn{1, 1};
constexpr Uuid kBob{2, 2};

struct PostgresStore : testing::Test {
  ConversationPtr open(std::size_t shard, UnixMillis at = 1) {
    Conversation fresh;
    fresh.key = ConversationKey::pair(kAnn, kBob);
    fresh.members = {kAnn, kBob};
    fresh.created_at = at;
    return stores.bench
        .wait<ConversationPtr>([&](auto done) { stores.conversations(shard).open(fresh, std::move(done)); })
        .value();
  }
  static MessagePtr message(const ConversationPtr& conversation, std::uint64_t sequence, Uuid sender, Uuid id) {
    auto made = std::make_shared<Message>();
    made->id = id;
    made->conversation = conversation;
    made->sender = sender;
    made->sequence = sequence;
    made->timestamp = static_cast<UnixMillis>(sequence);
    made->metadata = "{}";
    return made;
  }
  std::string ask(const std::string& sql) { return real::query_sql(stores.uri, sql); }

  PostgresStores stores;
};

TEST_F(PostgresStore, TheFirstOfTwoInstancesOpensAConversation) {
  std::vector<ConversationPtr> opened;
  for (std::size_t shard = 0; shard < 2; ++shard) {
    Conversation fresh;
    fresh.key = ConversationKey::pair(kAnn, kBob);
    fresh.members = {kAnn, kBob};
    fresh.created_at = static_cast<UnixMillis>(shard) + 1;
    stores.conversations(shard).open(fresh,
                                     [&opened](const Result<ConversationPtr>& one) { opened.push_back(one.value()); });
  }
  ASSERT_TRUE(stores.bench.run_until([&opened] { return opened.size() == 2; }));

  EXPECT_EQ(opened[0]->created_at, opened[1]->created_at);
  EXPECT_EQ(ask("SELECT count(*) FROM conversation_members"), "2");
}

TEST_F(PostgresStore, TwoInstancesWithOneSequenceIdStoreOneMessage) {
  const ConversationPtr conversation = open(0);
  std::vector<Errc> outcomes;
  for (std::size_t shard = 0; shard < 2; ++shard) {
    stores.messages(shard).append(message(conversation, 1, kAnn, {7, shard + 1}),
                                  [&outcomes](const Result<void>& stored) {
                                    outcomes.push_back(stored.has_error() ? stored.error().code : Errc::ok);
                                  });
  }
  ASSERT_TRUE(stores.bench.run_until([&outcomes] { return outcomes.size() == 2; }));

  EXPECT_THAT(outcomes, testing::UnorderedElementsAre(Errc::ok, Errc::conflict));
}

TEST_F(PostgresStore, CountersAreRightAfterInstancesStoredAndReadAtOnce) {
  const ConversationPtr conversation = open(0);
  constexpr std::uint64_t kMessages = 200;
  std::size_t settled = 0;
  std::size_t expected = 0;
  for (std::uint64_t sequence = 1; sequence <= kMessages; ++sequence) {
    for (const std::size_t shard : {sequence % 2, (sequence + 1) % 2}) {  // both: the log and the direct way
      ++expected;
      stores.messages(shard).append(message(conversation, sequence, sequence % 3 == 0 ? kBob : kAnn, {7, sequence}),
                                    [&settled](const Result<void>& stored) {
                                      EXPECT_FALSE(stored.has_error());
                                      ++settled;
                                    });
    }
    if (sequence % 5 == 0) {
      ++expected;
      stores.messages(sequence % 2).mark_read({conversation->key, kBob, sequence, 1}, [&settled](const auto& marked) {
        EXPECT_FALSE(marked.has_error());
        ++settled;
      });
    }
  }
  ASSERT_TRUE(stores.bench.run_until([&] { return settled == expected; }, std::chrono::seconds{60}));

  EXPECT_EQ(ask("SELECT messages FROM conversations"), "200");
  EXPECT_EQ(ask("SELECT sum(sent) FROM conversation_members"), "200");
  EXPECT_EQ(ask("SELECT c.messages - m.sent - m.read_others - (SELECT count(*) FROM messages x WHERE x.sender_id <> "
                "m.user_id AND x.sequence_id > m.read_to) FROM conversations c JOIN conversation_members m USING "
                "(conv_first, conv_second) WHERE m.read_to > 0"),
            "0");
}

TEST_F(PostgresStore, ABatchOfSeveralConversationsIsCountedAndAnUnknownOneRefused) {
  open(0);
  const std::string row = "'00000000-0000-0001-0000-000000000001', '00000000-0000-0002-0000-000000000002', ";
  const std::string rest = ", '00000000-0000-0001-0000-000000000001', 0, 5, 'x', 'text', '{}')";
  const std::string into =
      "INSERT INTO messages (conv_first, conv_second, sequence_id, message_id, sender_id, previous_id, sent_at, "
      "content, "
      "type, metadata) VALUES (";
  real::execute_sql(stores.uri, into + row + "1, gen_random_uuid()" + rest + ", (" + row + "2, gen_random_uuid()" +
                                    rest + " ON CONFLICT DO NOTHING");

  EXPECT_EQ(ask("SELECT messages || ' ' || newest FROM conversations"), "2 2");
  EXPECT_THROW(
      real::execute_sql(stores.uri, into + "gen_random_uuid(), gen_random_uuid(), 1, gen_random_uuid()" + rest),
      std::runtime_error);
  EXPECT_EQ(ask("SELECT count(*) FROM messages"), "2");
}

TEST_F(PostgresStore, SaysWhereAReaderIs) {
  const ConversationPtr conversation = open(0);
  PgReaderPlaces places(stores.links.reads(0));
  std::vector<MessagePtr> asked;
  for (std::uint64_t sequence = 1; sequence <= 3; ++sequence) {
    asked.push_back(message(conversation, sequence, kAnn, {7, sequence}));
  }
  const auto stored = stores.bench.wait<void>([&](auto done) { stores.messages(0).append(asked[0], std::move(done)); });
  ASSERT_FALSE(stored.has_error());
  (void)stores.bench.wait<void>([&](auto done) {
    stores.messages(0).mark_delivered({{conversation->key, kBob, 2, 5}}, std::move(done));
  });
  (void)stores.bench.wait<ReadOutcome>([&](auto done) {
    stores.messages(0).mark_read({conversation->key, kBob, 1, 5}, std::move(done));
  });

  const auto found =
      stores.bench.wait<std::vector<ReaderPlace>>([&](auto done) { places.of(kBob, asked, std::move(done)); });

  ASSERT_EQ(found.value().size(), 3U);
  EXPECT_TRUE(found.value()[0].stored && found.value()[0].delivered && found.value()[0].read);
  EXPECT_TRUE(!found.value()[1].stored && found.value()[1].delivered && !found.value()[1].read);
  EXPECT_FALSE(found.value()[2].stored || found.value()[2].delivered || found.value()[2].read);
}

TEST(PostgresAway, MarksWaitAndAreKeptWhenItIsBack) {
  PrivatePostgres server;
  const std::string uri = server.create_database();
  migrate(uri);
  ShardBench bench;
  PgPool links(bench.pool, uri);
  PgConversationStore conversations(links.hot(0), links.reads(0));
  PgMessageStore messages(links.hot(0), links.reads(0), conversations);
  Conversation fresh;
  fresh.key = ConversationKey::pair(kAnn, kBob);
  fresh.members = {kAnn, kBob};
  const auto opened = bench.wait<ConversationPtr>([&](auto done) { conversations.open(fresh, std::move(done)); });
  ASSERT_TRUE(opened.has_value());
  server.kill();
  const auto lost = bench.wait<void>([&](auto done) {
    messages.mark_delivered({{fresh.key, kBob, 5, 50}, {fresh.key, kAnn, 4, 40}}, std::move(done));
  });
  EXPECT_TRUE(lost.has_error());
  EXPECT_EQ(messages.marks().waiting(), 2U);
  server.start();
  ASSERT_TRUE(bench.run_until([&links] { return links.usable(); }));

  const auto kept = bench.wait<void>([&](auto done) {
    messages.mark_delivered({{fresh.key, kBob, 3, 60}}, std::move(done));
  });

  EXPECT_FALSE(kept.has_error());
  EXPECT_EQ(messages.marks().waiting(), 0U);
  EXPECT_EQ(
      real::query_sql(uri, "SELECT string_agg(delivered_to::text, ' ' ORDER BY user_id) FROM conversation_members"),
      "4 5");
}

TEST_F(PostgresStore, TakesMoreMarksThanOneStatementCarries) {
  const ConversationPtr conversation = open(0);
  std::vector<ReadMark> marks{{conversation->key, kBob, 7, 5}};
  for (std::uint64_t i = 0; i < 2500; ++i) {
    marks.push_back({{Uuid{i + 10, 1}, Uuid{}}, kBob, 1, 5});
  }
  const auto kept =
      stores.bench.wait<void>([&](auto done) { stores.messages(0).mark_delivered(marks, std::move(done)); });

  EXPECT_FALSE(kept.has_error());
  EXPECT_EQ(ask("SELECT max(delivered_to) FROM conversation_members"), "7");
}

// A primary and a replica, four messages of which Bob has read and got three.
struct PostgresReplica : testing::Test {
  PostgresReplica() {
    Conversation fresh;
    fresh.key = key;
    fresh.members = {kAnn, kBob};
    const auto conversation =
        bench.wait<ConversationPtr>([&](auto done) { conversations.open(fresh, std::move(done)); });
    for (std::uint64_t sequence = 1; sequence <= 4; ++sequence) {
      (void)bench.wait<void>([&](auto done) {
        messages.append(PostgresStore::message(conversation.value(), sequence, kAnn, {7, sequence}), std::move(done));
      });
    }
    (void)bench.wait<ReadOutcome>([&](auto done) { messages.mark_read({key, kBob, 3, 50}, std::move(done)); });
    (void)bench.wait<void>([&](auto done) { messages.mark_delivered({{key, kBob, 3, 40}}, std::move(done)); });
  }
  bool becomes_fresh() {
    return bench.run_until([this] {
      links.tick(0, steady_now());
      return links.replica(0)->fresh(steady_now());
    });
  }
  std::size_t page_size(const HistoryQuery& query) {
    return bench.wait<HistoryPage>([&](auto done) { messages.history(query, std::move(done)); }).value().rows.size();
  }
  static std::string migrated(const std::string& uri) {
    migrate(uri);
    return uri;
  }

  ConversationKey key = ConversationKey::pair(kAnn, kBob);
  PrivatePostgres primary;
  PrivatePostgres replica{PrivatePostgres::ReplicaOf{primary}};
  ShardBench bench;
  PgPool links{bench.pool, migrated(primary.uri()), PostgresStores::patient(), replica.uri()};
  PgConversationStore conversations{links.hot(0), links.reads(0)};
  PgMessageStore messages{links.hot(0), links.reads(0), conversations, links.replica(0)};
};

TEST_F(PostgresReplica, ServesOlderPagesThatEverybodyHasRead) {
  ASSERT_TRUE(becomes_fresh());
  EXPECT_EQ(page_size({key, 4, 50}), 3U);
  EXPECT_EQ(messages.replica_pages(), 1U);

  EXPECT_EQ(page_size({key, 0, 50}), 4U);
  EXPECT_EQ(page_size({key, 5, 50}), 4U) << "with a row that somebody may read any moment";
  EXPECT_EQ(messages.replica_pages(), 1U);
}

TEST_F(PostgresReplica, IsNotAskedOnceItLagsOrIsAway) {
  ASSERT_TRUE(becomes_fresh());
  replica.freeze();
  ASSERT_TRUE(bench.run_until([this] {
    links.tick(0, steady_now());
    return !links.replica(0)->fresh(steady_now());
  }));

  EXPECT_EQ(page_size({key, 4, 50}), 3U);
  EXPECT_EQ(messages.replica_pages(), 0U);
  EXPECT_TRUE(links.usable()) << "nothing is missing without it";
  replica.thaw();
  EXPECT_TRUE(becomes_fresh());
}

}  // namespace
}  // namespace plumbline::serve
