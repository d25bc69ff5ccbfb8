// A pool of keep-alive connections to one origin: idle ones are reused last-in first-out, further calls wait in order.
#include "plumbline/client/http_client.h"

#include <boost/asio/post.hpp>
#include <list>
#include <unordered_map>
#include <utility>
#include <vector>

#include "deadline_wheel.h"
#include "http_connection.h"
#include "reactor.h"

namespace plumbline::client {

void throw_exception_from_error(const HttpFailure& error, const boost::source_location& location) {
  throw_exception_from_error(error.error, location);
}

struct HttpClient::Impl final : Burial, HttpConnectionOwner {
  // A call from acceptance to its answer; its deadline runs from the call, waiting included.
  struct Call final : Deadline {
    Call(Impl& owning, HttpCall&& asked, HttpDone&& callback)
        : owner(&owning), request(std::move(asked)), done(std::move(callback)) {}
    void on_deadline(Time) override { owner->on_timeout(*this); }

    Impl* owner;
    HttpCall request;
    HttpDone done;
    HttpConnection* connection{nullptr};                  // in flight
    std::list<std::unique_ptr<Call>>::iterator position;  // waiting
    bool retried{false};
  };
  struct Line {
    std::unique_ptr<HttpConnection> connection;
    std::unique_ptr<Call> call;  // null while idle
  };

  Impl(boost::asio::io_context& context, Options chosen)
      : options(std::move(chosen)),
        reactor(Reactor::of(context)),
        host(host_header(options.host, options.port)),
        target{.host = options.host, .port = options.port, .source_address = options.source_address} {}

  void accept(HttpCall&& request, HttpDone&& done);
  void dispatch();
  void start(HttpConnection& connection, std::unique_ptr<Call> call);
  void send(HttpConnection& connection, const Call& call);
  [[nodiscard]] HttpConnection* free_connection();
  void retire(HttpConnection& connection);
  void on_timeout(Call& call);
  void on_answer(HttpConnection& connection, HttpAnswer answer) override;
  void on_failure(HttpConnection& connection, const HttpFailure& failure, bool stale) override;
  void on_idle_closed(HttpConnection& connection) override;
  void shut();

  Options options;
  Reactor& reactor;
  std::string host;
  TcpTarget target;
  std::unordered_map<HttpConnection*, Line> lines;
  std::vector<HttpConnection*> idle;
  std::list<std::unique_ptr<Call>> waiting;
};

void HttpClient::Impl::accept(HttpCall&& request, HttpDone&& done) {
  if (waiting.size() >= options.max_waiting) {
    boost::asio::post(reactor.context(), [done = std::move(done)] {
      done(HttpFailure{.error = Error{Errc::overflow, "too many calls wait for a connection"}, .sent = false});
    });
    return;
  }
  auto call = std::make_unique<Call>(*this, std::move(request), std::move(done));
  reactor.schedule(*call, steady_now() + call->request.timeout);
  waiting.push_back(std::move(call));
  waiting.back()->position = std::prev(waiting.end());
  dispatch();
}

HttpConnection* HttpClient::Impl::free_connection() {
  if (!idle.empty()) {
    HttpConnection* connection = idle.back();
    idle.pop_back();
    return connection;
  }
  if (lines.size() >= options.max_connections) {
    return nullptr;
  }
  auto made = std::make_unique<HttpConnection>(reactor, *this, options.max_answer);
  HttpConnection* connection = made.get();
  lines[connection].connection = std::move(made);
  return connection;
}

void HttpClient::Impl::dispatch() {
  while (!waiting.empty()) {
    HttpConnection* connection = free_connection();
    if (connection == nullptr) {
      return;
    }
    auto call = std::move(waiting.front());
    waiting.pop_front();
    start(*connection, std::move(call));
  }
}

void HttpClient::Impl::start(HttpConnection& connection, std::unique_ptr<Call> call) {
  call->connection = &connection;
  send(connection, *call);
  lines[&connection].call = std::move(call);
}

void HttpClient::Impl::send(HttpConnection& connection, const Call& call) {
  connection.send(target, format_request(host, call.request), call.request.method == "HEAD");
}

void HttpClient::Impl::retire(HttpConnection& connection) {
  const auto found = lines.find(&connection);
  if (found != lines.end()) {
    connection.close();
    std::erase(idle, &connection);
    reactor.bury(std::move(found->second.connection));
    lines.erase(found);
  }
}

void HttpClient::Impl::on_answer(HttpConnection& connection, HttpAnswer answer) {
  const auto call = std::move(lines[&connection].call);
  if (connection.open()) {
    idle.push_back(&connection);
  } else {
    retire(connection);
  }
  dispatch();
  call->cancel();
  call->done(std::move(answer));
}

void HttpClient::Impl::on_failure(HttpConnection& connection, const HttpFailure& failure, bool stale) {
  auto call = std::move(lines[&connection].call);
  if (stale && !call->retried && call->request.method == "GET") {
    call->retried = true;
    return start(connection, std::move(call));
  }
  retire(connection);
  dispatch();
  call->cancel();
  call->done(failure);
}

void HttpClient::Impl::on_idle_closed(HttpConnection& connection) {
  retire(connection);
}

void HttpClient::Impl::on_timeout(Call& call) {
  HttpFailure failure{.error = Error{Errc::timeout, "no answer in time"}, .sent = false};
  std::unique_ptr<Call> taken;
  if (call.connection != nullptr) {
    HttpConnection& connection = *call.connection;
    failure.sent = connection.sent() || call.retried;
    taken = std::move(lines[&connection].call);
    retire(connection);
  } else {
    taken = std::move(*call.position);
    waiting.erase(taken->position);
  }
  dispatch();
  taken->done(failure);
}

void HttpClient::Impl::shut() {
  waiting.clear();
  for (auto& [connection, line] : lines) {
    connection->close();
    line.call.reset();
  }
}

HttpClient::HttpClient(boost::asio::io_context& context, Options options)
    : impl_(std::make_unique<Impl>(context, std::move(options))) {}

HttpClient::~HttpClient() {
  impl_->shut();
  Reactor& reactor = impl_->reactor;
  reactor.bury(std::move(impl_));
}

void HttpClient::call(HttpCall call, HttpDone done) {
  impl_->accept(std::move(call), std::move(done));
}

std::size_t HttpClient::open_connections() const {
  return impl_->lines.size();
}

std::size_t HttpClient::waiting() const {
  return impl_->waiting.size();
}

}  // namespace plumbline::client
