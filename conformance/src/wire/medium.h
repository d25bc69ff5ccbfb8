// What the connections of a case run on: the network, or a stored run that is played back. Stage: wire.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "plumbline/base/clock.h"
#include "wire/endpoint.h"
#include "wire/target_process.h"

namespace plumbline::conform {

// Something that reached the suite on one connection.
struct Event {
  enum class Kind { connected, accepted, refused, writable, bytes, end_of_stream, reset } kind{Kind::connected};
  int connection{0};
  std::string bytes;  // with Kind::bytes
};

struct Taken {
  std::size_t bytes{0};  // how many the network took; 0: none yet
  bool broken{false};    // nothing can be sent on this connection any more
};

enum class Who { suite, target };

// A case learns of the world through this only, so that the same calls with the same answers give the same verdict
// (docs/adr/0013-recorded-runs.md). Belongs to one take of one case and its thread.
class Medium {
 public:
  Medium() = default;
  virtual ~Medium() = default;
  Medium(const Medium&) = delete;
  Medium& operator=(const Medium&) = delete;

  [[nodiscard]] virtual Time time() const = 0;  // when the last thing happened; cheap and free of side effects
  virtual Time read_clock() = 0;                // the time now, as a case asks for it
  // The worst lateness of the suite itself, or of the target, within [from, to].
  virtual Duration worst_lag(Who who, Time from, Time to) = 0;
  // How long, within [from, to], the client under test was ready to run and had no processor. None where it cannot be
  // seen.
  virtual Duration waited(Time from, Time to) = 0;

  // Connections are numbered by the caller, from 1. False: refused at once.
  virtual bool connect(int connection, const Endpoint& endpoint) = 0;
  virtual Taken send(int connection, std::string_view bytes) = 0;
  virtual void close(int connection, bool with_reset) = 0;
  // From here on nothing is read from it: what the target sends piles up at the target.
  virtual void freeze(int connection) = 0;

  [[nodiscard]] virtual Time deadline(Duration bound) = 0;
  // Blocks until something happens, a tenth of a second passes, or the deadline. True: this was the last look.
  virtual bool wait(Time deadline) = 0;
  // The next thing that this wait brought. False: that was all.
  virtual bool next(Event& event) = 0;

  // As TargetProcess; for cases whose clause requires observe.process, control.restart or
  // control.backplane.
  virtual std::optional<ProcessUse> process() = 0;
  virtual bool stop_target() = 0;
  virtual bool start_target() = 0;
  virtual bool stop_backplane() = 0;
  virtual bool start_backplane() = 0;
};

}  // namespace plumbline::conform
