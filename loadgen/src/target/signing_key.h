// The RS256 key that provisions users: named by the caller, or generated once per machine and kept. Stage: target.
#pragma once

#include <string>

#include "plumbline/base/result.h"

namespace plumbline::load {

struct SigningKey {
  std::string file;
  std::string pem;
};

struct TargetError {
  std::string sentence;
  int exit{6};
};
[[noreturn]] void throw_exception_from_error(const TargetError& error, const boost::source_location& location);

// `named` empty: ${XDG_CACHE_HOME:-~/.cache}/plumbline/load-key.pem, generated (RSA 2048, mode 0600) when it is
// missing.
[[nodiscard]] boost::system::result<SigningKey, TargetError> signing_key(const std::string& named);

}  // namespace plumbline::load
