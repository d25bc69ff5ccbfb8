#include "place/signing_key.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <memory>

namespace plumbline::stack {

std::string new_signing_key() {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key{EVP_RSA_gen(2048), &EVP_PKEY_free};
  const std::unique_ptr<BIO, decltype(&BIO_free)> memory{BIO_new(BIO_s_mem()), &BIO_free};
  if (key == nullptr || memory == nullptr ||
      PEM_write_bio_PrivateKey(memory.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return {};
  }
  std::string pem(static_cast<std::size_t>(BIO_pending(memory.get())), '\0');
  return BIO_read(memory.get(), pem.data(), static_cast<int>(pem.size())) > 0 ? pem : std::string{};
}

}  // namespace plumbline::stack
