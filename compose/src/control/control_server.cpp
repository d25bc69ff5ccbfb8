#include "control/control_server.h"

#include <sys/stat.h>

#include <array>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>
#include <deque>
#include <set>

namespace plumbline::stack {
namespace {

using boost::asio::local::stream_protocol;

constexpr std::size_t kMostWaiting = 1000;  // lines a client may leave unread

}  // namespace

struct ControlServer::Impl : std::enable_shared_from_this<Impl> {
  struct Session : std::enable_shared_from_this<Session> {
    Session(const std::shared_ptr<Impl>& server_of, stream_protocol::socket connected)
        : server(server_of), socket(std::move(connected)) {}

    std::weak_ptr<Impl> server;
    stream_protocol::socket socket;
    std::array<char, 4096> buffer{};
    std::string unread;
    std::deque<std::string> waiting;
    bool guarded{false};
    bool closed{false};

    void read() {
      socket.async_read_some(boost::asio::buffer(buffer),
                             [self = shared_from_this()](boost::system::error_code failed, std::size_t got) {
                               if (failed) {
                                 self->close();
                                 return;
                               }
                               self->unread.append(self->buffer.data(), got);
                               self->take_lines();
                             });
    }

    void take_lines() {
      for (std::size_t end = 0; (end = unread.find('\n')) != std::string::npos;) {
        const std::string line = unread.substr(0, end);
        unread.erase(0, end + 1);
        take(line);
      }
      if (unread.size() > kLongestLine) {
        send(refused_line(0, "a line is longer than 4096 bytes"));
        unread.clear();
      }
      if (!closed) {
        read();
      }
    }

    void take(const std::string& line) {
      const auto parsed = parse_request(line);
      if (const auto* bad = std::get_if<BadRequest>(&parsed)) {
        send(refused_line(bad->id, bad->sentence));
        return;
      }
      const Request& request = std::get<Request>(parsed);
      guarded = guarded || request.guard;
      if (request.deed == Deed::release) {
        guarded = false;
      }
      if (!request.deed || request.deed == Deed::release) {
        send(done_line(request.id, steady_now(), "", 0));
        return;
      }
      if (const auto owner = server.lock()) {
        owner->handlers.request(request, [self = weak_from_this()](const std::string& answer) {
          if (const auto session = self.lock()) {
            session->send(answer);
          }
        });
      }
    }

    void send(const std::string& line) {
      if (closed) {
        return;
      }
      if (waiting.size() >= kMostWaiting) {
        close();
        return;
      }
      waiting.push_back(line + "\n");
      if (waiting.size() == 1) {
        write();
      }
    }

    void write() {
      boost::asio::async_write(socket, boost::asio::buffer(waiting.front()),
                               [self = shared_from_this()](boost::system::error_code failed, std::size_t /*sent*/) {
                                 if (failed) {
                                   self->close();
                                   return;
                                 }
                                 self->waiting.pop_front();
                                 if (!self->waiting.empty()) {
                                   self->write();
                                 }
                               });
    }

    void close() {
      if (closed) {
        return;
      }
      closed = true;
      boost::system::error_code ignored;
      socket.close(ignored);
      if (const auto owner = server.lock()) {
        owner->sessions.erase(shared_from_this());
        if (guarded) {
          owner->handlers.guarded_client_lost();
        }
      }
    }
  };

  Impl(boost::asio::io_context& context, Handlers given) : acceptor(context), handlers(std::move(given)) {}

  stream_protocol::acceptor acceptor;
  Handlers handlers;
  std::set<std::shared_ptr<Session>> sessions;

  void accept() {
    acceptor.async_accept([self = weak_from_this()](boost::system::error_code failed, stream_protocol::socket socket) {
      const auto server = self.lock();
      if (server == nullptr || failed == boost::asio::error::operation_aborted) {
        return;
      }
      if (!failed) {
        auto session = std::make_shared<Session>(server, std::move(socket));
        server->sessions.insert(session);
        session->read();
      }
      server->accept();
    });
  }
};

ControlServer::ControlServer(boost::asio::io_context& context, Handlers handlers)
    : impl_(std::make_shared<Impl>(context, std::move(handlers))) {}

ControlServer::~ControlServer() {
  boost::system::error_code ignored;
  impl_->acceptor.close(ignored);
  const auto sessions = std::exchange(impl_->sessions, {});
  for (const auto& session : sessions) {
    session->closed = true;
    session->socket.close(ignored);
  }
}

Outcome<void> ControlServer::listen(const std::string& path) {
  boost::system::error_code failed;
  const stream_protocol::endpoint endpoint{path};
  impl_->acceptor.open(endpoint.protocol(), failed);
  const mode_t before = ::umask(0177);  // only the owner of the stack commands it
  if (!failed) {
    impl_->acceptor.bind(endpoint, failed);
  }
  ::umask(before);
  if (!failed) {
    impl_->acceptor.listen(16, failed);
  }
  if (failed) {
    return Failure{"cannot listen on " + path + ": " + failed.message() + "; give another --dir"};
  }
  impl_->accept();
  return boost::system::in_place_value;
}

void ControlServer::broadcast(const std::string& line) {
  const auto sessions = impl_->sessions;  // a send may end one
  for (const auto& session : sessions) {
    session->send(line);
  }
}

}  // namespace plumbline::stack
