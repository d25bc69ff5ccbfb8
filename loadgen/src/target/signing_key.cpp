#include "target/signing_key.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>

namespace plumbline::load {
namespace {

namespace fs = std::filesystem;

fs::path cached_key() {
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache != nullptr && *cache != '\0') {
    return fs::path(cache) / "plumbline" / "load-key.pem";
  }
  const char* home = std::getenv("HOME");
  return fs::path(home != nullptr ? home : ".") / ".cache" / "plumbline" / "load-key.pem";
}

std::string generate_pem() {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key{EVP_RSA_gen(2048), &EVP_PKEY_free};
  const std::unique_ptr<BIO, decltype(&BIO_free)> memory{BIO_new(BIO_s_mem()), &BIO_free};
  if (key == nullptr || memory == nullptr ||
      PEM_write_bio_PrivateKey(memory.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return {};
  }
  std::string pem(static_cast<std::size_t>(BIO_pending(memory.get())), '\0');
  return BIO_read(memory.get(), pem.data(), static_cast<int>(pem.size())) > 0 ? pem : std::string{};
}

bool is_private_key(const std::string& pem) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> memory{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())),
                                                         &BIO_free};
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key{
      PEM_read_bio_PrivateKey(memory.get(), nullptr, nullptr, nullptr), &EVP_PKEY_free};
  return key != nullptr && EVP_PKEY_base_id(key.get()) == EVP_PKEY_RSA;
}

// Under a temporary name first: two runs that start at once both end with one whole key.
bool store(const fs::path& file, const std::string& pem) {
  std::error_code failed;
  fs::create_directories(file.parent_path(), failed);
  const fs::path temporary = file.string() + "." + std::to_string(::getpid());
  {
    std::ofstream out{temporary, std::ios::binary};
    fs::permissions(temporary, fs::perms::owner_read | fs::perms::owner_write, failed);
    out << pem;
    if (!out.flush()) {
      return false;
    }
  }
  fs::rename(temporary, file, failed);
  return !failed;
}

}  // namespace

void throw_exception_from_error(const TargetError& error, const boost::source_location& /*location*/) {
  throw std::logic_error(error.sentence);
}

boost::system::result<SigningKey, TargetError> signing_key(const std::string& named) {
  const fs::path file = named.empty() ? cached_key() : fs::path(named);
  std::error_code ignored;
  if (named.empty() && !fs::exists(file, ignored)) {
    const std::string pem = generate_pem();
    if (pem.empty() || !store(file, pem)) {
      return TargetError{file.string() + ": cannot write the signing key; set XDG_CACHE_HOME or give --jwt-key FILE",
                         6};
    }
  }
  std::ifstream in{file, std::ios::binary};
  std::ostringstream text;
  if (!in || !(text << in.rdbuf())) {
    return TargetError{file.string() + ": no readable key there; --jwt-key takes a PEM file with an RSA private key",
                       2};
  }
  if (!is_private_key(text.str())) {
    return TargetError{
        file.string() + ": not an RSA private key in PEM form; make one with: openssl genrsa -out key.pem 2048", 2};
  }
  return SigningKey{fs::absolute(file).string(), text.str()};
}

}  // namespace plumbline::load
