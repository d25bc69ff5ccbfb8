#include "transport/ws_connection.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "plumbline/websocket/deflate.h"
#include "session/client_session.h"
#include "transport/lingering_close.h"
#include "transport/shard.h"

namespace plumbline::serve {
namespace {

constexpr int kReadsPerTurn = 4;  // of full scratch buffers; then the other connections have their turn

}  // namespace

WsConnection::WsConnection(Shard& shard, ClientSession& session, int fd, std::size_t max_payload, bool deflate)
    : shard_(shard), session_(session), decoder_(websocket::Role::server, max_payload), fd_(fd), deflate_(deflate) {
  if (deflate_) {
    decoder_.allow_deflate();
  }
  ++shard_.counters().websockets;
  shard_.poll_set().modify(fd_, *this, EPOLLIN);
}

WsConnection::~WsConnection() {
  --shard_.counters().websockets;
  if (fd_ >= 0) {
    shard_.poll_set().remove(fd_);
    ::close(fd_);
  }
}

void WsConnection::on_ready(std::uint32_t events) {
  if (fd_ >= 0 && (events & EPOLLOUT) != 0) {
    flush();
  }
  if (fd_ >= 0 && (events & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0) {
    receive();
  }
}

void WsConnection::receive() {
  for (int i = 0; i < kReadsPerTurn && fd_ >= 0; ++i) {
    const std::span<char> scratch = shard_.scratch();
    const ssize_t got = ::recv(fd_, scratch.data(), scratch.size(), MSG_DONTWAIT);
    if (got <= 0) {
      const bool unheard =
          got < 0 && errno == ECONNRESET && shard_.engine_options().has(engineio::ServerFault::reset_unnoticed);
      if (unheard) {
        shard_.poll_set().remove(fd_);
        ::close(std::exchange(fd_, -1));
      } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
        lost();
      }
      return;
    }
    shard_.counters().bytes_in += static_cast<std::uint64_t>(got);
    feed(scratch.first(static_cast<std::size_t>(got)));
    if (static_cast<std::size_t>(got) < scratch.size()) {
      return;
    }
  }
}

void WsConnection::feed(std::span<char> bytes) {
  const auto violation = decoder_.feed(bytes, *this);
  if (violation == websocket::CloseCode::protocol_error &&
      shard_.engine_options().has(engineio::ServerFault::noise_kept)) {
    decoder_ = websocket::Decoder(websocket::Role::server, shard_.engine_options().max_payload);
    return;
  }
  if (violation && fd_ >= 0) {
    const bool bare = shard_.engine_options().has(engineio::ServerFault::violation_closes_bare);
    close(bare && *violation != websocket::CloseCode::message_too_big ? websocket::CloseCode::no_status : *violation);
    session_.on_websocket_closed(engineio::CloseReason::parse_error);
  }
}

void WsConnection::on_message(websocket::MessageKind kind, std::string_view payload) {
  ++shard_.counters().frames_in;
  session_.on_websocket_message(kind == websocket::MessageKind::binary, payload);
}

void WsConnection::on_ping(std::string_view payload) {
  if (shard_.engine_options().has(engineio::ServerFault::control_breaks_message) && decoder_.between_fragments()) {
    close(websocket::CloseCode::protocol_error);
    session_.on_websocket_closed(engineio::CloseReason::parse_error);
    return;
  }
  if (shard_.engine_options().has(engineio::ServerFault::ws_pong_empty)) {
    payload = {};
  }
  std::string frame;
  websocket::append_frame(frame, websocket::Role::server, websocket::Opcode::pong, payload);
  if (Outbox* outbox = room_for(frame.size())) {
    outbox->push(std::move(frame));
  }
}

void WsConnection::on_close(websocket::CloseCode code, std::string_view) {
  if (shard_.engine_options().has(engineio::ServerFault::ws_close_unanswered)) {
    return;  // and the socket stays open
  }
  close(code);
  session_.on_websocket_closed(engineio::CloseReason::transport_close);
}

// The peer vanished without a close frame.
void WsConnection::lost() {
  shard_.poll_set().remove(fd_);
  ::close(std::exchange(fd_, -1));
  decoder_.stop();
  session_.on_websocket_closed(engineio::CloseReason::transport_close);
}

Outbox* WsConnection::room_for(std::size_t bytes) {
  if (fd_ < 0 || overflowed_) {
    return nullptr;
  }
  if (!outbox_) {
    outbox_ = shard_.take_outbox();
  }
  const bool much = outbox_->pieces() >= Shard::kFramesPerFlush || outbox_->bytes() >= Shard::kMaxBufferedBytes / 4;
  if (!blocked_ && much) {
    write_out();  // a large burst within one turn is not the client's fault
    if (!outbox_) {
      outbox_ = shard_.take_outbox();
    }
  }
  const bool fits = outbox_->bytes() + bytes <= Shard::kMaxBufferedBytes &&
                    (!blocked_ || outbox_->pieces() < Shard::kMaxBufferedFrames);
  const bool unbounded = shard_.engine_options().has(engineio::ServerFault::slow_reader_kept) ||
                         shard_.engine_options().has(engineio::ServerFault::blocked_never_dropped);
  if (!fits && !outbox_->empty() && !unbounded) {
    overflowed_ = true;
    session_.on_overflow();
    return nullptr;
  }
  if (!std::exchange(dirty_, true)) {
    shard_.flush_later(*this);
  }
  if (broken_) {
    return nullptr;
  }
  ++shard_.counters().frames_out;
  return outbox_.get();
}

void WsConnection::send(const socketio::FramePtr& frame) {
  const std::size_t size = frame->server_ws_bytes().size();
  const bool may = frame->may_pack() || shard_.engine_options().has(engineio::ServerFault::compress_flag_ignored);
  if (deflate_ && may && size > shard_.compress_from()) {
    if (Outbox* outbox = room_for(packed_bytes(*frame).size())) {
      outbox->push_packed(frame);
    }
  } else if (Outbox* outbox = room_for(size)) {
    outbox->push(frame);
  }
}

void WsConnection::send_message(websocket::MessageKind kind, std::string_view payload) {
  std::string frame;
  if (deflate_ && payload.size() > shard_.compress_from()) {
    websocket::append_deflated_message(frame, websocket::Role::server, kind, payload);
  } else {
    websocket::append_message(frame, websocket::Role::server, kind, payload);
  }
  if (Outbox* outbox = room_for(frame.size())) {
    outbox->push(std::move(frame));
  }
}

void WsConnection::flush() {
  dirty_ = false;
  write_out();
  if (broken_ && fd_ >= 0) {
    lost();
  }
}

// Never tells the session: an application that walks over its sockets may be on the stack.
void WsConnection::write_out() {
  if (fd_ < 0 || !outbox_ || broken_) {
    return;
  }
  const std::size_t before = outbox_->bytes();
  const Outbox::Flush result = outbox_->flush(fd_);
  shard_.counters().bytes_out += before - outbox_->bytes();
  if (result == Outbox::Flush::broken) {
    broken_ = true;
    return;
  }
  const bool was_blocked = std::exchange(blocked_, result == Outbox::Flush::blocked);
  if (was_blocked != blocked_) {
    watch();
  }
  if (!blocked_) {
    shard_.give_back(std::move(outbox_));
  }
}

// While the peer does not read what it is sent, it is not read either: the kernel's window slows it down.
void WsConnection::watch() {
  shard_.poll_set().modify(fd_, *this, blocked_ ? EPOLLOUT : EPOLLIN);
}

void WsConnection::announce_close() {
  std::string frame;
  websocket::append_frame(frame, websocket::Role::server, websocket::Opcode::close, {});
  if (Outbox* outbox = room_for(frame.size())) {
    outbox->push(std::move(frame));
  }
}

void WsConnection::close(websocket::CloseCode code) {
  if (fd_ < 0) {
    return;
  }
  std::string frame;
  if (code == websocket::CloseCode::no_status) {
    websocket::append_frame(frame, websocket::Role::server, websocket::Opcode::close, {});
  } else {
    websocket::append_close(frame, websocket::Role::server, code);
  }
  std::unique_ptr<Outbox> last = outbox_ ? std::move(outbox_) : shard_.take_outbox();
  if (!overflowed_) {
    last->push(std::move(frame));
  }
  decoder_.stop();
  LingeringClose::take_over(shard_, std::exchange(fd_, -1), std::move(last));
}

}  // namespace plumbline::serve
