// HTTP messages as plain values: the one vocabulary that transports, applications and clients share.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace plumbline::net {

using Headers = std::vector<std::pair<std::string, std::string>>;  // names lower-case, order kept

[[nodiscard]] std::string_view find_header(const Headers& headers, std::string_view lower_name);  // empty if absent

struct HttpRequest {
  std::string method;  // as sent: "GET"
  std::string path;    // before '?', not decoded
  std::string query;   // after '?', not decoded
  Headers headers;
  std::string body;
  std::string remote;  // peer address without port

  [[nodiscard]] std::string_view header(std::string_view lower_name) const { return find_header(headers, lower_name); }
};

struct HttpResponse {
  unsigned status{200};
  std::string content_type;  // empty: no Content-Type header
  std::string body;
  Headers headers;  // additional ones
};

using Respond = std::function<void(HttpResponse)>;  // exactly once, on the shard of the request

// Decoded query parameters in order; a malformed percent escape keeps its literal text.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> parse_query(std::string_view query);

}  // namespace plumbline::net
