#include "evidence/base64.h"

#include <openssl/evp.h>

#include <algorithm>

namespace plumbline::conform {

std::string to_base64(std::string_view bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int length =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(length));
  return text;
}

std::optional<std::string> from_base64(std::string_view coded) {
  if (coded.size() % 4 != 0) {
    return std::nullopt;
  }
  std::string bytes(coded.size() / 4 * 3 + 1, '\0');
  const int length =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                      reinterpret_cast<const unsigned char*>(coded.data()), static_cast<int>(coded.size()));
  const auto padding = std::count(coded.end() - std::min<std::ptrdiff_t>(2, std::ssize(coded)), coded.end(), '=');
  if (length < padding) {
    return std::nullopt;
  }
  bytes.resize(static_cast<std::size_t>(length - padding));
  return bytes;
}

}  // namespace plumbline::conform
