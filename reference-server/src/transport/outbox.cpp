#include "transport/outbox.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "plumbline/websocket/deflate.h"

namespace plumbline::serve {
namespace {

constexpr std::size_t kPiecesPerCall = 64;
constexpr std::size_t kShort = 512;             // bytes
constexpr std::size_t kJoint = 16U << 10U;      // bytes; beyond it another piece begins
constexpr std::size_t kFirstJoint = 4U << 10U;  // bytes that a joint piece has room for

std::string pack(const socketio::Frame& frame) {
  std::string out;
  websocket::append_deflated_message(out, websocket::Role::server, websocket::MessageKind::text, frame.text());
  for (const std::string& attachment : frame.attachments()) {
    websocket::append_deflated_message(out, websocket::Role::server, websocket::MessageKind::binary, attachment);
  }
  return out;
}

}  // namespace

std::string_view packed_bytes(const socketio::Frame& frame) {
  return frame.packed_ws_bytes(&pack);
}

std::string_view Outbox::Item::view() const {
  if (!frame) {
    return bytes;
  }
  return packed ? packed_bytes(*frame) : frame->server_ws_bytes();
}

void Outbox::push_packed(const socketio::FramePtr& frame) {
  bytes_ += packed_bytes(*frame).size();
  items_.push_back({frame, {}, true});
}

void Outbox::push(const socketio::FramePtr& frame) {
  const std::string_view bytes = frame->server_ws_bytes();
  bytes_ += bytes.size();
  if (std::string* const piece = joint(bytes.size())) {
    *piece += bytes;
  } else {
    items_.push_back({frame, {}, false});
  }
}

void Outbox::push(std::string bytes) {
  bytes_ += bytes.size();
  items_.push_back({nullptr, std::move(bytes), false});
}

// The last piece, made our own if it was a frame, when `more` bytes had better be added to it.
std::string* Outbox::joint(std::size_t more) {
  if (empty() || blocked_ || more > kShort) {
    return nullptr;
  }
  Item& last = items_.back();
  const std::string_view before = last.view();
  if (before.size() > (last.frame ? kShort : kJoint)) {
    return nullptr;
  }
  if (last.frame) {
    spare_.reserve(kFirstJoint);
    spare_ = before;
    last.bytes = std::exchange(spare_, {});
    last.frame.reset();
    last.packed = false;
  }
  return &last.bytes;
}

long Outbox::write_some(int fd) const {
  constexpr int flags = MSG_NOSIGNAL | MSG_DONTWAIT;
  std::array<iovec, kPiecesPerCall> vectors;  // NOLINT: the used part is filled below
  const std::size_t count = std::min(kPiecesPerCall, pieces());
  for (std::size_t i = 0; i < count; ++i) {
    const std::string_view view = items_[first_ + i].view();
    const std::size_t skip = i == 0 ? offset_ : 0;
    vectors[i] = {const_cast<char*>(view.data() + skip), view.size() - skip};  // sendmsg's type; it does not write
  }
  if (count == 1) {
    return ::send(fd, vectors[0].iov_base, vectors[0].iov_len, flags);
  }
  msghdr message{};
  message.msg_iov = vectors.data();
  message.msg_iovlen = count;
  return ::sendmsg(fd, &message, flags);
}

void Outbox::consume(std::size_t written) {
  bytes_ -= written;
  while (written > 0) {
    const std::size_t left = items_[first_].view().size() - offset_;
    if (written < left) {
      offset_ += written;
      return;
    }
    written -= left;
    offset_ = 0;
    items_[first_].frame.reset();
    ++first_;
  }
}

Outbox::Flush Outbox::flush(int fd) {
  if (empty()) {
    return Flush::drained;
  }
  while (!empty()) {
    const long written = write_some(fd);
    if (written < 0) {
      if (errno == EINTR) {
        continue;
      }
      blocked_ = errno == EAGAIN;
      return blocked_ ? Flush::blocked : Flush::broken;
    }
    consume(static_cast<std::size_t>(written));
  }
  if (std::string& last = items_.back().bytes; last.capacity() >= kFirstJoint && last.capacity() <= 4 * kJoint) {
    spare_ = std::move(last);
  }
  items_.clear();
  first_ = 0;
  blocked_ = false;
  return Flush::drained;
}

}  // namespace plumbline::serve
