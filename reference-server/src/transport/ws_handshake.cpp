#include "transport/ws_handshake.h"

#include <sys/socket.h>
#include <unistd.h>

#include "plumbline/socketio/engine_packet.h"
#include "plumbline/websocket/codec.h"

namespace plumbline::serve {
namespace {

constexpr std::size_t kKeyBytes = 16;

bool is_valid_key(std::string_view key) {
  const auto decoded = engineio::base64_decode(key);
  return decoded.has_value() && decoded->size() == kKeyBytes;
}

}  // namespace

std::optional<net::HttpResponse> websocket_handshake_problem(const net::HttpRequest& request, unsigned http_minor) {
  net::HttpResponse answer;
  answer.status = 400;
  answer.content_type = "application/json";
  answer.body = R"({"code":3,"message":"Bad request"})";
  if (request.header("sec-websocket-version") != "13") {
    answer.status = 426;
    answer.headers.emplace_back("Sec-WebSocket-Version", "13");
    answer.headers.emplace_back("Upgrade", "websocket");
    return answer;
  }
  if (request.method != "GET" || http_minor < 1 || !is_valid_key(request.header("sec-websocket-key"))) {
    return answer;
  }
  return std::nullopt;
}

std::string websocket_switch_answer(const net::HttpRequest& request, const net::Headers& extra) {
  std::string answer =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
      websocket::accept_key(request.header("sec-websocket-key")) + "\r\n";
  for (const auto& [name, value] : extra) {
    answer += name;
    answer += ": ";
    answer += value;
    answer += "\r\n";
  }
  answer += "\r\n";
  return answer;
}

bool send_whole(int fd, std::string_view bytes) {
  return ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT) == static_cast<ssize_t>(bytes.size());
}

void close_descriptor(int fd) {
  ::close(fd);
}

}  // namespace plumbline::serve
