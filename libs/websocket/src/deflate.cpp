// Messages to DEFLATE streams and back, through zlib.
#include "plumbline/websocket/deflate.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>
#include <new>

namespace plumbline::websocket {
namespace {

constexpr int kLevel = 4;
constexpr int kRawWindow = -15;  // negative: no zlib wrapper
constexpr int kMemory = 8;
constexpr std::string_view kTail{"\x00\x00\xff\xff", 4};
constexpr std::size_t kStep = 16U << 10U;
constexpr std::size_t kLargest = std::numeric_limits<uInt>::max() / 2;
constexpr int kAtBlockStart = 128;  // of z_stream::data_type

// zlib's state is large and costly to set up: one per thread, reset for each message.
class Packer {
 public:
  Packer() {
    if (deflateInit2(&stream_, kLevel, Z_DEFLATED, kRawWindow, kMemory, Z_DEFAULT_STRATEGY) != Z_OK) {
      throw std::bad_alloc();
    }
  }
  ~Packer() { deflateEnd(&stream_); }
  Packer(const Packer&) = delete;
  Packer& operator=(const Packer&) = delete;

  z_stream& fresh() {
    deflateReset(&stream_);
    return stream_;
  }

 private:
  z_stream stream_{};
};

class Unpacker {
 public:
  Unpacker() {
    if (inflateInit2(&stream_, kRawWindow) != Z_OK) {
      throw std::bad_alloc();
    }
  }
  ~Unpacker() { inflateEnd(&stream_); }
  Unpacker(const Unpacker&) = delete;
  Unpacker& operator=(const Unpacker&) = delete;

  z_stream& fresh() {
    inflateReset(&stream_);
    return stream_;
  }

 private:
  z_stream stream_{};
};

void give(z_stream& stream, std::string_view bytes) {
  // zlib does not write through next_in, but its type says it may.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
}

enum class Fed : std::uint8_t { all, stream_end, too_big, broken };

// `end` bounds what `out` may grow to; one byte beyond it is asked for, to tell full from too much.
Fed feed(z_stream& stream, std::string_view bytes, std::size_t end, std::string& out) {
  give(stream, bytes);
  while (true) {
    std::array<char, kStep> piece;  // NOLINT: written by zlib before it is read
    const std::size_t room = std::min(piece.size(), end - out.size() + 1);
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = static_cast<uInt>(room);
    const int result = inflate(&stream, Z_SYNC_FLUSH);
    const std::size_t made = room - stream.avail_out;
    if (made > end - out.size()) {
      return Fed::too_big;
    }
    out.append(piece.data(), made);
    if (result == Z_STREAM_END) {
      return Fed::stream_end;
    }
    if (result != Z_OK && result != Z_BUF_ERROR) {
      return Fed::broken;
    }
    if (stream.avail_out != 0) {
      return Fed::all;
    }
  }
}

}  // namespace

std::string deflate_message(std::string_view payload) {
  thread_local Packer packer;
  z_stream& stream = packer.fresh();
  std::string out(deflateBound(&stream, static_cast<uLong>(payload.size())) + kTail.size() + 1, '\0');
  give(stream, payload);
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_SYNC_FLUSH);
  out.resize(out.size() - stream.avail_out);
  if (out.ends_with(kTail)) {
    out.resize(out.size() - kTail.size());
  }
  return out;
}

Inflated inflate_message(std::string_view packed, std::size_t limit, std::string& out) {
  if (packed.size() > kLargest) {
    return Inflated::too_big;
  }
  thread_local Unpacker unpacker;
  z_stream& stream = unpacker.fresh();
  const std::size_t end = out.size() + std::min(limit, out.max_size() - out.size() - 1);
  Fed fed = feed(stream, packed, end, out);
  if (fed == Fed::all) {
    fed = feed(stream, kTail, end, out);
    const bool complete = stream.avail_in == 0 && (stream.data_type & kAtBlockStart) != 0;
    if (fed == Fed::all && complete) {
      return Inflated::whole;
    }
  }
  if (fed == Fed::stream_end) {  // a final block; an empty one may follow it (RFC 7692 7.2.3.4)
    const std::size_t rest = stream.avail_in;
    return rest == 0 || (rest == 1 && packed.back() == '\0') ? Inflated::whole : Inflated::broken;
  }
  return fed == Fed::too_big ? Inflated::too_big : Inflated::broken;
}

void append_deflated_message(std::string& out, Role role, MessageKind kind, std::string_view payload,
                             std::uint32_t mask_key) {
  constexpr unsigned rsv1 = 0x40;
  const std::size_t at = out.size();
  append_message(out, role, kind, deflate_message(payload), mask_key);
  out[at] = static_cast<char>(static_cast<unsigned char>(out[at]) | rsv1);
}

}  // namespace plumbline::websocket
