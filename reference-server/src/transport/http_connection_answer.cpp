// What the handler of a request does with its connection, and how the connection writes and ends.
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "session/client_session.h"
#include "transport/http_exchange.h"
#include "transport/lingering_close.h"
#include "transport/shard.h"

namespace plumbline::serve {
namespace {

constexpr Duration kIdleTimeout = std::chrono::seconds{75};

std::string_view reject_code(unsigned status) {
  switch (status) {
    case 408:
      return "TIMEOUT";
    case 431:
      return "HEADERS_TOO_LARGE";
    default:
      return "BAD_REQUEST";
  }
}

}  // namespace

const net::HttpRequest& HttpConnection::request() const {
  return exchange_->request;
}
net::HttpRequest HttpConnection::take_request() {
  return std::move(exchange_->request);
}
bool HttpConnection::wants_upgrade() const {
  return exchange_->upgrade;
}
unsigned HttpConnection::http_minor() const {
  return exchange_->context.http_1_0 ? 0 : 1;
}

void HttpConnection::bind(ClientSession& session, Role role) {
  session_ = &session;
  role_ = role;
  if (role == Role::poll) {
    exchange_->awaiting = true;
    shard_.timers().schedule(*this, Time::max());  // the session's heartbeat bounds the wait
  }
}

void HttpConnection::respond(const net::HttpResponse& response) {
  if (fd_ < 0 || !exchange_) {
    return;
  }
  Exchange& exchange = *exchange_;
  session_ = nullptr;
  if (!exchange.parser.is_done()) {
    exchange.context.keep_alive = false;  // the rest of the body is not worth reading
  }
  append_answer(out_, exchange.context, shard_.cors(), shard_.http_date(), response);
  closing_ = !exchange.context.keep_alive;
  finish_exchange();
}

void HttpConnection::finish_exchange() {
  exchange_.reset();
  dirty();
  if (shard_.engine_options().has(engineio::ServerFault::one_request_a_connection)) {
    read_paused_ = true;
    watch();
  }
  shard_.timers().schedule(*this, shard_.now() + kIdleTimeout);
}

void HttpConnection::refuse_body() {
  if (ClientSession* const session = std::exchange(session_, nullptr)) {
    session->on_post_refused(*this);
    respond({413, {}, {}, {}});  // as the official server says it: its clients read the status only
    return;
  }
  respond(shard_.error_answer(413, "TOO_LARGE", "the body is larger than this endpoint accepts"));
}

void HttpConnection::reject(unsigned status, std::string_view why) {
  if (ClientSession* const session = std::exchange(session_, nullptr)) {
    session->on_connection_lost(*this, role_);
  }
  if (!exchange_) {
    exchange_ = std::make_unique<Exchange>();
  }
  exchange_->context.keep_alive = false;
  ++shard_.counters().malformed_requests;
  respond(shard_.error_answer(status, reject_code(status), why));
}

void HttpConnection::migrate(std::size_t target) {
  shard_.poll_set().remove(fd_);
  ++shard_.counters().migrations;
  shard_.hand_over(target, std::exchange(fd_, -1), std::move(in_));
  gone();
}

int HttpConnection::release(std::string& rest) {
  rest = std::move(in_);
  const int fd = std::exchange(fd_, -1);
  gone();
  return fd;
}

void HttpConnection::abort() {
  session_ = nullptr;
  if (fd_ >= 0) {
    shard_.poll_set().remove(fd_);
    ::close(std::exchange(fd_, -1));
  }
  gone();
}

// --- writing and ending ---------------------------------------------------------------------------------------------

void HttpConnection::dirty() {
  if (!std::exchange(dirty_, true)) {
    shard_.flush_later(shared_from_this());
  }
}

void HttpConnection::flush() {
  dirty_ = false;
  while (fd_ >= 0 && written_ < out_.size()) {
    const ssize_t sent = ::send(fd_, out_.data() + written_, out_.size() - written_, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno != EINTR) {
      if (errno != EAGAIN) {
        lost();
        return;
      }
      break;
    }
    written_ += sent > 0 ? static_cast<std::size_t>(sent) : 0;
    shard_.counters().bytes_out += sent > 0 ? static_cast<std::uint64_t>(sent) : 0;
  }
  if (fd_ < 0) {
    return;
  }
  const bool blocked = written_ < out_.size();
  if (!blocked) {
    out_ = std::string{};
    written_ = 0;
  }
  if (closing_) {
    auto rest = shard_.take_outbox();
    if (blocked) {
      rest->push(out_.substr(written_));
    }
    LingeringClose::take_over(shard_, std::exchange(fd_, -1), std::move(rest));
    gone();
    return;
  }
  const bool deaf = shard_.engine_options().has(engineio::ServerFault::one_request_a_connection);
  const bool was_paused = std::exchange(read_paused_, read_paused_ && (exchange_ != nullptr || deaf));
  if (std::exchange(write_blocked_, blocked) != blocked || was_paused != read_paused_) {
    watch();
  }
  if (!exchange_ && !in_.empty()) {
    process();  // the next pipelined request
  }
}

void HttpConnection::watch() {
  const std::uint32_t reading = read_paused_ ? 0U : static_cast<std::uint32_t>(EPOLLIN);
  const std::uint32_t writing = write_blocked_ ? static_cast<std::uint32_t>(EPOLLOUT) : 0U;
  shard_.poll_set().modify(fd_, *this, reading | writing | EPOLLRDHUP);
}

void HttpConnection::on_timer(Time) {
  const auto alive = shared_from_this();
  if (faulty_timer()) {
    return;
  }
  const bool mid_request = !in_.empty() || (exchange_ && exchange_->reading_body);
  if (mid_request && !write_blocked_ && !(exchange_ && exchange_->awaiting)) {
    ++shard_.counters().slow_requests;
    reject(408, "the request took too long to arrive");
  } else {
    lost();
  }
}

void HttpConnection::lost() {
  if (ClientSession* const session = std::exchange(session_, nullptr)) {
    if (role_ == Role::post && shard_.engine_options().has(engineio::ServerFault::cut_post_processed)) {
      const std::string& body = exchange_->parser.get().body();
      (void)session->end_post(std::string_view(body).substr(0, body.rfind('\x1e')));
    } else {
      session->on_connection_lost(*this, role_);
    }
  }
  abort();
}

void HttpConnection::close_if_idle() {
  if (!exchange_ && in_.empty() && out_.empty()) {
    lost();
  }
}

void HttpConnection::gone() {
  shard_.timers().cancel(*this);
  shard_.bury(std::move(self_));
}

}  // namespace plumbline::serve
