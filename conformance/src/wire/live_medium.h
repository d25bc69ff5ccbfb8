// The network as a medium; writes down everything that a case did and saw. Stage: wire.
#pragma once

#include <poll.h>

#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "evidence/entry.h"
#include "wire/lag.h"
#include "wire/medium.h"

namespace plumbline::conform {

// Who is late, for the guard; null: nobody watches.
struct LagTracks {
  const LagTrack* suite{nullptr};
  const LagTrack* target{nullptr};
};

class LiveMedium final : public Medium {
 public:
  // `record` may be null: then nothing is kept. Both outlive the medium.
  LiveMedium(const Clock& clock, std::vector<Entry>* record, LagTracks tracks = {});
  ~LiveMedium() override;

  // For a client under test; before the case begins. Takes the descriptors over.
  void lend(int connection, int fd);          // a stream that is open already
  void listen(int fd, int first_connection);  // what connects is numbered from there on

  // What the client under test has waited for a processor since this was last asked; asked whenever a wait ends.
  void know_client(std::function<Duration()> waited) { client_waited_ = std::move(waited); }
  void know_process(TargetProcess* process) { process_ = process; }  // may be null; outlives the medium

  [[nodiscard]] Time start() const { return start_; }
  [[nodiscard]] Time time() const override { return time_; }
  Time read_clock() override;
  Duration worst_lag(Who who, Time from, Time to) override;
  Duration waited(Time from, Time to) override;
  bool connect(int connection, const Endpoint& endpoint) override;
  Taken send(int connection, std::string_view bytes) override;
  void close(int connection, bool with_reset) override;
  void freeze(int connection) override;
  Time deadline(Duration bound) override { return clock_.now() + bound; }
  bool wait(Time deadline) override;
  bool next(Event& event) override;
  std::optional<ProcessUse> process() override;
  bool stop_target() override;
  bool start_target() override;
  bool stop_backplane() override;
  bool start_backplane() override;
  [[nodiscard]] bool left_backplane_stopped() const { return backplane_stopped_; }

 private:
  struct Socket {
    int fd{-1};
    bool connecting{true};
    bool blocked{false};  // has bytes that the kernel did not take
    bool frozen{false};   // is not read
  };
  struct Ready {
    int connection{0};
    bool readable{false};
    bool writable{false};
  };
  struct Watch {
    const LagTrack* track{nullptr};
    std::size_t cursor{0};
    std::vector<Late> marks;
  };
  void note(Step step, int connection = 0, std::string_view bytes = {});
  void poll_for(Duration at_most);
  bool accept_one(Event& event);
  bool finish_connecting(Ready& ready, Socket& socket, Event& event);
  bool read(Ready& ready, Socket& socket, Event& event);
  void learn(Watch& watch, Step step);
  void note(Step step, const Late& late);
  void look_at_client();

  const Clock& clock_;
  std::vector<Entry>* record_;
  Time start_;
  Time time_;
  std::map<int, Socket> sockets_;
  TargetProcess* process_{nullptr};
  bool backplane_stopped_{false};
  int listening_{-1};
  int next_accepted_{0};
  bool knocking_{false};
  std::vector<Ready> ready_;  // in reverse
  Watch suite_;
  Watch target_;
  std::function<Duration()> client_waited_;
  std::vector<Late> client_;       // when it waited
  std::size_t client_written_{0};  // of these, in the record
};

}  // namespace plumbline::conform
