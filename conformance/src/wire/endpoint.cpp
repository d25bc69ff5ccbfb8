#include "wire/endpoint.h"

#include <netdb.h>

#include <boost/url/parse.hpp>
#include <cstring>

namespace plumbline::conform {

boost::system::result<Endpoint, std::string> parse_endpoint(std::string_view text) {
  const std::string whole(text);  // the parsed view refers to it
  const auto url = boost::urls::parse_uri(whole);
  if (!url || url->scheme() != "http" || url->host().empty()) {
    return {boost::system::in_place_error,
            "'" + std::string(text) + "' is not a target URL; expected http://HOST:PORT"};
  }
  Endpoint endpoint;
  endpoint.host = url->host_name().empty() ? url->host_address() : url->host_name();
  endpoint.port = url->has_port() ? url->port_number() : std::uint16_t{80};
  const std::string path(url->path());
  if (!path.empty() && path != "/") {
    endpoint.path = path;
  }

  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(endpoint.host.c_str(), std::to_string(endpoint.port).c_str(), &hints, &found) != 0 ||
      found == nullptr) {
    return {boost::system::in_place_error, "the host name '" + endpoint.host + "' is unknown"};
  }
  std::memcpy(&endpoint.address, found->ai_addr, found->ai_addrlen);
  endpoint.address_length = found->ai_addrlen;
  ::freeaddrinfo(found);
  return endpoint;
}

}  // namespace plumbline::conform
