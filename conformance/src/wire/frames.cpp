#include "wire/frames.h"

#include <array>

namespace plumbline::conform {
namespace {

constexpr std::array<unsigned char, 4> kMask{0x37, 0xfa, 0x21, 0x3d};
constexpr std::uint64_t kLargestFrame = 64U << 20U;

unsigned byte_at(std::string_view bytes, std::size_t index) {
  return static_cast<unsigned char>(bytes[index]);
}

bool known_opcode(unsigned opcode) {
  return opcode <= 2 || (opcode >= 8 && opcode <= 10);
}

void put(std::string& out, std::uint64_t value) {
  out += static_cast<char>(static_cast<unsigned char>(value & 0xffU));
}

std::string head(unsigned first, unsigned mask_bit, std::uint64_t size) {
  std::string out;
  put(out, first);
  if (size < 126) {
    put(out, mask_bit | size);
  } else if (size < 65536) {
    put(out, mask_bit | 126U);
    put(out, size >> 8U);
    put(out, size);
  } else {
    put(out, mask_bit | 127U);
    for (unsigned shift = 64; shift != 0; shift -= 8) {
      put(out, size >> (shift - 8));
    }
  }
  return out;
}

}  // namespace

std::string masked_frame(unsigned opcode, std::string_view payload, bool fin) {
  std::string out = head((fin ? 0x80U : 0U) | opcode, 0x80U, payload.size());
  for (const unsigned char byte : kMask) {
    put(out, byte);
  }
  for (std::size_t i = 0; i < payload.size(); ++i) {
    put(out, byte_at(payload, i) ^ kMask[i % 4]);
  }
  return out;
}

std::string plain_frame(unsigned opcode, std::string_view payload) {
  return head(0x80U | opcode, 0, payload.size()).append(payload);
}

std::vector<Frame> FrameReader::feed(std::string_view bytes) {
  std::vector<Frame> frames;
  pending_ += bytes;
  Frame frame;
  while (!broken_ && take(frame)) {
    frames.push_back(std::move(frame));
    frame = {};
  }
  return frames;
}

bool FrameReader::take(Frame& frame) {
  if (pending_.size() < 2) {
    return false;
  }
  const unsigned first = byte_at(pending_, 0);
  const unsigned second = byte_at(pending_, 1);
  frame.packed = packed_allowed_ && (first & 0x70U) == kPacked && ((first & 0x0fU) == 1 || (first & 0x0fU) == 2);
  if (((first & 0x70U) != 0 && !frame.packed) || ((second & 0x80U) != 0) != masked_ || !known_opcode(first & 0x0fU)) {
    broken_ = true;
    return false;
  }
  std::size_t header = 2;
  std::uint64_t size = second & 0x7fU;
  const std::size_t extra = size == 126 ? 2 : (size == 127 ? 8 : 0);
  if (pending_.size() < header + extra) {
    return false;
  }
  if (extra != 0) {
    size = 0;
    for (std::size_t i = 0; i < extra; ++i) {
      size = (size << 8U) | byte_at(pending_, header + i);
    }
    header += extra;
  }
  if (size > kLargestFrame) {
    broken_ = true;
    return false;
  }
  const std::size_t mask = header;
  header += masked_ ? 4 : 0;
  if (pending_.size() < header + size) {
    return false;
  }
  frame.fin = (first & 0x80U) != 0;
  frame.opcode = first & 0x0fU;
  frame.payload = pending_.substr(header, size);
  for (std::size_t i = 0; masked_ && i < frame.payload.size(); ++i) {
    frame.payload[i] = static_cast<char>(byte_at(frame.payload, i) ^ byte_at(pending_, mask + i % 4));
  }
  pending_.erase(0, header + size);
  return true;
}

}  // namespace plumbline::conform
