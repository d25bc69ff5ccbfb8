// Errors as values for everything a peer can cause; exceptions stay for programmer errors and start-up.
#pragma once

#include <boost/system/result.hpp>
#include <string_view>

namespace plumbline {

// One page for every kind of failure that code branches on.
enum class Errc {
  ok = 0,
  malformed,     // bytes that the protocol forbids
  too_large,     // over a declared limit
  unsupported,   // well-formed, but not offered here
  not_found,     // no such thing, or not visible to the caller
  forbidden,     // visible, but not allowed
  unauthorized,  // no valid identity
  conflict,      // contradicts what exists
  rate_limited,  // over a quota; try later
  unavailable,   // a dependency is down
  timeout,       // no answer within the bound; the outcome is unknown
  refused,       // the peer refused the connection
  closed,        // the connection ended
  overflow,      // a bounded queue is full
};

[[nodiscard]] std::string_view to_string(Errc code);

// `where` is always a string literal, so that an Error stays two words and never allocates.
struct Error {
  Errc code{Errc::ok};
  std::string_view where{};
};

template <class T>
using Result = boost::system::result<T, Error>;

// Called by boost::system::result when value() is used on an error: a programmer's mistake.
[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location& location);

}  // namespace plumbline
