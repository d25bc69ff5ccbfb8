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
  bytes_ += frame->server_ws_bytes().size();
  items_.push_back({frame, {}, false});
}

void Outbox::push(std::string bytes) {
  bytes_ += bytes.size();
  items_.push_back({nullptr, std::move(bytes), false});
}

long Outbox::write_some(int fd) const {
  constexpr int flags = MSG_NOSIGNAL | MSG_DONTWAIT;
  std::array<iovec, kPiecesPerCall> pieces;  // NOLINT: the used part is filled below
  const std::size_t count = std::min(kPiecesPerCall, frames());
  for (std::size_t i = 0; i < count; ++i) {
    const std::string_view view = items_[first_ + i].view();
    const std::size_t skip = i == 0 ? offset_ : 0;
    pieces[i] = {const_cast<char*>(view.data() + skip), view.size() - skip};  // sendmsg's type; it does not write
  }
  if (count == 1) {
    return ::send(fd, pieces[0].iov_base, pieces[0].iov_len, flags);
  }
  msghdr message{};
  message.msg_iov = pieces.data();
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
  while (!empty()) {
    const long written = write_some(fd);
    if (written < 0) {
      if (errno == EINTR) {
        continue;
      }
      return errno == EAGAIN ? Flush::blocked : Flush::broken;
    }
    consume(static_cast<std::size_t>(written));
  }
  items_.clear();
  first_ = 0;
  return Flush::drained;
}

}  // namespace plumbline::serve
