// One HTTP/1.1 connection: requests in order, one at a time, until it closes or becomes a WebSocket. Stage: transport.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "plumbline/net/http.h"
#include "transport/http_answer.h"
#include "transport/poll_set.h"
#include "transport/timer_wheel.h"

namespace plumbline::serve {

class ClientSession;
class Shard;

// Keeps itself alive until its descriptor is gone; lives on one shard, but may move to another between two requests.
class HttpConnection final : public Pollable, public TimerNode, public std::enable_shared_from_this<HttpConnection> {
 public:
  // `received` are bytes that were read already: a request that another shard found to be ours.
  static void adopt(Shard& shard, int fd, std::string received);
  ~HttpConnection() override;

  void on_ready(std::uint32_t events) override;
  void on_timer(Time now) override;
  void flush();  // at the end of a loop turn

  void close_if_idle();  // draining: no request is under way

  // --- For whoever handles the request. Exactly one of respond, migrate, release ends it.
  [[nodiscard]] const net::HttpRequest& request() const;
  [[nodiscard]] net::HttpRequest take_request();
  [[nodiscard]] bool wants_upgrade() const;
  [[nodiscard]] unsigned http_minor() const;
  [[nodiscard]] bool body_too_large(std::size_t limit) const;  // by its Content-Length
  void read_body(std::size_t limit);
  void respond(const net::HttpResponse& response);
  void refuse_body();  // 413
  void migrate(std::size_t shard);
  [[nodiscard]] int release(std::string& rest);  // gives the descriptor away, with bytes read beyond the request
  void abort();                                  // cut off without an answer

  // The session that this request waits for; told when the connection breaks.
  enum class Role : std::uint8_t { none, poll, post };
  void bind(ClientSession& session, Role role);
  [[nodiscard]] ClientSession* session() const { return session_; }
  void unbind() { session_ = nullptr; }

 private:
  struct Exchange;
  HttpConnection(Shard& shard, int fd);
  void receive();
  void process();
  bool read_head();
  bool read_some_body();
  void begin_exchange(std::string_view head);
  void dispatch();
  void on_body_complete();
  void reject(unsigned status, std::string_view code);
  void finish_exchange();
  void dirty();
  void watch();
  void lost();
  void gone();
  void await_head();
  bool waits_for_others();
  bool faulty_timer();

  Shard& shard_;
  int fd_;
  Role role_{Role::none};
  bool dirty_{false};
  bool head_begun_{false};  // the time limit of a request's header runs, from its first byte, an empty line's or not
  bool closing_{false};
  bool processing_{false};
  bool write_blocked_{false};
  bool read_paused_{false};
  ClientSession* session_{nullptr};
  std::string in_;
  std::string out_;
  std::size_t written_{0};
  std::unique_ptr<Exchange> exchange_;
  std::shared_ptr<HttpConnection> self_;
};

}  // namespace plumbline::serve
