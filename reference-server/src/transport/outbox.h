// What waits to be written to one WebSocket, leaving in one system call. Frames are referenced, but several short ones
// in a row are copied into one piece: that costs less than a piece each.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "plumbline/socketio/packet.h"

namespace plumbline::serve {

// The frame's messages compressed, as one immutable text for all that negotiated it.
[[nodiscard]] std::string_view packed_bytes(const socketio::Frame& frame);

class Outbox {
 public:
  enum class Flush { drained, blocked, broken };

  void push(const socketio::FramePtr& frame);
  void push_packed(const socketio::FramePtr& frame);
  void push(std::string bytes);  // whole WebSocket frames

  // Writes as much as the socket takes without blocking.
  [[nodiscard]] Flush flush(int fd);

  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  [[nodiscard]] std::size_t pieces() const { return items_.size() - first_; }
  [[nodiscard]] bool empty() const { return first_ == items_.size(); }

 private:
  struct Item {
    socketio::FramePtr frame;
    std::string bytes;  // when there is no frame
    bool packed{false};
    [[nodiscard]] std::string_view view() const;
  };
  [[nodiscard]] std::string* joint(std::size_t more);
  [[nodiscard]] long write_some(int fd) const;
  void consume(std::size_t written);

  std::vector<Item> items_;
  std::size_t first_{0};   // first item not yet written whole
  std::size_t offset_{0};  // written bytes of that item
  std::size_t bytes_{0};
  bool blocked_{false};  // what is pushed now waits: a piece each, so that their number is bounded
  std::string spare_;    // memory of the joint piece, kept from turn to turn
};

}  // namespace plumbline::serve
