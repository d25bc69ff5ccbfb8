#include "transport/shard.h"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <utility>

#include "gateway/engine_endpoint.h"
#include "gateway/server_context.h"
#include "observe/observe_endpoint.h"

namespace plumbline::serve {
namespace {

constexpr std::size_t kScratch = 64U << 10U;
constexpr std::size_t kSpareOutboxes = 64;
constexpr std::size_t kMostBody = 1U << 20U;  // decisions.md section 3
constexpr Duration kTickEvery = std::chrono::milliseconds{100};

}  // namespace

Shard::Shard(ServerContext& server, std::size_t index)
    : server_(server),
      index_(index),
      now_(server.clock.now()),
      timers_(now_),
      poll_set_(server.pool.context(index), {[this] { begin_turn(); },
                                             [this] {
                                               end_turn();
                                             }}),
      timer_(server.pool.context(index).get_executor()),
      next_tick_(now_ + kTickEvery),
      scratch_(kScratch) {}

// Connections deregister themselves from members of this object: they go first.
Shard::~Shard() {
  listener_.reset();
  dirty_http_.clear();
  const auto http = std::exchange(http_, {});
  for (HttpConnection* const connection : http) {
    connection->abort();
  }
  for (ClientSession* const session : sessions_.all()) {
    sessions_.erase(*session);
  }
  for (LingeringClose* const closing : std::exchange(lingering_, {})) {
    std::unique_ptr<LingeringClose>(closing).reset();  // as keep() took it over
  }
  std::exchange(graveyard_, {});
}

const engineio::ServerOptions& Shard::engine_options() const {
  return server_.engine;
}
const CorsPolicy& Shard::cors() const {
  return server_.cors;
}
bool Shard::engine_echo() const {
  return server_.engine_echo;
}
const ServeOptions& Shard::options() const {
  return server_.options;
}
std::size_t Shard::compress_from() const {
  return server_.options.compression_threshold;
}

void Shard::listen(int fd) {
  listener_ = std::make_unique<Listener>(*this, fd);
}

void Shard::start() {
  poll_set_.start();
  arm_timer();
}

// --- loop turns ----------------------------------------------------------------------------------------------------

void Shard::enter(const std::function<void()>& work) {
  begin_turn();
  work();
  end_turn();
}

void Shard::begin_turn() {
  now_ = server_.clock.now();
  in_turn_ = true;
}

void Shard::end_turn() {
  while (flush_all()) {
  }
  in_turn_ = false;  // what destructors queue from here on asks for a turn of its own
  if (!retired_.empty()) {
    for (ClientSession* const session : std::exchange(retired_, {})) {
      sessions_.erase(*session);
    }
  }
  if (!graveyard_.empty()) {
    std::exchange(graveyard_, {});
  }
  if (timers_.soonest() < armed_for_) {
    arm_timer();
  }
}

// Writing one thing may queue another: closings, answers to pipelined requests, applications told of a disconnect.
bool Shard::flush_all() {
  if (dirty_websockets_.empty() && dirty_polls_.empty() && dirty_http_.empty() && tasks_.empty() && closings_.empty()) {
    return false;
  }
  for (std::size_t i = 0; i < dirty_polls_.size(); ++i) {  // the lists keep their memory from turn to turn
    dirty_polls_[i]->flush_poll();
  }
  dirty_polls_.clear();
  for (std::size_t i = 0; i < dirty_websockets_.size(); ++i) {
    dirty_websockets_[i]->flush();
  }
  dirty_websockets_.clear();
  for (const auto& connection : std::exchange(dirty_http_, {})) {
    connection->flush();
  }
  for (const auto& task : std::exchange(tasks_, {})) {
    task();
  }
  for (const auto& [session, reason] : std::exchange(closings_, {})) {
    session->close(reason);
  }
  return true;
}

// Something was queued outside of a turn: by an application's own task or by a late answer.
void Shard::want_turn_end() {
  if (!in_turn_ && !std::exchange(turn_end_posted_, true)) {
    server_.pool.post_to(index_, [this] {
      turn_end_posted_ = false;
      enter([] {});
    });
  }
}

void Shard::flush_later(WsConnection& connection) {
  dirty_websockets_.push_back(&connection);
  want_turn_end();
}

void Shard::flush_later(std::shared_ptr<HttpConnection> connection) {
  dirty_http_.push_back(std::move(connection));
  want_turn_end();
}

void Shard::flush_later(ClientSession& session) {
  dirty_polls_.push_back(&session);
  want_turn_end();
}

void Shard::close_later(ClientSession& session, engineio::CloseReason reason) {
  closings_.emplace_back(&session, reason);
  want_turn_end();
}

void Shard::at_end_of_turn(std::function<void()> task) {
  tasks_.push_back(std::move(task));
  want_turn_end();
}

void Shard::retire(ClientSession& session) {
  retired_.push_back(&session);
  want_turn_end();
}

void Shard::bury(std::shared_ptr<void> remains) {
  graveyard_.push_back(std::move(remains));
  want_turn_end();
}

void Shard::keep(std::unique_ptr<LingeringClose> closing) {
  lingering_.insert(closing.release());
}

void Shard::release(LingeringClose& closing) {
  lingering_.erase(&closing);
  bury(std::shared_ptr<LingeringClose>(&closing));
}

std::unique_ptr<Outbox> Shard::take_outbox() {
  if (spare_outboxes_.empty()) {
    return std::make_unique<Outbox>();
  }
  auto outbox = std::move(spare_outboxes_.back());
  spare_outboxes_.pop_back();
  return outbox;
}

void Shard::give_back(std::unique_ptr<Outbox> outbox) {
  if (spare_outboxes_.size() < kSpareOutboxes) {
    spare_outboxes_.push_back(std::move(outbox));
  }
}

// --- time ----------------------------------------------------------------------------------------------------------

void Shard::arm_timer() {
  armed_for_ = std::min(timers_.next_due(), next_tick_);
  timer_.expires_at(armed_for_);
  timer_.async_wait([this](const boost::system::error_code& failure) {
    if (!failure) {
      on_timer();
    }
  });
}

void Shard::on_timer() {
  const Time due = std::exchange(armed_for_, Time::min());  // the turn must not arm it a second time
  begin_turn();
  counters_.loop_lag = now_ - due;
  counters_.loop_lag_max = std::max(counters_.loop_lag_max, counters_.loop_lag);
  timers_.advance(now_);
  if (now_ >= next_tick_) {
    next_tick_ = now_ + kTickEvery;
    tick();
  }
  end_turn();
  arm_timer();
}

void Shard::tick() {
  application_->on_tick(now_);
  if (draining_ && application_drained_ && drained_) {
    for (HttpConnection* const connection : std::vector<HttpConnection*>(http_.begin(), http_.end())) {
      connection->close_if_idle();
    }
    if (empty()) {
      std::exchange(drained_, nullptr)();
    }
  }
}

std::string_view Shard::http_date() {
  const std::int64_t second = unix_seconds(server_.clock.wall_now());
  if (second != date_second_) {
    date_second_ = second;
    date_ = serve::http_date(second);
  }
  return date_;
}

// --- draining ------------------------------------------------------------------------------------------------------

void Shard::drain(std::function<void()> done) {
  draining_ = true;
  drained_ = std::move(done);
  listener_.reset();
  application_->drain([this] { at_end_of_turn([this] { close_sessions(); }); });
}

void Shard::close_sessions() {
  application_drained_ = true;
  for (ClientSession* const session : sessions_.all()) {
    session->close(engineio::CloseReason::shutting_down);
  }
}

bool Shard::empty() const {
  return http_.empty() && lingering_.empty() && counters_.websockets == 0;
}

// --- requests ------------------------------------------------------------------------------------------------------

bool Shard::is_engine_path(std::string_view path) const {
  const std::string_view own = server_.options.path;
  return path == own || path == own.substr(0, own.size() - 1);
}

std::optional<std::size_t> Shard::other_shard_of(const net::HttpRequest& request) const {
  if (server_.shards.size() < 2 || !is_engine_path(request.path)) {
    return std::nullopt;
  }
  for (const auto& [name, value] : net::parse_query(request.query)) {
    if (name == "sid") {
      const auto owner = shard_of(value);
      return owner && *owner < server_.shards.size() && *owner != index_ ? owner : std::nullopt;
    }
  }
  return std::nullopt;
}

void Shard::hand_over(std::size_t shard, int fd, std::string received) {
  Shard& target = *server_.shards[shard];
  server_.pool.post_to(shard, [&target, fd, received = std::move(received)] {
    target.enter([&] { HttpConnection::adopt(target, fd, received); });
  });
}

void Shard::on_request_head(HttpConnection& connection) {
  const net::HttpRequest& request = connection.request();
  const bool preflight = !cors().off() && request.method == "OPTIONS" && !request.header("origin").empty() &&
                         !request.header("access-control-request-method").empty();
  if (preflight) {
    connection.respond(preflight_answer(request));
  } else if (is_engine_path(request.path)) {
    on_engine_head(*this, connection);
  } else if (engine_options().has(engineio::ServerFault::longer_paths_unanswered) &&
             request.path.starts_with(server_.options.path)) {
    return;  // and nobody will answer
  } else if (connection.body_too_large(kMostBody)) {
    connection.refuse_body();
  } else {
    connection.read_body(kMostBody);
  }
}

void Shard::on_request_complete(HttpConnection& connection) {
  if (is_engine_path(connection.request().path)) {
    on_engine_body(*this, connection);
    return;
  }
  net::HttpRequest request = connection.take_request();
  if (request.method == "HEAD") {
    request.method = "GET";  // the connection leaves the body out
  }
  auto respond = [weak = connection.weak_from_this()](const net::HttpResponse& response) {
    if (const auto waiting = weak.lock()) {
      waiting->respond(response);
    }
  };
  if (observe(*this, request, respond)) {
    return;
  }
  application_->on_request(std::move(request), std::move(respond));
}

net::HttpResponse Shard::error_answer(unsigned status, std::string_view code, std::string_view why) {
  net::HttpResponse answer;
  answer.status = status;
  answer.content_type = "application/json; charset=utf-8";
  answer.body = R"({"error":")" + std::string(reason_phrase(status)) + R"(","code":")" + std::string(code) +
                R"(","message":)" + boost::json::serialize(boost::json::string_view(why.data(), why.size())) +
                R"(,"details":[]})";
  return answer;
}

}  // namespace plumbline::serve
