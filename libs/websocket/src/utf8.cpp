// UTF-8 by the table of RFC 3629 section 4, with a fast path for ASCII.
#include "utf8.h"

#include <cstring>

#include "plumbline/websocket/codec.h"

namespace plumbline::websocket {
namespace {

// Length of the prefix that is plain ASCII, found eight bytes at a time.
std::size_t ascii_prefix(std::string_view bytes) {
  std::size_t at = 0;
  while (bytes.size() - at >= sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + at, sizeof word);
    if ((word & 0x8080808080808080ULL) != 0) {
      break;
    }
    at += sizeof word;
  }
  while (at < bytes.size() && static_cast<unsigned char>(bytes[at]) < 0x80) {
    ++at;
  }
  return at;
}

}  // namespace

bool Utf8Validator::begin(unsigned char byte) {
  low_ = 0x80;
  high_ = 0xBF;
  if (byte < 0x80) {
    return true;
  }
  if (byte >= 0xC2 && byte <= 0xDF) {
    missing_ = 1;
    return true;
  }
  if (byte >= 0xE0 && byte <= 0xEF) {
    missing_ = 2;
    low_ = byte == 0xE0 ? 0xA0 : 0x80;   // overlong
    high_ = byte == 0xED ? 0x9F : 0xBF;  // surrogates
    return true;
  }
  if (byte >= 0xF0 && byte <= 0xF4) {
    missing_ = 3;
    low_ = byte == 0xF0 ? 0x90 : 0x80;   // overlong
    high_ = byte == 0xF4 ? 0x8F : 0xBF;  // above U+10FFFF
    return true;
  }
  return false;
}

bool Utf8Validator::feed(std::string_view bytes) {
  std::size_t at = 0;
  while (at < bytes.size()) {
    if (missing_ == 0) {
      at += ascii_prefix(bytes.substr(at));
      if (at == bytes.size()) {
        return true;
      }
      if (!begin(static_cast<unsigned char>(bytes[at]))) {
        return false;
      }
      ++at;
      continue;
    }
    const auto byte = static_cast<unsigned char>(bytes[at]);
    if (byte < low_ || byte > high_) {
      return false;
    }
    low_ = 0x80;
    high_ = 0xBF;
    --missing_;
    ++at;
  }
  return true;
}

bool is_valid_utf8(std::string_view text) {
  Utf8Validator validator;
  return validator.feed(text) && validator.complete();
}

}  // namespace plumbline::websocket
