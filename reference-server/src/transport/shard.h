// Everything that one event loop owns: its connections, sessions, timers, application. Stage: transport.
// All of it is touched by that shard's thread only; other shards reach it through ShardPool::post_to.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

#include "config/serve_options.h"
#include "gateway/application.h"
#include "observe/shard_counters.h"
#include "plumbline/socketio/server_options.h"
#include "session/session_registry.h"
#include "transport/http_answer.h"
#include "transport/http_connection.h"
#include "transport/lingering_close.h"
#include "transport/listener.h"
#include "transport/outbox.h"
#include "transport/poll_set.h"
#include "transport/timer_wheel.h"

namespace plumbline::serve {

struct ServerContext;

class Shard {
 public:
  static constexpr std::size_t kMaxBufferedBytes = 1U << 20U;  // per WebSocket, waiting for its peer
  static constexpr std::size_t kMaxBufferedFrames = 1000;
  static constexpr std::size_t kFramesPerFlush = 256;

  Shard(ServerContext& server, std::size_t index);
  ~Shard();

  // Before the threads start. Throws on a refused descriptor.
  void set_application(std::unique_ptr<Application> application) { application_ = std::move(application); }
  void listen(int fd);
  void start();

  // Runs `work` as one loop turn on this thread: what it queued is written at its end.
  void enter(const std::function<void()>& work);

  // SIGTERM: finish what was accepted, then close everything; `done` is called on this shard, once.
  void drain(std::function<void()> done);
  [[nodiscard]] bool draining() const { return draining_; }
  [[nodiscard]] bool empty() const;  // no connection of any kind is left

  // --- for connections and sessions
  [[nodiscard]] std::size_t index() const { return index_; }
  [[nodiscard]] Time now() const { return now_; }  // of the current loop turn
  [[nodiscard]] ShardCounters& counters() { return counters_; }
  [[nodiscard]] PollSet& poll_set() { return poll_set_; }
  [[nodiscard]] TimerWheel& timers() { return timers_; }
  [[nodiscard]] IdSource& ids() { return ids_; }
  [[nodiscard]] SessionRegistry& sessions() { return sessions_; }
  [[nodiscard]] Application& application() { return *application_; }
  [[nodiscard]] std::span<char> scratch() { return scratch_; }  // one read buffer for all, valid during one read
  [[nodiscard]] const engineio::ServerOptions& engine_options() const;
  [[nodiscard]] const CorsPolicy& cors() const;
  [[nodiscard]] bool engine_echo() const;
  [[nodiscard]] std::size_t compress_from() const;  // larger messages and bodies are compressed, where negotiated
  [[nodiscard]] const ServeOptions& options() const;
  [[nodiscard]] std::string_view http_date();
  [[nodiscard]] ServerContext& server() { return server_; }
  // `{error, code, message, details: []}`, the shape of a REST error (decisions.md section 3).
  [[nodiscard]] static net::HttpResponse error_answer(unsigned status, std::string_view code, std::string_view why);

  [[nodiscard]] std::unique_ptr<Outbox> take_outbox();
  void give_back(std::unique_ptr<Outbox> outbox);

  // Work for the end of the turn.
  void flush_later(WsConnection& connection);
  void flush_later(std::shared_ptr<HttpConnection> connection);
  void flush_later(ClientSession& session);
  void close_later(ClientSession& session, engineio::CloseReason reason);
  void at_end_of_turn(std::function<void()> task);
  void retire(ClientSession& session);       // destroyed at the end of the turn
  void bury(std::shared_ptr<void> remains);  // likewise

  void keep(std::unique_ptr<LingeringClose> closing);
  void release(LingeringClose& closing);
  void opened(HttpConnection& connection) { http_.insert(&connection); }
  void closed(HttpConnection& connection) { http_.erase(&connection); }

  // --- routing of HTTP requests
  [[nodiscard]] std::optional<std::size_t> other_shard_of(const net::HttpRequest& request) const;
  void on_request_head(HttpConnection& connection);
  void on_request_complete(HttpConnection& connection);
  void hand_over(std::size_t shard, int fd, std::string received);

 private:
  void begin_turn();
  void end_turn();
  bool flush_all();
  void want_turn_end();
  void arm_timer();
  void on_timer();
  void tick();
  void close_sessions();
  [[nodiscard]] bool is_engine_path(std::string_view path) const;

  ServerContext& server_;
  std::size_t index_;
  Time now_;
  TimerWheel timers_;
  PollSet poll_set_;
  boost::asio::basic_waitable_timer<std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>,
                                    boost::asio::io_context::executor_type>
      timer_;
  Time armed_for_{Time::max()};
  Time next_tick_;
  std::vector<char> scratch_;
  ShardCounters counters_;
  IdSource ids_;
  std::unique_ptr<Application> application_;

  bool in_turn_{false};
  bool turn_end_posted_{false};
  std::vector<WsConnection*> dirty_websockets_;
  std::vector<std::shared_ptr<HttpConnection>> dirty_http_;
  std::vector<ClientSession*> dirty_polls_;
  std::vector<std::pair<ClientSession*, engineio::CloseReason>> closings_;
  std::vector<std::function<void()>> tasks_;
  std::vector<ClientSession*> retired_;
  std::vector<std::shared_ptr<void>> graveyard_;
  std::vector<std::unique_ptr<Outbox>> spare_outboxes_;

  SessionRegistry sessions_;
  std::unordered_set<HttpConnection*> http_;
  std::unordered_set<LingeringClose*> lingering_;
  std::unique_ptr<Listener> listener_;

  bool draining_{false};
  bool application_drained_{false};
  std::function<void()> drained_;
  std::int64_t date_second_{-1};
  std::string date_;
};

}  // namespace plumbline::serve
