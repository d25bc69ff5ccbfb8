// Engine.IO v4 packets: a type digit before text, base64 after `b` for binary in polling bodies.
#include "plumbline/socketio/engine_packet.h"

#include <sodium.h>

#include <algorithm>

namespace plumbline::engineio {
namespace {

constexpr int kVariant = sodium_base64_VARIANT_ORIGINAL;

Result<PacketView> parse_payload_packet(std::string_view packet, std::string& decoded) {
  if (!packet.empty() && packet.front() == 'b') {
    auto bytes = base64_decode(packet.substr(1));
    if (!bytes) {
      return bytes.error();
    }
    decoded = std::move(*bytes);
    return PacketView{.type = PacketType::message, .binary = true, .payload = decoded};
  }
  return parse_text_packet(packet);
}

void append_separator(std::string& payload) {
  if (!payload.empty()) {
    payload += kPayloadSeparator;
  }
}

}  // namespace

Result<PacketView> parse_text_packet(std::string_view text) {
  if (text.empty()) {
    return Error{Errc::malformed, "empty Engine.IO packet"};
  }
  if (text.front() < '0' || text.front() > '6') {
    return Error{Errc::malformed, "unknown Engine.IO packet type"};
  }
  return PacketView{.type = static_cast<PacketType>(text.front() - '0'), .payload = text.substr(1)};
}

Result<void> parse_payload(std::string_view body, const std::function<void(const PacketView&)>& sink) {
  std::string decoded;
  for (;;) {
    const std::size_t end = body.find(kPayloadSeparator);
    const auto packet = parse_payload_packet(body.substr(0, end), decoded);
    if (!packet) {
      return packet.error();
    }
    sink(*packet);
    if (end == std::string_view::npos) {
      return {};
    }
    body.remove_prefix(end + 1);
  }
}

void append_packet(std::string& payload, PacketType type, std::string_view text) {
  append_separator(payload);
  payload += static_cast<char>('0' + static_cast<int>(type));
  payload += text;
}

void append_binary_packet(std::string& payload, std::string_view bytes) {
  append_separator(payload);
  payload += 'b';
  payload += base64_encode(bytes);
}

std::string base64_encode(std::string_view bytes) {
  std::string text(sodium_base64_encoded_len(bytes.size(), kVariant), '\0');  // counts the terminator
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                    kVariant);
  text.pop_back();
  return text;
}

Result<std::string> base64_decode(std::string_view text) {
  // libsodium takes bytes above 0x7F for letters where char is signed.
  const bool ascii = std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  std::string bytes(text.size() / 4 * 3 + 3, '\0');
  std::size_t length = 0;
  const char* end = nullptr;
  const int failed = sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(),
                                       text.size(), nullptr, &length, &end, kVariant);
  if (!ascii || failed != 0 || end != text.data() + text.size()) {
    return Error{Errc::malformed, "invalid base64"};
  }
  bytes.resize(length);
  return bytes;
}

}  // namespace plumbline::engineio
