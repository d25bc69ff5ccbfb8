// One outgoing TCP connection: connect, read into the shared buffer, queue writes and send them once per turn.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "plumbline/base/clock.h"
#include "plumbline/base/result.h"
#include "reactor.h"

namespace plumbline::client {

struct TcpTarget {
  std::string host;  // name or literal
  std::uint16_t port{80};
  std::string source_address;  // empty: any
};

class TcpStreamOwner {
 public:
  virtual ~TcpStreamOwner() = default;
  virtual void on_open() = 0;
  virtual void on_bytes(std::span<char> bytes, Time received) = 0;  // may be changed in place
  virtual void on_closed(const Error& why) = 0;                     // never after close() or reset()
};

// Inside its callbacks it may be closed, but not destroyed: bury the owner.
class TcpStream final : public Pollable {
 public:
  TcpStream(Reactor& reactor, TcpStreamOwner& owner);
  TcpStream(const TcpStream&) = delete;
  TcpStream& operator=(const TcpStream&) = delete;
  ~TcpStream() override;

  void connect(const TcpTarget& target);  // tries every address of the name; on_open or on_closed follows, later
  void close();                           // says goodbye with FIN
  void reset();                           // drops the connection with RST

  // Where to append bytes to be sent at the end of this turn.
  [[nodiscard]] std::string& out();
  [[nodiscard]] std::size_t queued() const { return out_.size() - sent_; }
  void flush();  // at once instead; calls nobody back

  [[nodiscard]] bool open() const { return open_; }
  [[nodiscard]] Reactor& reactor() { return *reactor_; }

 private:
  struct Connecting;  // only until connected
  void on_ready(std::uint32_t epoll_events) override;
  void on_turn_end() override;
  void try_next();
  void on_addresses(const std::vector<boost::asio::ip::tcp::endpoint>& addresses);
  void finish_connect();
  void read(bool to_the_end);
  void fail(Errc code, std::string_view why);
  void drop_sent_bytes();
  void drop_descriptor();

  Reactor* reactor_;
  TcpStreamOwner* owner_;
  std::shared_ptr<Connecting> connecting_;
  std::string out_;
  std::size_t sent_{0};
  int descriptor_{-1};
  bool open_{false};
  bool more_to_read_{false};
  bool broken_{false};  // a write failed
};

}  // namespace plumbline::client
