// One TCP connection of the client under test, seen from the server's side: HTTP requests, then perhaps WebSocket
// frames. Says what it is told to say, right or wrong. Stage: subject client.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "wire/connection.h"
#include "wire/frames.h"

namespace plumbline::conform {

struct ClientRequest {
  Time at;
  std::string method;
  std::string path;
  std::vector<std::pair<std::string, std::string>> query;    // decoded
  std::vector<std::pair<std::string, std::string>> headers;  // names lower-case
  std::string body;
  bool upgrade{false};  // asks for a WebSocket

  [[nodiscard]] std::string_view parameter(std::string_view name) const;
  [[nodiscard]] std::string_view header(std::string_view lower_name) const;
};

class ClientConnection;

// Who decides what is answered. Nothing is answered by itself but RFC 6455 pings and close frames.
class ConnectionOwner {
 public:
  virtual ~ConnectionOwner() = default;
  virtual void on_request(ClientConnection& connection, ClientRequest request) = 0;
  virtual void on_message(ClientConnection& connection, bool binary, std::string payload) = 0;
  virtual void on_gone(ClientConnection& connection) = 0;  // no message can come any more; once
};

class ClientConnection final : public Connection {
 public:
  ClientConnection(Medium& medium, WireLog& log, int number, ConnectionOwner& owner);
  ~ClientConnection() override;

  void answer(unsigned status, std::string_view body, std::string_view content_type = "text/plain; charset=UTF-8");
  void accept_web_socket();  // 101 for the last request, which asked for it
  void text(std::string_view payload) { frame(1, payload); }
  void binary(std::string_view payload) { frame(2, payload); }
  void frame(unsigned opcode, std::string_view payload);
  void close_web_socket(unsigned code);  // a close frame, then the end of the connection

  [[nodiscard]] bool web_socket() const { return web_socket_; }
  [[nodiscard]] Time heard_at() const { return now(); }  // the time of what it is telling right now

 private:
  struct Reader;
  void on_bytes(std::string_view bytes) override;
  void on_end() override { gone(); }
  void read_requests();
  void read_frames(std::string_view bytes);
  void on_frame(const Frame& frame);
  void gone();

  ConnectionOwner& owner_;
  std::unique_ptr<Reader> reader_;
  std::string pending_;
  std::string key_;
  bool web_socket_{false};
  bool waiting_{false};  // a request was handed over and not answered
  bool gone_{false};
  FrameReader frames_{FrameReader::Sender::client};
  std::string partial_;
  bool partial_binary_{false};
};

}  // namespace plumbline::conform
