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

}  // namespace

std::string masked_frame(unsigned opcode, std::string_view payload, bool fin) {
  std::string out;
  const auto put = [&out](std::uint64_t value) {
    out += static_cast<char>(static_cast<unsigned char>(value & 0xffU));
  };
  put((fin ? 0x80U : 0U) | opcode);
  const std::uint64_t size = payload.size();
  if (size < 126) {
    put(0x80U | size);
  } else if (size < 65536) {
    put(0x80U | 126U);
    put(size >> 8U);
    put(size);
  } else {
    put(0x80U | 127U);
    for (unsigned shift = 56;; shift -= 8) {
      put(size >> shift);
      if (shift == 0) {
        break;
      }
    }
  }
  for (const unsigned char byte : kMask) {
    put(byte);
  }
  for (std::size_t i = 0; i < payload.size(); ++i) {
    put(byte_at(payload, i) ^ kMask[i % 4]);
  }
  return out;
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
  if ((first & 0x70U) != 0 || (second & 0x80U) != 0 || !known_opcode(first & 0x0fU)) {
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
  if (pending_.size() < header + size) {
    return false;
  }
  frame.fin = (first & 0x80U) != 0;
  frame.opcode = first & 0x0fU;
  frame.payload = pending_.substr(header, size);
  pending_.erase(0, header + size);
  return true;
}

}  // namespace plumbline::conform
