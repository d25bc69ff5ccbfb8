// Messages to frames, and the handshake's accept key.
#include <openssl/evp.h>

#include <array>
#include <cassert>

#include "frame.h"
#include "plumbline/websocket/codec.h"

namespace plumbline::websocket {
namespace {

constexpr std::size_t kMaxReason = kMaxControlPayload - 2;

void append_big_endian(std::string& out, std::uint64_t value, unsigned width) {
  for (unsigned shift = 8 * width; shift != 0; shift -= 8) {
    out += static_cast<char>(value >> (shift - 8) & 0xFFU);
  }
}

void append_length(std::string& out, std::size_t length, bool masked) {
  const unsigned mask_bit = masked ? 0x80 : 0;
  if (length <= kMaxControlPayload) {
    out += static_cast<char>(mask_bit | length);
  } else if (length <= 0xFFFF) {
    out += static_cast<char>(mask_bit | 126U);
    append_big_endian(out, length, 2);
  } else {
    out += static_cast<char>(mask_bit | 127U);
    append_big_endian(out, length, 8);
  }
}

std::string_view fitting_reason(std::string_view reason) {
  if (reason.size() <= kMaxReason) {
    return reason;
  }
  std::size_t end = kMaxReason;
  while (end > 0 && (static_cast<unsigned char>(reason[end]) & 0xC0U) == 0x80U) {
    --end;  // never inside a character
  }
  return reason.substr(0, end);
}

}  // namespace

void append_frame(std::string& out, Role role, Opcode opcode, std::string_view payload, std::uint32_t mask_key) {
  assert(static_cast<unsigned>(opcode) < 8 || payload.size() <= kMaxControlPayload);
  const bool masked = role == Role::client;
  out += static_cast<char>(0x80U | static_cast<unsigned>(opcode));
  append_length(out, payload.size(), masked);
  if (!masked) {
    out += payload;
    return;
  }
  const std::size_t key_at = out.size();
  append_big_endian(out, mask_key, 4);
  MaskKey key{};
  out.copy(key.data(), key.size(), key_at);
  const std::size_t payload_at = out.size();
  out += payload;
  apply_mask(std::span<char>(out).subspan(payload_at), key, 0);
}

void append_close(std::string& out, Role role, CloseCode code, std::string_view reason, std::uint32_t mask_key) {
  std::string body;
  if (code != CloseCode::no_status) {
    append_big_endian(body, static_cast<std::uint16_t>(code), 2);
    body += fitting_reason(reason);
  }
  append_frame(out, role, Opcode::close, body, mask_key);
}

std::string accept_key(std::string_view client_key) {
  std::string text(client_key);
  text += "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, 20> digest{};
  EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha1(), nullptr);
  std::array<unsigned char, 29> encoded{};  // 28 characters and the terminator EVP writes
  const int length = EVP_EncodeBlock(encoded.data(), digest.data(), static_cast<int>(digest.size()));
  return {encoded.begin(), encoded.begin() + length};
}

}  // namespace plumbline::websocket
