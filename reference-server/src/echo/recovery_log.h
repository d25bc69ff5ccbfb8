// Connection-state recovery of the fixture: what was emitted, and whose connection was lost. Bounded. No I/O, no clock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "echo/audience.h"
#include "plumbline/base/clock.h"
#include "plumbline/socketio/packet.h"

namespace plumbline::serve {

struct RecoveryLimits {
  Duration window{0};     // how long a lost connection can be resumed
  Duration unnoticed{0};  // how long a loss may go unnoticed: packets are kept for both
  std::size_t packets{100'000};
  std::size_t bytes{64U << 20U};  // of the packets
  std::size_t sessions{10'000};
};

// An event as its receivers get it, and the offset that it ends with; empty: none.
struct NumberedFrame {
  socketio::FramePtr frame;
  std::string offset;
};

// Packets have numbers in one order for all namespaces; an offset is such a number as text. Not thread-safe.
class RecoveryLog {
 public:
  struct Session {
    std::string sid;
    std::string nsp;
    Rooms rooms;
    std::uint64_t since{0};               // the last packet before it connected
    std::optional<std::string> before{};  // an offset of another node, which stands for `since`
  };
  struct Resumed {
    Session session;
    std::vector<NumberedFrame> missed;  // oldest first
  };

  // Offsets of another log, with another prefix, are unknown to this one.
  RecoveryLog(RecoveryLimits limits, std::string prefix) : limits_(limits), prefix_(std::move(prefix)) {}

  [[nodiscard]] std::uint64_t last() const { return last_; }
  [[nodiscard]] std::string next_offset() const { return prefix_ + std::to_string(last_ + 1); }
  // The frame carries next_offset(), or `foreign`, one that another node gave it. Returns its number.
  std::uint64_t record(Audience audience, socketio::FramePtr frame, Time now, std::string foreign = {});

  void lost(const std::string& pid, Session session, Time now);
  // A pid serves once per loss. Without an offset everything since the connect is missed. nullopt: an ordinary new
  // connection, as pid or offset are unknown, it is too late, or what was missed is not there any more.
  [[nodiscard]] std::optional<Resumed> resume(const std::string& pid, std::string_view nsp,
                                              const std::optional<std::string>& offset, Time now);
  // A session that another node handed over in answer to a claim: what was recorded here since that went out (its
  // number then was `asked`) and is not in what was handed over is missed as well. All of it is kept, as it would be
  // had the session always been here; `offset` is what its client claimed it with.
  [[nodiscard]] Resumed adopt(Resumed handed, std::uint64_t asked, const std::optional<std::string>& offset, Time now);

 private:
  struct Packet {
    Audience audience;
    socketio::FramePtr frame;
    Time at;
    std::uint64_t number;
    std::string foreign;
  };
  [[nodiscard]] std::vector<NumberedFrame> missed(const Session& session, std::uint64_t after) const;
  struct Lost {
    Session session;
    Time at;
  };
  [[nodiscard]] std::optional<std::uint64_t> number_of(const std::string& offset, const Session& session) const;
  void drop_old(Time now);
  void forget_first();

  RecoveryLimits limits_;
  std::string prefix_;
  std::uint64_t last_{0};
  std::size_t bytes_{0};
  std::uint64_t evicted_{0};  // the last packet that went for want of room
  std::deque<Packet> packets_;
  std::map<std::string, Lost> sessions_;
};

}  // namespace plumbline::serve
