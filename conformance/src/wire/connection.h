// One TCP connection of a case: everything buffered, every end remembered with its cause. Stage: wire.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "plumbline/base/clock.h"
#include "wire/endpoint.h"
#include "wire/medium.h"
#include "wire/wire_log.h"

namespace plumbline::conform {

enum class Ending { open, closed_by_peer, reset_by_peer, refused, closed_by_us };
[[nodiscard]] std::string_view to_string(Ending ending);

// Owned by a Wire, which hands it its events; lives on the case's thread.
class Connection {
 public:
  Connection(Medium& medium, const Endpoint& endpoint, WireLog& log, int number);
  Connection(Medium& medium, WireLog& log, int number);  // one that the medium brought: it is there already
  virtual ~Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  [[nodiscard]] bool wants_write() const { return connecting_ || !out_.empty(); }
  void on(const Event& event);  // called by Wire

  [[nodiscard]] Ending ending() const { return ending_; }
  [[nodiscard]] bool ended() const { return ending_ != Ending::open; }
  [[nodiscard]] Time ended_at() const { return ended_at_; }
  [[nodiscard]] int number() const { return number_; }

  void hang_up() { end(Ending::closed_by_us, false); }  // close our side at once
  void abort() { end(Ending::closed_by_us, true); }     // the same with a TCP reset
  void freeze() { medium_.freeze(number_); }            // stays open and reads nothing any more

 protected:
  void queue(std::string_view bytes);  // sent as soon as the kernel takes it
  [[nodiscard]] Time now() const { return medium_.time(); }
  virtual void on_bytes(std::string_view bytes) = 0;
  virtual void on_end() {}  // not called when connecting failed at once: see ending()

  WireLog& log_;

 private:
  void flush();
  void end(Ending ending, bool with_reset = false);
  void note_end(Ending ending);  // without telling the derived class, which may not exist yet

  Medium& medium_;
  int number_;
  bool connecting_{true};
  std::string out_;
  Ending ending_{Ending::open};
  Time ended_at_{};
};

}  // namespace plumbline::conform
