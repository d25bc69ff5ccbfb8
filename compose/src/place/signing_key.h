// The RSA key with which all instances of a stack sign their tokens, and the load generator its own.
#pragma once

#include <string>

namespace plumbline::stack {

[[nodiscard]] std::string new_signing_key();  // PEM, RSA 2048; empty when OpenSSL cannot

}  // namespace plumbline::stack
