#include "wire/connection.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace plumbline::conform {

std::string_view to_string(Ending ending) {
  switch (ending) {
    case Ending::open:
      return "open";
    case Ending::closed_by_peer:
      return "closed by the target";
    case Ending::reset_by_peer:
      return "reset by the target";
    case Ending::refused:
      return "refused";
    case Ending::closed_by_us:
      return "closed by the suite";
  }
  return "open";
}

Connection::Connection(const Endpoint& endpoint, WireLog& log, const Clock& clock, int number)
    : log_(log), clock_(clock), number_(number) {
  sockaddr_storage address = endpoint.address;
  fd_ = ::socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd_ < 0) {
    note_end(Ending::refused);
    return;
  }
  const int on = 1;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  if (::connect(fd_, generic, endpoint.address_length) == 0) {
    connecting_ = false;
  } else if (errno != EINPROGRESS) {
    note_end(Ending::refused);
  }
}

Connection::~Connection() {
  if (fd_ >= 0) {
    ::close(fd_);
  }
}

void Connection::queue(std::string_view bytes) {
  if (ended()) {
    return;
  }
  out_ += bytes;
  if (!connecting_) {
    flush();
  }
}

void Connection::flush() {
  while (!out_.empty() && fd_ >= 0) {
    const ssize_t n = ::send(fd_, out_.data(), out_.size(), MSG_NOSIGNAL);
    if (n > 0) {
      out_.erase(0, static_cast<std::size_t>(n));
    } else if (n < 0 && errno == EINTR) {
      continue;
    } else if (n < 0 && (errno == EAGAIN)) {
      return;
    } else {
      out_.clear();  // the answer may still be readable: the read side decides how this ended
      return;
    }
  }
}

void Connection::drain() {
  std::array<char, 65536> buffer{};
  while (fd_ >= 0) {
    const ssize_t n = ::recv(fd_, buffer.data(), buffer.size(), 0);
    if (n > 0) {
      on_bytes(std::string_view(buffer.data(), static_cast<std::size_t>(n)));
    } else if (n == 0) {
      end(Ending::closed_by_peer);
    } else if (errno == EINTR) {
      continue;
    } else if (errno == EAGAIN) {
      return;
    } else {
      end(Ending::reset_by_peer);
    }
  }
}

void Connection::service(bool readable, bool writable) {
  if (connecting_ && (readable || writable)) {
    int error = 0;
    socklen_t length = sizeof error;
    ::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &length);
    if (error != 0) {
      end(Ending::refused);
      return;
    }
    connecting_ = false;
    writable = true;
  }
  if (writable) {
    flush();
  }
  if (readable) {
    drain();
  }
}

void Connection::abort() {
  if (fd_ >= 0) {
    const linger hard{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  }
  end(Ending::closed_by_us);
}

void Connection::end(Ending ending) {
  if (!ended()) {
    note_end(ending);
    on_end();
  }
}

void Connection::note_end(Ending ending) {
  ending_ = ending;
  ended_at_ = clock_.now();
  if (fd_ >= 0) {
    ::close(fd_);
    fd_ = -1;
  }
  log_.note(number_, std::string("TCP connection ") + std::string(to_string(ending)));
}

}  // namespace plumbline::conform
