#include "transport/http_connection.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <cerrno>
#include <utility>

#include "mutant/mutant.h"
#include "plumbline/base/ids.h"
#include "session/client_session.h"
#include "transport/http_exchange.h"
#include "transport/shard.h"

namespace plumbline::serve {
namespace {

namespace http = boost::beast::http;

constexpr std::size_t kMaxHead = 16U << 10U;
constexpr std::size_t kMaxPipelined = 64U << 10U;  // bytes of later requests read while one is being answered
constexpr std::size_t kMaxRequestId = 128;
constexpr Duration kBodyTimeout = std::chrono::seconds{30};
constexpr Duration kAnswerTimeout = std::chrono::seconds{60};

std::string peer_of(int fd) {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (::getpeername(fd, reinterpret_cast<sockaddr*>(&address), &length) != 0) {
    return {};
  }
  const void* const raw = address.ss_family == AF_INET6
                              ? static_cast<const void*>(&reinterpret_cast<sockaddr_in6*>(&address)->sin6_addr)
                              : static_cast<const void*>(&reinterpret_cast<sockaddr_in*>(&address)->sin_addr);
  const char* const printed = ::inet_ntop(address.ss_family, raw, text.data(), text.size());
  return printed == nullptr ? std::string{} : printed;
}

std::string_view view(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

// true when a comma-separated header value has this element, ignoring case.
bool has_token(std::string_view value, std::string_view lower_token) {
  const std::string lower = to_lower_ascii(value);
  std::string_view rest = lower;
  while (!rest.empty()) {
    const std::size_t comma = rest.find(',');
    std::string_view element = rest.substr(0, comma);
    rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
    element.remove_prefix(std::min(element.find_first_not_of(" \t"), element.size()));
    const std::size_t weight = element.find("q=");  // `gzip;q=0` says: anything but gzip
    const bool refused = weight != std::string_view::npos && weight + 2 < element.size() &&
                         element.find_first_not_of("0. \t", weight + 2) == std::string_view::npos;
    element = element.substr(0, element.find_first_of(" \t;"));
    if (element == lower_token && !refused) {
      return true;
    }
  }
  return false;
}

// A proxy's client may send `http://host/path`; what counts here is `/path` (RFC 9112 3.2.2).
std::string_view origin_form(std::string_view target) {
  constexpr std::string_view scheme = "http://";
  if (!target.starts_with(scheme)) {
    return target;
  }
  const std::size_t path = target.find_first_of("/?", scheme.size());
  return path == std::string_view::npos ? std::string_view{"/"} : target.substr(path);
}

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

}  // namespace

void HttpConnection::adopt(Shard& shard, int fd, std::string received) {
  const std::shared_ptr<HttpConnection> connection(new HttpConnection(shard, fd));
  connection->self_ = connection;
  if (!shard.poll_set().add(fd, *connection, EPOLLIN | EPOLLRDHUP)) {
    connection->gone();
    return;
  }
  connection->await_head();
  if (!received.empty()) {
    connection->in_ = std::move(received);
    connection->process();
  }
}

HttpConnection::HttpConnection(Shard& shard, int fd) : shard_(shard), fd_(fd) {
  ++shard_.counters().http_connections;
  shard_.opened(*this);
}

HttpConnection::~HttpConnection() {
  --shard_.counters().http_connections;
  shard_.closed(*this);
  if (fd_ >= 0) {
    ::close(fd_);
  }
}

// --- reading -------------------------------------------------------------------------------------------------------

void HttpConnection::on_ready(std::uint32_t events) {
  const auto alive = shared_from_this();
  if (fd_ >= 0 && (events & EPOLLOUT) != 0) {
    flush();
  }
  if (fd_ >= 0 && (events & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0) {
    if (read_paused_) {
      lost();  // EPOLLRDHUP or an error: nothing else is watched then
    } else {
      receive();
    }
  }
}

void HttpConnection::receive() {
  const std::span<char> scratch = shard_.scratch();
  const ssize_t got = ::recv(fd_, scratch.data(), scratch.size(), MSG_DONTWAIT);
  if (got <= 0) {
    if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
      lost();
    }
    return;
  }
  shard_.counters().bytes_in += static_cast<std::uint64_t>(got);
  in_.append(scratch.data(), static_cast<std::size_t>(got));
  process();
  if (fd_ >= 0 && exchange_ && exchange_->awaiting && in_.size() > kMaxPipelined && !read_paused_) {
    read_paused_ = true;
    watch();
  }
}

void HttpConnection::process() {
  if (std::exchange(processing_, true)) {
    return;  // an answer given inline: the loop below goes on
  }
  while (fd_ >= 0 && !closing_ && !in_.empty() && !(exchange_ && exchange_->awaiting)) {
    if (!(exchange_ ? read_some_body() : read_head())) {
      break;
    }
  }
  processing_ = false;
}

bool HttpConnection::read_head() {
  if (!std::exchange(head_begun_, true)) {
    await_head();
  }
  if (waits_for_others()) {
    return false;
  }
  std::size_t empty_lines = 0;  // RFC 9112 2.2: before the request line they are ignored
  while (in_.compare(empty_lines, 2, "\r\n") == 0) {
    empty_lines += 2;
  }
  in_.erase(0, empty_lines);
  if (in_.empty() || in_ == "\r") {
    return false;
  }
  if (in_.front() < 'A' || in_.front() > 'z') {  // no method starts so: TLS, or noise
    reject(400, "malformed request line");
    return false;
  }
  const std::size_t end = in_.find("\r\n\r\n");
  if (end == std::string::npos || end + 4 > kMaxHead) {
    if (in_.size() >= kMaxHead) {
      reject(431, "request header too large");
    }
    return false;
  }
  begin_exchange(std::string_view(in_).substr(0, end + 4));
  return fd_ >= 0;
}

void HttpConnection::begin_exchange(std::string_view head) {
  head_begun_ = false;
  exchange_ = std::make_unique<Exchange>();
  Exchange& exchange = *exchange_;
  exchange.parser.header_limit(static_cast<std::uint32_t>(kMaxHead));
  exchange.parser.body_limit(boost::none);  // judged below, per kind of request
  boost::beast::error_code failure;
  const std::size_t used = exchange.parser.put(boost::asio::buffer(head.data(), head.size()), failure);
  if (failure || !exchange.parser.is_header_done() || used != head.size()) {
    exchange_.reset();
    reject(active(Mutant::origin_control_ok) ? 200 : 400, "malformed request header");
    return;
  }
  const auto& message = exchange.parser.get();
  if (message.version() >= 11 && message.count(boost::beast::http::field::host) != 1) {
    exchange_.reset();
    reject(400, "an HTTP/1.1 request carries exactly one Host header");  // RFC 9112 3.2
    return;
  }
  net::HttpRequest& request = exchange.request;
  request.method = view(message.method_string());
  const std::string_view target = origin_form(view(message.target()));
  request.path = target.substr(0, target.find('?'));
  request.query = target.size() > request.path.size() ? target.substr(request.path.size() + 1) : std::string_view{};
  for (const auto& field : message) {
    request.headers.emplace_back(to_lower_ascii(view(field.name_string())), std::string(view(field.value())));
  }
  request.remote = peer_of(fd_);
  AnswerContext& context = exchange.context;
  context.origin = request.header("origin");
  context.head = request.method == "HEAD";
  context.compress_from = shard_.compress_from();
  if (shard_.options().http_compression) {
    const std::string_view codings = request.header("accept-encoding");
    context.coding = has_token(codings, "gzip")      ? Coding::gzip
                     : has_token(codings, "deflate") ? Coding::deflate
                                                     : Coding::identity;
  }
  context.http_1_0 = message.version() < 11;
  context.keep_alive = message.keep_alive() && !shard_.draining();
  if (const std::string_view id = request.header("x-request-id"); id.size() <= kMaxRequestId && is_printable(id)) {
    context.request_id = id;
  }
  exchange.upgrade =
      has_token(request.header("upgrade"), "websocket") && has_token(request.header("connection"), "upgrade");
  ++shard_.counters().http_requests;
  dispatch();
}

// The routes decide; what they decide comes back through read_body(), respond(), migrate() or release().
void HttpConnection::dispatch() {
  const std::size_t head_size = in_.find("\r\n\r\n") + 4;
  Exchange& exchange = *exchange_;
  if (const auto other = shard_.other_shard_of(exchange.request)) {
    migrate(*other);
    return;
  }
  in_.erase(0, head_size);
  shard_.on_request_head(*this);
}

bool HttpConnection::body_too_large(std::size_t limit) const {
  const auto length = exchange_->parser.content_length();
  return length && *length > limit;
}

void HttpConnection::read_body(std::size_t limit) {
  Exchange& exchange = *exchange_;
  exchange.parser.body_limit(limit);
  exchange.reading_body = true;
  if (exchange.parser.is_done()) {
    on_body_complete();
    return;
  }
  if (exchange.request.header("expect") == "100-continue") {
    out_ += "HTTP/1.1 100 Continue\r\n\r\n";
    dirty();
  }
  shard_.timers().schedule(*this, shard_.now() + kBodyTimeout);
}

bool HttpConnection::read_some_body() {
  Exchange& exchange = *exchange_;
  std::size_t used = 0;
  boost::beast::error_code failure;
  while (used < in_.size() && !exchange.parser.is_done() && !failure) {
    const std::size_t taken = exchange.parser.put(boost::asio::buffer(in_.data() + used, in_.size() - used), failure);
    used += taken;
    if (taken == 0) {
      break;
    }
  }
  in_.erase(0, used);
  if (failure == http::error::body_limit) {
    refuse_body();
    return false;
  }
  if (failure && failure != http::error::need_more) {
    reject(400, "malformed request body");
    return false;
  }
  if (!exchange.parser.is_done()) {
    return false;
  }
  on_body_complete();
  return true;
}

void HttpConnection::on_body_complete() {
  exchange_->reading_body = false;
  exchange_->awaiting = true;
  exchange_->request.body = std::move(exchange_->parser.get().body());
  shard_.timers().schedule(*this, session_ != nullptr ? Time::max() : shard_.now() + kAnswerTimeout);
  shard_.on_request_complete(*this);
}

}  // namespace plumbline::serve
