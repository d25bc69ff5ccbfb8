// What the nodes of the fixture tell each other, as one JSON object each. Stage: backplane.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "echo/audience.h"
#include "echo/recovery_log.h"
#include "plumbline/base/result.h"

namespace plumbline::serve {

struct ClusterMessage {
  enum class Kind : std::uint8_t {
    emit,     // the packet, for the sockets of an audience
    ask,      // the same; their acknowledgements are wanted within `number` ms
    asked,    // to `id`: so many sockets (`number`) of one shard were asked; `flag`: these were all of this node
    answer,   // to `id`: what one of them acknowledged with, a JSON value in `text`
    kick,     // the sockets of an audience leave their namespace; `flag`: their transports end
    claim,    // who holds the lost session with the pid `text`? Its client has everything up to `offset`
    handover  // to `id`: `flag`: here it is, with the sid `text`, its rooms as the audience and what it missed
  };
  Kind kind{Kind::emit};
  std::string node{};  // who says it
  std::uint64_t id{0};
  Audience audience{};
  std::vector<NumberedFrame> packets{};
  std::uint64_t number{0};
  bool flag{false};
  std::string text{};
  std::optional<std::string> offset{};
};

[[nodiscard]] std::string encode(const ClusterMessage& message);
// Errc::malformed for what no node says: a packet in it would reach clients as it is.
[[nodiscard]] Result<ClusterMessage> decode_cluster_message(std::string_view json);

}  // namespace plumbline::serve
