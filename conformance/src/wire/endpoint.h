// Where a target listens, resolved once so that cases never wait for a name server. Stage: wire.
#pragma once

#include <sys/socket.h>

#include <boost/system/result.hpp>
#include <cstdint>
#include <string>
#include <string_view>

namespace plumbline::conform {

struct Endpoint {
  std::string host;
  std::uint16_t port{80};
  std::string path{"/socket.io/"};
  int node{0};  // which node of the target, from 0
  sockaddr_storage address{};
  socklen_t address_length{0};

  [[nodiscard]] std::string authority() const { return host + ":" + std::to_string(port); }
  [[nodiscard]] std::string url() const { return "http://" + authority(); }
};

// An http URL with host, port and maybe a path; one other than "/" is the Engine.IO path. The error is one sentence.
[[nodiscard]] boost::system::result<Endpoint, std::string> parse_endpoint(std::string_view url);

}  // namespace plumbline::conform
