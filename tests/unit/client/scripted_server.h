// A server on port 0 whose answers a test scripts: one function from request to bytes. Same loop as the client.
#pragma once

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace plumbline::client::test {

struct Answer {
  std::string bytes;
  bool then_close{false};
};

class ScriptedServer {
 public:
  using Executor = boost::asio::io_context::executor_type;
  using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, Executor>;
  // `script` gets all bytes of the connection that were not answered yet; empty bytes and no close mean: wait for more.
  using Script = std::function<Answer(const std::string& received, std::size_t connection)>;

  ScriptedServer(boost::asio::io_context& context, Script script)
      : acceptor_(context, {boost::asio::ip::address_v4::loopback(), 0}), script_(std::move(script)) {
    accept();
  }
  ~ScriptedServer() { stop(); }
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  [[nodiscard]] std::size_t accepted() const { return peers_.size(); }
  [[nodiscard]] std::string remote_address(std::size_t connection) const { return peers_[connection]->remote; }
  void close_all() {
    for (const auto& peer : peers_) {
      boost::system::error_code ignored;
      peer->socket.close(ignored);
    }
  }
  void stop() {
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    close_all();
  }

 private:
  struct Peer {
    explicit Peer(Socket&& accepted)
        : socket(std::move(accepted)), remote(socket.remote_endpoint().address().to_string()) {}
    Socket socket;
    std::string remote;
    std::string received;
    std::array<char, 65'536> buffer{};
  };

  void accept() {
    acceptor_.async_accept([this](const boost::system::error_code& failure, Socket socket) {
      if (!failure) {
        peers_.push_back(std::make_shared<Peer>(std::move(socket)));
        read(peers_.back(), peers_.size() - 1);
        accept();
      }
    });
  }

  void read(const std::shared_ptr<Peer>& peer, std::size_t index) {
    peer->socket.async_read_some(boost::asio::buffer(peer->buffer),
                                 [this, peer, index](auto failure, std::size_t count) {
                                   if (failure) {
                                     return;
                                   }
                                   peer->received.append(peer->buffer.data(), count);
                                   const Answer answer = script_(peer->received, index);
                                   boost::system::error_code ignored;
                                   if (!answer.bytes.empty()) {
                                     peer->received.clear();
                                     boost::asio::write(peer->socket, boost::asio::buffer(answer.bytes), ignored);
                                   }
                                   if (answer.then_close) {
                                     peer->socket.close(ignored);
                                     return;
                                   }
                                   read(peer, index);
                                 });
  }

  boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, Executor> acceptor_;
  Script script_;
  std::vector<std::shared_ptr<Peer>> peers_;
};

inline std::string http_answer(std::string_view body, std::string_view status = "200 OK", std::string_view extra = "") {
  return "HTTP/1.1 " + std::string(status) + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         std::string(extra) + "\r\n" + std::string(body);
}

}  // namespace plumbline::client::test
