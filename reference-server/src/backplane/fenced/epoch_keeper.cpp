#include "backplane/fenced/epoch_keeper.h"

#include <memory>
#include <utility>

#include "backplane/fenced/fence_statements.h"
#include "plumbline/base/log.h"

namespace plumbline::serve {
namespace {

constexpr Duration kBeatEvery = std::chrono::seconds{1};
constexpr Duration kStall = std::chrono::milliseconds{150};
constexpr Duration kSentinelsEvery = std::chrono::milliseconds{250};  // while the epoch's master does not answer

constexpr const char* mode_name(CountingMode mode) {
  switch (mode) {
    case CountingMode::redis:
      return "redis";
    case CountingMode::postgres:
      return "postgres";
    case CountingMode::none:
      break;
  }
  return "none";
}

EpochRow row_of(const PgRows& rows) {
  EpochRow row;
  row.epoch = rows.number(0, 0);
  const std::string_view mode = rows.text(0, 1);
  row.mode = mode == "redis" ? CountingMode::redis : mode == "postgres" ? CountingMode::postgres : CountingMode::none;
  row.run = rows.text(0, 2);
  row.address = rows.text(0, 3);
  row.config_epoch = rows.number(0, 4);
  row.settle = rows.truth(0, 5);
  row.intent = rows.number(0, 6);
  return row;
}

}  // namespace

EpochKeeper::EpochKeeper(PgSession& postgres, RedisSession& redis, AskSentinels sentinels, const Clock& clock,
                         KeeperOptions options, Publish publish)
    : postgres_(postgres),
      redis_(redis),
      ask_sentinels_(std::move(sentinels)),
      clock_(clock),
      options_(std::move(options)),
      publish_(std::move(publish)),
      core_(options_.times, clock_.now()),
      last_tick_(clock_.now()) {}

void EpochKeeper::tick(Time now) {
  if (left_) {
    return;
  }
  if (now - last_tick_ > kStall) {
    core_.stalled(now);
  }
  last_tick_ = now;
  look_at_redis(now);
  look_at_sentinels(now);
  look_at_postgres(now);
  const bool open = core_.view().redis_open(now) || core_.view().postgres_open(now);
  counters_.expired += was_open_ && !open && core_.view().epoch == told_.epoch ? 1U : 0U;
  was_open_ = open;
  tell();
}

// A write: a master that answers but refuses to write cannot count.
void EpochKeeper::look_at_redis(Time now) {
  const RedisIncarnation* before = redis_.incarnation();
  if (redis_busy_ || before == nullptr || now - redis_asked_ < options_.times.renew / 2) {
    return;
  }
  redis_busy_ = true;
  redis_asked_ = now;
  redis_.command(
      {"SET", "conversation_seq_probe:" + options_.instance, options_.process, "EX", "60"},
      [this, alive = std::weak_ptr<bool>(alive_), run = before->run, now](const Result<RedisReply>& reply) {
        if (alive.expired()) {
          return;
        }
        redis_busy_ = false;
        const RedisIncarnation* here = redis_.incarnation();
        if (reply.has_value() && reply.value().kind != RedisReply::Kind::error && here != nullptr && here->run == run) {
          core_.saw_redis(now, clock_.now(), RedisSight{run, here->address, here->config_epoch});
        }
      });
}

void EpochKeeper::look_at_sentinels(Time now) {
  const bool needed = core_.wants_sentinels(now);
  const Duration every = needed ? options_.times.renew : kSentinelsEvery;
  if (sentinels_busy_ || !ask_sentinels_ || (!needed && !core_.doubts_master(now)) || now - sentinels_asked_ < every) {
    return;
  }
  sentinels_busy_ = true;
  sentinels_asked_ = now;
  ask_sentinels_([this, alive = std::weak_ptr<bool>(alive_), now](const SentinelWord& word) {
    if (alive.expired()) {
      return;
    }
    sentinels_busy_ = false;
    if (word.config_epoch >= 0) {
      const Time before = core_.view().valid_until;
      core_.saw_sentinels(now, word.address, word.config_epoch);
      counters_.alone += core_.view().valid_until > before ? 1U : 0U;
      tell();
    }
  });
}

// One statement at a time: the order of answers is the order of events.
void EpochKeeper::look_at_postgres(Time now) {
  if (postgres_busy_ || left_) {
    return;
  }
  const bool unacked = core_.acknowledges() != 0 && core_.acknowledges() != acked_;
  const auto change = must_read_ ? std::nullopt : core_.change(now);
  if (change) {
    change_row(*change);
  } else if (!replaced_ && (unacked || now - beat_asked_ >= (registered_ ? kBeatEvery : options_.times.renew))) {
    beat();
  } else if (must_read_ || now - row_asked_ >= options_.times.renew) {
    read_row();
  } else if (now - members_asked_ >= (core_.wants_members() ? options_.times.renew / 4 : kBeatEvery)) {
    read_members();
  }
}

void EpochKeeper::asked_row(Time sent, const Result<PgRowsPtr>& rows) {
  if (rows.has_value() && rows.value()->size() == 1) {
    must_read_ = false;
    core_.saw_row(sent, clock_.now(), row_of(*rows.value()));
  } else {
    must_read_ = true;
  }
}

void EpochKeeper::read_row() {
  postgres_busy_ = true;
  const Time sent = row_asked_ = clock_.now();
  postgres_.query(fence::kReadEpoch, {},
                  [this, alive = std::weak_ptr<bool>(alive_), sent](const Result<PgRowsPtr>& rows) {
                    if (alive.expired()) {
                      return;
                    }
                    asked_row(sent, rows);
                    counters_.unread += must_read_ ? 1U : 0U;
                    postgres_busy_ = false;
                    tell();
                    if (!must_read_) {
                      look_at_postgres(clock_.now());  // otherwise at the next tick
                    }
                  });
}

void EpochKeeper::change_row(const EpochChange& change) {
  postgres_busy_ = true;
  const Time sent = row_asked_ = clock_.now();
  const EpochRow& next = change.next;
  postgres_.query(fence::kChangeEpoch,
                  {std::to_string(change.epoch), std::to_string(change.intent), std::to_string(next.epoch),
                   mode_name(next.mode), next.run, next.address, std::to_string(next.config_epoch),
                   next.settle ? "t" : "f", std::to_string(next.intent), options_.instance},
                  [this, alive = std::weak_ptr<bool>(alive_), sent, change](const Result<PgRowsPtr>& rows) {
                    if (alive.expired()) {
                      return;
                    }
                    asked_row(sent, rows);
                    const bool began = !must_read_ && change.next.epoch != change.epoch;
                    counters_.taken += began ? 1U : 0U;
                    counters_.to_postgres += began && change.next.mode == CountingMode::postgres ? 1U : 0U;
                    counters_.overtaken += must_read_ && rows.has_value() ? 1U : 0U;
                    if (began) {
                      log::info("epoch_begun", {{"epoch", std::to_string(change.next.epoch)},
                                                {"mode", mode_name(change.next.mode)},
                                                {"address", change.next.address}});
                    }
                    postgres_busy_ = false;
                    tell();
                    if (rows.has_value()) {
                      look_at_postgres(clock_.now());
                    }
                  });
}

void EpochKeeper::beat() {
  postgres_busy_ = true;
  const Time sent = beat_asked_ = clock_.now();
  const std::int64_t intent = core_.acknowledges();
  postgres_.query(fence::kBeat, {options_.instance, options_.process, std::to_string(intent), registered_ ? "f" : "t"},
                  [this, alive = std::weak_ptr<bool>(alive_), sent, intent](const Result<PgRowsPtr>& rows) {
                    if (alive.expired()) {
                      return;
                    }
                    postgres_busy_ = false;
                    if (rows.has_error()) {
                      return;
                    }
                    if (rows.value()->size() == 1) {
                      registered_ = true;
                      acked_ = intent;
                      core_.beaten(sent, clock_.now());
                      look_at_postgres(clock_.now());
                    } else if (!replaced_) {
                      replaced_ = true;
                      core_.unregistered();
                      log::warn("instance_name_taken",
                                {{"instance", options_.instance}, {"remedy", "give each a name of its own"}});
                    }
                  });
}

void EpochKeeper::read_members() {
  postgres_busy_ = true;
  const Time sent = members_asked_ = clock_.now();
  postgres_.query(fence::kMembers, {options_.instance},
                  [this, alive = std::weak_ptr<bool>(alive_), sent](const Result<PgRowsPtr>& rows) {
                    if (alive.expired()) {
                      return;
                    }
                    postgres_busy_ = false;
                    if (rows.has_error()) {
                      return;
                    }
                    std::vector<FenceMember> others;
                    for (std::size_t i = 0; i < rows.value()->size(); ++i) {
                      others.push_back({std::string{rows.value()->text(i, 0)}, rows.value()->number(i, 1),
                                        rows.value()->number(i, 2)});
                    }
                    core_.saw_members(sent, clock_.now(), others);
                    look_at_postgres(clock_.now());
                  });
}

void EpochKeeper::leave(std::function<void()> done) {
  left_ = true;
  postgres_.query(fence::kLeave, {options_.instance, options_.process},
                  [done = std::move(done)](const Result<PgRowsPtr>&) { done(); });
}

void EpochKeeper::tell() {
  if (!left_ && !(core_.view() == told_)) {
    if (core_.view().epoch != told_.epoch) {
      log::info("epoch_seen", {{"epoch", std::to_string(core_.view().epoch)}, {"mode", mode_name(core_.view().mode)}});
    }
    told_ = core_.view();
    publish_(told_);
  }
}

std::vector<Metric> EpochKeeper::metrics() const {
  const auto number = [](auto value) {
    return static_cast<double>(value);
  };
  const EpochView& view = core_.view();
  return {
      {"plumbline_sequence_epoch", "Epoch in which sequence ids are given out", false, number(view.epoch)},
      {"plumbline_sequence_mode", "Who counts: 0 nobody, 1 Redis, 2 PostgreSQL", false, number(view.mode)},
      {"plumbline_sequence_epochs_begun_total", "Epochs that this instance began", true, number(counters_.taken)},
      {"plumbline_sequence_postgres_epochs_total", "Epochs in PostgreSQL mode that this instance began", true,
       number(counters_.to_postgres)},
      {"plumbline_sequence_lease_expiries_total", "Times that the epoch could not be confirmed in time", true,
       number(counters_.expired)},
      {"plumbline_sequence_sentinel_renewals_total", "Confirmations by Sentinels while PostgreSQL was silent", true,
       number(counters_.alone)},
  };
}

}  // namespace plumbline::serve
