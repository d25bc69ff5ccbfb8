#include "plumbline/base/result.h"

#include <stdexcept>
#include <string>

namespace plumbline {

std::string_view to_string(Errc code) {
  switch (code) {
    case Errc::ok:
      return "ok";
    case Errc::malformed:
      return "malformed";
    case Errc::too_large:
      return "too_large";
    case Errc::unsupported:
      return "unsupported";
    case Errc::not_found:
      return "not_found";
    case Errc::forbidden:
      return "forbidden";
    case Errc::unauthorized:
      return "unauthorized";
    case Errc::conflict:
      return "conflict";
    case Errc::rate_limited:
      return "rate_limited";
    case Errc::unavailable:
      return "unavailable";
    case Errc::timeout:
      return "timeout";
    case Errc::refused:
      return "refused";
    case Errc::closed:
      return "closed";
    case Errc::overflow:
      return "overflow";
  }
  return "unknown";
}

void throw_exception_from_error(const Error& error, const boost::source_location& location) {
  throw std::logic_error(std::string(error.where) + ": " + std::string(to_string(error.code)) + " (unchecked at " +
                         location.file_name() + ":" + std::to_string(location.line()) + ")");
}

}  // namespace plumbline
