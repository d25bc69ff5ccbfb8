#include "integration/sequence/sequence_world.h"

#include <poll.h>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>
#include <utility>

#include "store/postgres/migrate.h"

namespace plumbline::serve {
namespace {

constexpr std::size_t kConversations = 20;
constexpr Duration kAskEvery = std::chrono::milliseconds{10};

ConversationKey conversation_key(std::size_t conversation) {
  return ConversationKey::pair(Uuid{1, 1}, Uuid{2, conversation + 1});
}

PgLinkOptions link_options(const std::string& database, const char* purpose, std::chrono::milliseconds deadline) {
  PgLinkOptions options;
  options.conninfo = database;
  options.purpose = purpose;
  options.deadline = deadline;
  options.wait_down = std::chrono::milliseconds{100};
  return options;
}

RedisOptions options_for(const real::PrivateRedis& servers) {
  RedisOptions options;
  for (const std::string& address : servers.sentinels()) {
    options.sentinels.push_back(*RedisAddress::parse(address));
  }
  options.name = real::PrivateRedis::name();
  options.password = servers.password();
  return options;
}

std::string new_database() {
  std::string made = real::PrivatePostgres::shared().create_database();
  migrate(made);
  return made;
}

}  // namespace

std::string conversation_text(std::size_t conversation) {
  return conversation_key(conversation).text();
}

CountingInstance::CountingInstance(std::string name, const std::string& database, RedisOptions redis,
                                   std::size_t conversations, std::uint64_t block)
    : options_(std::move(redis)),
      sentinels_(pool_.context(0), options_),
      redis_(pool_.context(0), sentinels_, options_),
      epochs_(pool_.context(0), link_options(database, "epochs", std::chrono::milliseconds{500})),
      hot_(pool_.context(0), link_options(database, "hot", std::chrono::milliseconds{2'000})),
      fence_(pool_, clock_, SequenceFenceOptions{std::move(name), {}, AllocatorOptions{.times = {}, .block = block}}),
      allocator_(fence_.make(0, hot_, redis_, [this] { redis_.leave_master("another master counts"); })),
      timer_(pool_.context(0)),
      waiting_(conversations, false) {
  fence_.keep(epochs_, redis_, ask_sentinels(sentinels_));
}

CountingInstance::~CountingInstance() {
  stop();
}

void CountingInstance::start() {
  epochs_.open();
  hot_.open();
  redis_.start();
  fence_.start();
  ask_all();
  pool_.start();
}

void CountingInstance::stop() {
  asking_ = false;
  for (int i = 0; i < 3'000 && under_way_ != 0; ++i) {
    ::poll(nullptr, 0, 1);
  }
  pool_.stop();
}

void CountingInstance::ask_all() {
  timer_.expires_at(steady_now() + kAskEvery);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (error) {
      return;
    }
    for (std::size_t conversation = 0; asking_ && conversation < waiting_.size(); ++conversation) {
      if (!waiting_[conversation]) {
        ask(conversation);
      }
    }
    ask_all();
  });
}

void CountingInstance::ask(std::size_t conversation) {
  waiting_[conversation] = true;
  ++under_way_;
  allocator_->next(conversation_key(conversation),
                   [this, conversation, asked = steady_now()](const Result<Allocation>& answer) {
                     waiting_[conversation] = false;
                     --under_way_;
                     if (answer.has_error()) {
                       ++refused_;
                       return;
                     }
                     ++given_;
                     log_.push_back({conversation, asked, steady_now(), answer.value().sequence, answer.value().epoch});
                   });
}

Findings examine(std::vector<Given> all, std::size_t refused) {
  Findings found;
  found.given = all.size();
  found.refused = refused;
  std::sort(all.begin(), all.end(), [](const Given& a, const Given& b) { return a.answered < b.answered; });
  std::map<std::size_t, std::vector<Given>> by_conversation;
  for (std::size_t i = 0; i < all.size(); ++i) {
    by_conversation[all[i].conversation].push_back(all[i]);
    if (i > 0) {
      found.longest_gap = std::max<Duration>(found.longest_gap, all[i].answered - all[i - 1].answered);
    }
  }
  for (auto& [conversation, given] : by_conversation) {
    std::set<std::uint64_t> seen;
    for (const Given& one : given) {
      found.reused += seen.insert(one.sequence).second ? 0U : 1U;
    }
    // In the order of beginnings, with the highest number acknowledged before each.
    std::vector<Given> begun = given;
    std::sort(begun.begin(), begun.end(), [](const Given& a, const Given& b) { return a.asked < b.asked; });
    std::size_t acknowledged = 0;
    std::uint64_t highest = 0;
    for (const Given& one : begun) {
      for (; acknowledged < given.size() && given[acknowledged].answered < one.asked; ++acknowledged) {
        highest = std::max(highest, given[acknowledged].sequence);
      }
      found.inversions += one.sequence <= highest ? 1U : 0U;
    }
    std::sort(given.begin(), given.end(), [](const Given& a, const Given& b) { return a.sequence < b.sequence; });
    for (std::size_t i = 1; i < given.size(); ++i) {
      found.epoch_falls += given[i].epoch < given[i - 1].epoch ? 1U : 0U;
    }
  }
  return found;
}

std::string Findings::text() const {
  std::ostringstream out;
  out << given << " numbers, " << refused << " refused, " << reused << " reused, " << inversions << " inversions, "
      << epoch_falls << " epoch falls, longest gap "
      << std::chrono::duration_cast<std::chrono::milliseconds>(longest_gap).count() << " ms";
  return out.str();
}

SequenceWorld::SequenceWorld(real::PrivateRedis::Options servers, std::uint64_t block)
    : redis(servers), database(new_database()) {
  for (const char* name : {"app-1", "app-2"}) {
    instances.push_back(std::make_unique<CountingInstance>(name, database, options_for(redis), kConversations, block));
    instances.back()->start();
  }
}

SequenceWorld::~SequenceWorld() = default;

void SequenceWorld::run_for(std::chrono::milliseconds time) const {
  ::poll(nullptr, 0, static_cast<int>(time.count()));
}

bool SequenceWorld::both_get(std::size_t numbers, std::chrono::seconds within) const {
  const std::size_t first = instances[0]->given() + numbers;
  const std::size_t second = instances[1]->given() + numbers;
  const Time deadline = steady_now() + within;
  while (instances[0]->given() < first || instances[1]->given() < second) {
    if (steady_now() >= deadline) {
      return false;
    }
    run_for(std::chrono::milliseconds{5});
  }
  return true;
}

Findings SequenceWorld::finish() {
  std::vector<Given> all;
  std::size_t refused = 0;
  for (const auto& instance : instances) {
    instance->stop();
    const std::vector<Given> given = instance->take_given();
    all.insert(all.end(), given.begin(), given.end());
    refused += instance->refused();
  }
  return examine(std::move(all), refused);
}

double SequenceWorld::metric(const std::string& name) const {
  double sum = 0;
  for (const auto& instance : instances) {
    for (const Metric& one : instance->metrics()) {
      sum += one.name == name ? one.value : 0;
    }
  }
  return sum;
}

}  // namespace plumbline::serve
