// Plain blocking sockets: the point is to be wrong, not to be good at it.
#include "bad_target.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

namespace plumbline::conform {

BadTarget::BadTarget(Manner manner, std::function<std::string()> words) : manner_(manner), words_(std::move(words)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* generic = static_cast<sockaddr*>(static_cast<void*>(&address));
  socklen_t length = sizeof address;
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listener_ < 0 || ::bind(listener_, generic, length) != 0 || ::listen(listener_, 1024) != 0 ||
      ::getsockname(listener_, generic, &length) != 0) {
    throw std::runtime_error("no port for a bad target");
  }
  port_ = ntohs(address.sin_port);
  if (manner_ != Manner::silent) {  // a silent one leaves its connections in the backlog
    thread_ = std::thread([this] { serve(); });
  }
}

BadTarget::~BadTarget() {
  stop_ = true;
  ::shutdown(listener_, SHUT_RDWR);  // wakes accept
  if (thread_.joinable()) {
    thread_.join();
  }
  ::close(listener_);
}

Endpoint BadTarget::endpoint() const {
  return *parse_endpoint("http://127.0.0.1:" + std::to_string(port_));
}

void BadTarget::serve() {
  while (!stop_) {
    const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) {
      continue;
    }
    if (manner_ == Manner::speak_after_request) {
      std::array<char, 65536> request{};
      pollfd readable{connection, POLLIN, 0};
      if (::poll(&readable, 1, 100) > 0) {
        (void)::recv(connection, request.data(), request.size(), 0);
      }
    }
    const std::string words = words_();
    (void)::send(connection, words.data(), words.size(), MSG_NOSIGNAL);
    ::shutdown(connection, SHUT_WR);
    ::close(connection);
  }
}

}  // namespace plumbline::conform
