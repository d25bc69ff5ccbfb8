// The RSA key that signs access tokens, and its public half for others to check them. Stage: auth.
#pragma once

#include <string>

#include "plumbline/base/result.h"

namespace plumbline::serve {

struct KeyPair {
  std::string private_pem;
  std::string public_pem;
  std::string jwks;  // JSON Web Key Set with the public key (RFC 7517)
};

// Throws std::runtime_error with a sentence for the user.
[[nodiscard]] KeyPair generate_key_pair();
[[nodiscard]] KeyPair load_key_pair(const std::string& pem_file);

}  // namespace plumbline::serve
