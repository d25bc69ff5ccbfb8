#include "wire/deflate.h"

#include <zlib.h>

#include <algorithm>
#include <array>

namespace plumbline::conform {
namespace {

constexpr std::size_t kLargest = 64U << 20U;
constexpr int kRawWindow = -15;       // no header and no checksum
constexpr int kAnyWrapper = 15 + 32;  // gzip or zlib, as its first bytes say
constexpr std::size_t kLongestMatch = 258;
constexpr std::size_t kShortestMatch = 3;
constexpr std::size_t kLongestPlain = 10;  // the longest match whose code needs no further bits, but for 258

// Bits of RFC 1951: numbers begin with their lowest bit, Huffman codes with their highest.
class Bits {
 public:
  void number(unsigned value, unsigned count) {
    for (unsigned i = 0; i < count; ++i) {
      bit((value >> i) & 1U);
    }
  }
  void code(unsigned value, unsigned count) {
    for (unsigned i = count; i != 0; --i) {
      bit((value >> (i - 1)) & 1U);
    }
  }
  // The bytes, the last one filled up with zeros.
  [[nodiscard]] std::string take() { return std::move(bytes_); }

 private:
  void bit(unsigned value) {
    if (used_ % 8 == 0) {
      bytes_ += '\0';
    }
    bytes_.back() = static_cast<char>(static_cast<unsigned char>(bytes_.back()) | (value << (used_ % 8)));
    ++used_;
  }

  std::string bytes_;
  std::size_t used_{0};
};

// The fixed code of RFC 1951 3.2.6.
void put_symbol(Bits& bits, unsigned symbol) {
  if (symbol < 144) {
    bits.code(0x30 + symbol, 8);
  } else if (symbol < 256) {
    bits.code(0x190 + symbol - 144, 9);
  } else if (symbol < 280) {
    bits.code(symbol - 256, 7);
  } else {
    bits.code(0xC0 + symbol - 280, 8);
  }
}

// As many copies of the byte before.
void put_copies(Bits& bits, std::size_t count) {
  put_symbol(bits, count == kLongestMatch ? 285U : 254U + static_cast<unsigned>(count));
  bits.code(0, 5);  // one byte back
}

Bytef* bytes_of(std::string_view text) {  // zlib does not write through next_in, but its type says it may
  return reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
}

// Appends what comes out until the input is used up. False: broken, or too much.
bool run(z_stream& stream, std::string_view in, std::string& out, bool& ended) {
  std::array<char, 16'384> piece{};
  stream.next_in = bytes_of(in);
  stream.avail_in = static_cast<uInt>(in.size());
  do {
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = static_cast<uInt>(piece.size());
    const int result = inflate(&stream, Z_SYNC_FLUSH);
    out.append(piece.data(), piece.size() - stream.avail_out);
    ended = result == Z_STREAM_END;
    if ((result != Z_OK && result != Z_BUF_ERROR && !ended) || out.size() > kLargest) {
      return false;
    }
  } while (!ended && (stream.avail_in > 0 || stream.avail_out == 0));
  return true;
}

}  // namespace

std::string packed_message(std::string_view payload) {
  Bits bits;
  bits.number(0, 1);  // not the last block
  bits.number(1, 2);  // of the fixed code
  for (std::size_t at = 0; at < payload.size();) {
    put_symbol(bits, static_cast<unsigned char>(payload[at]));
    const std::size_t end = std::min(payload.find_first_not_of(payload[at], at), payload.size());
    std::size_t same = end - ++at;
    while (same >= kShortestMatch) {
      const std::size_t copies = same >= kLongestMatch ? kLongestMatch : std::min(same, kLongestPlain);
      put_copies(bits, copies);
      same -= copies;
      at += copies;
    }
  }
  put_symbol(bits, 256);
  bits.number(0, 3);  // an empty stored block, whose lengths 00 00 ff ff stay behind (RFC 7692 7.2.1)
  return bits.take();
}

struct Inflater::Stream {
  z_stream z{};
  bool good{inflateInit2(&z, kRawWindow) == Z_OK};
};

Inflater::Inflater() : stream_(std::make_unique<Stream>()) {}
Inflater::~Inflater() {
  inflateEnd(&stream_->z);
}

std::optional<std::string> Inflater::message(std::string_view packed) {
  constexpr std::string_view kTail{"\x00\x00\xff\xff", 4};
  std::string whole(packed);
  whole += kTail;
  std::string out;
  bool ended = false;
  stream_->good = stream_->good && run(stream_->z, whole, out, ended);
  if (stream_->good && ended) {  // a final block: the next message begins a new stream (RFC 7692 7.2.3.4)
    inflateReset(&stream_->z);
  }
  return stream_->good ? std::optional(std::move(out)) : std::nullopt;
}

std::optional<std::string> decoded_body(std::string_view coding, std::string_view body) {
  if (coding != "gzip" && coding != "deflate") {
    return std::nullopt;
  }
  z_stream stream{};
  std::string out;
  bool ended = false;
  const bool good = inflateInit2(&stream, kAnyWrapper) == Z_OK && run(stream, body, out, ended) && ended;
  inflateEnd(&stream);
  return good ? std::optional(std::move(out)) : std::nullopt;
}

}  // namespace plumbline::conform
