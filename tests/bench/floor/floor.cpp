// The floor: the cheapest server and generator that still speak the bytes of a Socket.IO echo and broadcast. One
// receive and one send per message (all messages of one read answered together), no allocation on the path, no checks.
//   floor serve | floor load PORT CONNECTIONS message-with-ack|bcast RATE SECONDS IN_A_ROW
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <string>
#include <vector>

using View = std::string_view;
constexpr std::size_t kPayload = 64;  // as in scenarios/echo-ack.yaml
constexpr View kOpen = R"(0{"sid":"f","upgrades":[],"pingInterval":300000,"pingTimeout":20000,"maxPayload":100000})";
constexpr View kRequest =
    "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\n"
    "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
constexpr const char* kSwitching =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n";
static char in[1 << 20], out[1 << 20];
static const int poll = epoll_create1(0), listener = socket(AF_INET, SOCK_STREAM, 0), on = 1;

// The next frame, unmasked in place. Whole frames only: small writes on loopback do not come in pieces.
static View take_frame(char*& at) {
  const auto* head = reinterpret_cast<unsigned char*>(at);
  const bool masked = head[1] > 127, small = (head[1] & 127) < 126;
  const std::size_t size = small ? head[1] & 127 : head[2] * 256 + head[3];
  char* const body = at + (small ? 2 : 4) + (masked ? 4 : 0);
  for (std::size_t i = 0; masked && i < size; ++i) {
    body[i] ^= (body - 4)[i % 4];
  }
  return at = body + size, View{body, size};
}

// One text frame of three parts. A client's masking key is all zeros: the bytes stay as they are.
static std::size_t put_frame(char* to, int mask_bit, View a, View b = {}, View c = {}) {
  const std::size_t size = a.size() + b.size() + c.size(), wide = size < 126 ? 0 : size;
  const char head[8] = {'\x81', char(mask_bit | (wide ? 126 : size)), char(wide / 256), char(wide)};
  char* const body = std::copy_n(head, (wide ? 4 : 2) + (mask_bit ? 4 : 0), to);
  return std::copy(c.begin(), c.end(), std::copy(b.begin(), b.end(), std::copy(a.begin(), a.end(), body))) - to;
}

static int watch(int fd) {
  epoll_event event{EPOLLIN, {.fd = fd}};
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event);
}

static std::size_t upgrade() {
  unsigned char key[60], sha[20], accept[32];
  std::copy_n("258EAFA5-E914-47DA-95CA-C5AB0DC85B11", 36, std::copy_n(strcasestr(in, "-Key: ") + 6, 24, key));
  EVP_Digest(key, sizeof key, sha, nullptr, EVP_sha1(), nullptr), EVP_EncodeBlock(accept, sha, sizeof sha);
  const int head = std::sprintf(out, kSwitching, accept);
  return head + put_frame(out + head, 0, kOpen);
}

// One round of readable sockets; answer(fd, message, to) writes a reply and returns its size.
static void pump(const timespec* timeout, auto answer) {
  static epoll_event ready[512];
  for (int i = 0, n = epoll_pwait2(poll, ready, 512, timeout, nullptr); i < n; ++i) {
    const int fd = ready[i].data.fd;
    const ssize_t got = fd == listener ? 0 : recv(fd, in, sizeof in, 0);
    got > 0 ? 0 : fd == listener ? watch(accept(listener, nullptr, nullptr)) : close(fd);
    std::size_t reply = got > 0 && in[0] == 'G' ? upgrade() : 0;
    char* at = reply > 0 ? in + got : in[0] == 'H' ? std::strstr(in, "\r\n\r\n") + 4 : in;
    while (at < in + got) {
      reply += answer(fd, take_frame(at), out + reply);
    }
    reply > 0 ? send(fd, out, reply, MSG_NOSIGNAL) : 0;
  }
}

static int serve() {
  sockaddr_in address{AF_INET, 0, {htonl(INADDR_LOOPBACK)}, {}};
  socklen_t length = sizeof address;
  bind(listener, reinterpret_cast<sockaddr*>(&address), length), listen(listener, 4096);
  getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length);
  std::printf("floor: listening on http://127.0.0.1:%d\n", ntohs(address.sin_port)), std::fflush(stdout);
  std::vector<int> members;
  for (watch(listener);;) {
    pump(nullptr, [&](int fd, View message, char* to) -> std::size_t {
      if (const std::size_t name = message.find("[\"message-with-ack\","); name != View::npos) {
        return put_frame(to, 0, "43", message.substr(2, name - 1), message.substr(name + 20));
      }
      if (message.starts_with("42[\"bcast\",")) {
        const std::size_t size = put_frame(to, 0, message);
        std::for_each(members.begin(), members.end(), [&](int member) { send(member, to, size, MSG_NOSIGNAL); });
      }
      members.insert(members.end(), message == "40", fd);
      return message == "40" ? put_frame(to, 0, R"(40{"sid":"s"})") : 0;
    });
  }
}

static double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Arrival i is due at start + i / rate on the next connection, with its row; i rides in the text. Sends every 0.5 ms.
static int load(int port, std::size_t count, View event, double rate, double seconds, int row) {
  const std::size_t planned = std::size_t(rate * seconds) / row * row, answers = event == "bcast" ? count : 1;
  const sockaddr_in address{AF_INET, htons(port), {htonl(INADDR_LOOPBACK)}, {}};
  const std::string tail = std::string(kPayload - 8, 'x') + "\"]";
  std::vector<int> sockets;
  std::vector<double> rtt, slip;
  rtt.reserve(planned * answers + 1), slip.reserve(planned + 1);
  double start = 0, tick = now(), at = tick;
  for (std::size_t joined = 0; start == 0 || at < start + seconds + (rtt.size() < planned * answers); at = now()) {
    for (; sockets.size() < std::min(count, joined + 64); watch(sockets.back())) {
      sockets.push_back(socket(AF_INET, SOCK_STREAM, 0));
      connect(sockets.back(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
      send(sockets.back(), kRequest.data(), kRequest.size(), 0);
    }
    start = start == 0 && joined == count ? at : start;
    for (std::size_t i, k, bytes; start > 0 && at >= tick && (i = slip.size()) < planned && start + i / rate <= at;) {
      for (k = i, bytes = 0; k < i + row; ++k) {
        std::size_t size = std::sprintf(in, answers > 1 ? "42" : "42%zu", k);
        size += std::sprintf(in + size, "[\"%s\",\"%08zu", event.data(), k);
        bytes += put_frame(out + bytes, 128, {in, size}, tail);
      }
      send(sockets[i / row % count], out, bytes, MSG_NOSIGNAL);
      slip.insert(slip.end(), row, now() - start - i / rate);
    }
    tick = at < tick ? tick : at + 5e-4;
    const timespec rest{0, std::max(0L, long(1e9 * (tick - now())))};
    pump(&rest, [&](int, View message, char* to) -> std::size_t {
      if (message.starts_with("43") || message.starts_with("42[\"bcast\",")) {
        rtt.push_back(now() - start - std::atoi(message.end() - kPayload - 2) / row * row / rate);
      }
      joined += message.starts_with("40");
      return message.starts_with('0') ? put_frame(to, 128, "40") : message == "2" ? put_frame(to, 128, "3") : 0;
    });
  }
  std::printf("{\"planned\": %zu, \"completed\": %zu", planned * answers, rtt.size());
  for (auto [name, times] : {std::pair{"rtt", &rtt}, {"slip", &slip}}) {
    times->push_back(0), std::sort(times->begin(), times->end());
    for (auto [quantile, percent] : {std::pair{"p50", 50}, {"p99", 99}, {"max", 100}}) {
      std::printf(", \"%s_%s_us\": %.0f", name, quantile, 1e6 * (*times)[(times->size() - 1) * percent / 100]);
    }
  }
  return std::puts("}") < 0;
}

int main(int argc, char** argv) {
  return argc < 8 ? serve() : load(atoi(argv[2]), atoi(argv[3]), argv[4], atof(argv[5]), atof(argv[6]), atoi(argv[7]));
}
