#include "auth/key_pair.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <sodium.h>

#include <cstdio>
#include <memory>
#include <stdexcept>
#include <vector>

namespace plumbline::serve {
namespace {

constexpr int kKeyBits = 2048;

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using KeyPtr = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using BioPtr = std::unique_ptr<BIO, Deleter<BIO_free_all>>;
using NumberPtr = std::unique_ptr<BIGNUM, Deleter<BN_free>>;

std::string text_of(BIO* bio) {
  const char* begin = nullptr;
  const long size = BIO_get_mem_data(bio, &begin);
  return {begin, static_cast<std::size_t>(size)};
}

std::string base64url(const unsigned char* bytes, std::size_t size) {
  std::string out(sodium_base64_ENCODED_LEN(size, sodium_base64_VARIANT_URLSAFE_NO_PADDING), '\0');
  sodium_bin2base64(out.data(), out.size(), bytes, size, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  out.pop_back();
  return out;
}

std::string parameter(const EVP_PKEY* key, const char* name) {
  BIGNUM* raw = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &raw) != 1) {
    throw std::runtime_error("the key has no RSA modulus and exponent");
  }
  const NumberPtr number(raw);
  std::vector<unsigned char> bytes(static_cast<std::size_t>(BN_num_bytes(number.get())));
  BN_bn2bin(number.get(), bytes.data());
  return base64url(bytes.data(), bytes.size());
}

// RFC 7638: the thumbprint of the key names it.
std::string key_set(const EVP_PKEY* key) {
  const std::string modulus = parameter(key, OSSL_PKEY_PARAM_RSA_N);
  const std::string exponent = parameter(key, OSSL_PKEY_PARAM_RSA_E);
  const std::string canonical = R"({"e":")" + exponent + R"(","kty":"RSA","n":")" + modulus + R"("})";
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(canonical.data()), canonical.size(), digest);
  return R"({"keys":[{"kty":"RSA","use":"sig","alg":"RS256","kid":")" + base64url(digest, sizeof digest) +
         R"(","n":")" + modulus + R"(","e":")" + exponent + R"("}]})";
}

KeyPair describe(EVP_PKEY* key) {
  KeyPair pair;
  const BioPtr secret(BIO_new(BIO_s_mem()));
  const BioPtr open(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_PrivateKey(secret.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1 ||
      PEM_write_bio_PUBKEY(open.get(), key) != 1) {
    throw std::runtime_error("the key cannot be written as PEM");
  }
  pair.private_pem = text_of(secret.get());
  pair.public_pem = text_of(open.get());
  pair.jwks = key_set(key);
  return pair;
}

}  // namespace

KeyPair generate_key_pair() {
  const KeyPtr key(EVP_RSA_gen(static_cast<unsigned>(kKeyBits)));
  if (!key) {
    throw std::runtime_error("cannot generate an RSA key");
  }
  return describe(key.get());
}

KeyPair load_key_pair(const std::string& pem_file) {
  const BioPtr file(BIO_new_file(pem_file.c_str(), "r"));
  if (!file) {
    throw std::runtime_error("cannot read the JWT key file " + pem_file);
  }
  // A pass phrase cannot be asked for: the callback answers none.
  const auto no_phrase = [](char*, int, int, void*) {
    return 0;
  };
  const KeyPtr key(PEM_read_bio_PrivateKey(file.get(), nullptr, no_phrase, nullptr));
  if (!key || EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_RSA) {
    throw std::runtime_error("the JWT key file " + pem_file + " holds no unencrypted RSA private key in PEM");
  }
  return describe(key.get());
}

}  // namespace plumbline::serve
