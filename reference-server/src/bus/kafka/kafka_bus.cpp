#include "bus/kafka/kafka_bus.h"

#include <utility>

#include "bus/kafka/record.h"
#include "mutant/mutant.h"
#include "plumbline/base/log.h"

namespace plumbline::serve {
namespace {

// Longer than any reader of ours lags behind the brokers that it can reach (log_reader.cpp: 20 ms, and a busy machine).
constexpr Duration kMayBeUnread = std::chrono::milliseconds{250};
constexpr std::size_t kMostUnread = 1000;

}  // namespace

KafkaBus::KafkaBus(Parts parts, SendTable::Limits limits)
    : parts_(std::move(parts)), table_(limits), rng_(entropy_seed()) {}

void KafkaBus::publish(BusBody body, Settled settled) {
  if (auto* message = std::get_if<MessagePtr>(&body)) {
    publish_message(std::move(*message), std::move(settled));
    return;
  }
  if (std::holds_alternative<Typing>(body) && parts_.circuit.open()) {
    ++counters_.dropped_typing;
  } else {
    tell_others(body);
  }
  settled(Errc::ok);
}

void KafkaBus::subscribe(Topic /*topic*/, Consumer /*consumer*/) {}

void KafkaBus::publish_message(MessagePtr message, Settled settled) {
  if (table_.full() || (parts_.refuses && parts_.refuses())) {
    ++counters_.refused;
    settled(Errc::unavailable);
    return;
  }
  divert();  // while the circuit is open: what waits here came first
  if (parts_.circuit.open() || table_.stores(message->conversation->key)) {
    table_.add_to_store(std::move(message), std::move(settled), parts_.clock.now());
  } else {
    to_log(std::move(message), std::move(settled));
  }
  act();
}

void KafkaBus::to_log(MessagePtr message, Settled settled) {
  if (active(Mutant::ack_before_report)) {
    tell_others(BusBody{std::move(message)});
    settled(Errc::ok);
    return;
  }
  const BusBody body{message};
  const MessagePtr sent = message;
  const SendTable::Id id = table_.add_to_log(std::move(message), std::move(settled), parts_.clock.now());
  parts_.log.produce_fresh(Topic::chat_messages, partition_key(body), encode_record(body), parts_.shard,
                           [this, id, sent](Errc outcome, LogPosition at) {
                             if (outcome == Errc::ok && parts_.confirmed) {
                               parts_.confirmed(sent, at);
                             }
                             if (outcome == Errc::ok) {
                               note_confirmed(sent);
                             }
                             on_report(id, outcome);
                           });
}

void KafkaBus::tell_others(const BusBody& body) {
  parts_.log.produce(topic_of(body), partition_key(body), encode_record(body), parts_.shard, [](Errc, LogPosition) {});
}

void KafkaBus::on_report(SendTable::Id id, Errc outcome) {
  if (table_.reported(id, outcome) == SendTable::Report::of_a_diverted) {
    stuck_reported(outcome);
  } else {
    counters_.by_log += outcome == Errc::ok ? 1 : 0;
  }
  act();
}

void KafkaBus::note_confirmed(const MessagePtr& message) {
  const Time now = parts_.clock.now();
  fresh_.push_back({message, now});
  while (fresh_.front().confirmed_at + kMayBeUnread < now || fresh_.size() > kMostUnread) {
    fresh_.pop_front();
  }
}

void KafkaBus::on_opened() {
  divert();  // first those whose senders wait
  for (const Fresh& confirmed : std::exchange(fresh_, {})) {
    ++counters_.repeated;
    parts_.direct.commit(confirmed.message, [](const Result<void>&) {});
  }
}

void KafkaBus::tick(Time now) {
  table_.give_up(now);
  act();
  // A shard that stood still finds the reports it waits for in its queue: they come before this check.
  if (!checking_ && table_.overdue(now)) {
    checking_ = true;
    parts_.pool.post_to(parts_.shard, [this] {
      checking_ = false;
      if (table_.overdue(parts_.clock.now())) {
        trip();
      }
    });
  }
  if (parts_.circuit.wants_probe(now)) {
    probe();
  }
}

void KafkaBus::trip() {
  if (parts_.circuit.trip(parts_.clock.now())) {
    log::warn("kafka_circuit_open", {{"why", "a send got no report in time; sends go to PostgreSQL"}});
    parts_.tell_opened();
  }
  divert();  // also when another shard was first
}

void KafkaBus::divert() {
  if (!parts_.circuit.open()) {
    return;
  }
  if (const std::uint64_t outstanding = table_.divert(); outstanding > 0) {
    parts_.circuit.add_stuck(outstanding);
  }
  act();
}

// A record for nobody: who is told is an empty list.
void KafkaBus::probe() {
  const Uuid nobody = Uuid::random(rng_);
  const BusBody body{Typing{ConversationKey::pair(nobody, Uuid::random(rng_)), {}, nobody, false, 1}};
  parts_.circuit.add_stuck(1);
  parts_.log.produce(topic_of(body), partition_key(body), encode_record(body), parts_.shard,
                     [this](Errc outcome, LogPosition) { stuck_reported(outcome); });
}

void KafkaBus::stuck_reported(Errc outcome) {
  if (parts_.circuit.stuck_reported(outcome == Errc::ok, parts_.clock.now())) {
    log::info("kafka_circuit_closed");
  }
}

void KafkaBus::act() {
  if (acting_) {
    return;  // the loop below goes on with it
  }
  acting_ = true;
  for (;;) {
    const auto commits = table_.take_commits(parts_.clock.now());
    auto answers = table_.take_answers();
    if (commits.empty() && answers.empty()) {
      break;
    }
    for (const SendTable::Commit& commit : commits) {
      ++counters_.by_store;
      parts_.direct.commit(commit.message, [this, id = commit.id](const Result<void>& done) {
        table_.committed(id, done.has_error() ? done.error().code : Errc::ok);
        act();
      });
    }
    for (const SendTable::Answer& answer : answers) {
      counters_.unknown += answer.outcome == Errc::timeout ? 1 : 0;
      counters_.refused += answer.outcome == Errc::unavailable ? 1 : 0;
      answer.settled(answer.outcome);
    }
  }
  acting_ = false;
}

KafkaBus::Counters KafkaBus::counters() const {
  Counters now = counters_;
  now.waiting = table_.size();
  return now;
}

}  // namespace plumbline::serve
