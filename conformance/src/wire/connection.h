// One TCP connection of a case: non-blocking, everything buffered, every end remembered with its cause. Stage: wire.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "plumbline/base/clock.h"
#include "wire/endpoint.h"
#include "wire/wire_log.h"

namespace plumbline::conform {

enum class Ending { open, closed_by_peer, reset_by_peer, refused, closed_by_us };
[[nodiscard]] std::string_view to_string(Ending ending);

// Owned by a Wire, which polls it; lives on the case's thread.
class Connection {
 public:
  Connection(const Endpoint& endpoint, WireLog& log, const Clock& clock, int number);
  virtual ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  [[nodiscard]] int fd() const { return fd_; }  // -1 once it ended
  [[nodiscard]] bool wants_write() const { return connecting_ || !out_.empty(); }
  void service(bool readable, bool writable);  // called by Wire after poll()

  [[nodiscard]] Ending ending() const { return ending_; }
  [[nodiscard]] bool ended() const { return ending_ != Ending::open; }
  [[nodiscard]] Time ended_at() const { return ended_at_; }
  [[nodiscard]] int number() const { return number_; }

  void hang_up() { end(Ending::closed_by_us); }  // close our side at once
  void abort();                                  // the same with a TCP reset

 protected:
  void queue(std::string_view bytes);  // sent as soon as the kernel takes it
  void end(Ending ending);
  virtual void on_bytes(std::string_view bytes) = 0;
  virtual void on_end() {}  // not called when connecting failed at once: see ending()

  WireLog& log_;
  const Clock& clock_;

 private:
  void flush();
  void drain();
  void note_end(Ending ending);  // without telling the derived class, which may not exist yet

  int number_;
  int fd_{-1};
  bool connecting_{true};
  std::string out_;
  Ending ending_{Ending::open};
  Time ended_at_{};
};

}  // namespace plumbline::conform
