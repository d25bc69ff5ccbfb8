#include "backplane/redis/sentinels.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace plumbline::serve {
namespace {

std::int64_t number_of(const std::string& text) {
  std::int64_t value = -1;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// SENTINEL MASTER answers a flat list of names and values.
std::int64_t config_epoch_of(const RedisReply& master) {
  for (std::size_t i = 0; i + 1 < master.items.size(); i += 2) {
    if (master.items[i].text == "config-epoch") {
      return number_of(master.items[i + 1].text);
    }
  }
  return -1;
}

std::optional<RedisAddress> master_address_of(const RedisReply& reply) {
  if (reply.items.size() != 2) {
    return std::nullopt;
  }
  const std::int64_t port = number_of(reply.items[1].text);
  if (port <= 0 || port > 65'535) {
    return std::nullopt;
  }
  return RedisAddress{reply.items[0].text, static_cast<std::uint16_t>(port)};
}

}  // namespace

struct Sentinels::Round {
  Round(boost::asio::io_context& io, std::size_t asked) : timer(io), total(asked) {}

  IoTimer timer;
  std::size_t total;
  std::size_t settled{0};
  std::vector<NamedMaster> votes;
  std::string reason;
  Asked done;

  void vote(const NamedMaster& named) {
    votes.push_back(named);
    const auto same = static_cast<std::size_t>(std::count(votes.begin(), votes.end(), named));
    if (2 * same > total) {
      finish(named);
    } else {
      settle();
    }
  }
  void abstain(std::string why) {
    reason = std::move(why);
    settle();
  }
  void settle() {
    if (++settled == total) {
      finish(std::nullopt);
    }
  }
  void finish(std::optional<NamedMaster> majority) {
    const Asked reply = std::exchange(done, nullptr);
    if (!reply) {
      return;
    }
    timer.cancel();
    SentinelVerdict verdict;
    verdict.majority = std::move(majority);
    verdict.answered = votes.size();
    const auto newest = std::max_element(votes.begin(), votes.end(), [](const NamedMaster& a, const NamedMaster& b) {
      return a.config_epoch < b.config_epoch;
    });
    if (newest != votes.end()) {
      verdict.newest = *newest;
    } else {
      verdict.reason = reason.empty() ? "no Sentinel answered in time; check that they run and can be reached" : reason;
    }
    reply(verdict);
  }
};

Sentinels::Sentinels(boost::asio::io_context& io, const RedisOptions& options)
    : io_(io), options_(options), limits_(options.limits) {
  limits_.connect = limits_.sentinel;
  limits_.command = limits_.sentinel;
  for (const RedisAddress& address : options.sentinels) {
    const bool known =
        std::any_of(seats_.begin(), seats_.end(), [&address](const Seat& seat) { return seat.address == address; });
    if (!known) {
      seats_.push_back({address, nullptr, {}});
    }
  }
}

Sentinels::~Sentinels() {
  alive_.reset();
  for (const Seat& seat : seats_) {
    if (seat.link) {
      seat.link->drop();
    }
  }
}

void Sentinels::ask(Asked done) {
  auto round = std::make_shared<Round>(io_, seats_.size());
  round->done = [alive = std::weak_ptr<bool>(alive_), done = std::move(done)](const SentinelVerdict& verdict) {
    if (!alive.expired()) {
      done(verdict);
    }
  };
  round->timer.expires_at(steady_now() + options_.limits.sentinel);
  round->timer.async_wait([round](const boost::system::error_code& error) {
    if (!error) {
      round->finish(std::nullopt);
    }
  });
  if (seats_.empty()) {
    round->abstain("no Sentinel is configured; name them with --redis-sentinels");
    round->finish(std::nullopt);
    return;
  }
  for (std::size_t index = 0; index < seats_.size(); ++index) {
    ask_seat(index, round);
  }
}

void Sentinels::ask_seat(std::size_t index, const std::shared_ptr<Round>& round) {
  Seat& seat = seats_[index];
  if (seat.link && seat.link->is_open()) {
    put_question(index, round);
    return;
  }
  seat.queue.push_back(round);
  if (seat.queue.size() > 1) {
    return;  // a connection is being made
  }
  seat.link = std::make_shared<RedisLink>(io_, limits_);
  seat.link->open(
      seat.address, [this, index](const Result<void>& opened) { on_opened(index, opened); }, [](const Error&) {});
}

void Sentinels::on_opened(std::size_t index, const Result<void>& opened) {
  for (const auto& round : std::exchange(seats_[index].queue, {})) {
    if (opened.has_value()) {
      put_question(index, round);
    } else {
      round->abstain("Sentinel " + seats_[index].address.text() + " cannot be reached (" +
                     std::string{opened.error().where} + "); start it, or correct --redis-sentinels");
    }
  }
}

// The epoch first: should the master change between the two answers, its address comes with an epoch that is too old,
// which allows nobody to take over, never with one that is too new.
void Sentinels::put_question(std::size_t index, const std::shared_ptr<Round>& round) {
  const Seat& seat = seats_[index];
  auto epoch = std::make_shared<std::int64_t>(-1);
  seat.link->send({"SENTINEL", "MASTER", options_.name}, [epoch](const Result<RedisReply>& reply) {
    if (reply.has_value()) {
      *epoch = config_epoch_of(reply.value());
    }
  });
  seat.link->send(
      {"SENTINEL", "GET-MASTER-ADDR-BY-NAME", options_.name},
      [epoch, round, address = seat.address, name = options_.name](const Result<RedisReply>& reply) {
        if (reply.has_error()) {
          round->abstain("Sentinel " + address.text() + " does not answer; is it a Sentinel? Check --redis-sentinels");
        } else if (reply.value().kind == RedisReply::Kind::error) {
          round->abstain("Sentinel " + address.text() + " refuses (" + reply.value().text +
                         "); is it a Sentinel? Check --redis-sentinels");
        } else if (const auto master = master_address_of(reply.value())) {
          round->vote({*master, *epoch});
        } else {
          round->abstain("Sentinel " + address.text() + " knows no master named '" + name + "'; check --redis-name");
        }
      });
}

}  // namespace plumbline::serve
