#include "auth/credentials.h"

#include <algorithm>
#include <boost/json/parse.hpp>

#include "auth/identity.h"
#include "plumbline/base/ids.h"

namespace plumbline::serve {
namespace {

constexpr Error kNoCredentials{Errc::unauthorized, kNoToken};
constexpr Error kBadCredentials{Errc::unauthorized, kInvalidToken};

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  return first == std::string_view::npos ? std::string_view{}
                                         : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string_view cookie(std::string_view cookies, std::string_view name) {
  while (!cookies.empty()) {
    const std::size_t end = std::min(cookies.find(';'), cookies.size());
    const std::string_view pair = trimmed(cookies.substr(0, end));
    if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=') {
      return pair.substr(name.size() + 1);
    }
    cookies.remove_prefix(std::min(end + 1, cookies.size()));
  }
  return {};
}

bool has_header(const net::HttpRequest& request, std::string_view name) {
  return std::any_of(request.headers.begin(), request.headers.end(),
                     [name](const auto& header) { return header.first == name; });
}

}  // namespace

Result<std::string> request_token(const net::HttpRequest& request) {
  if (has_header(request, "authorization")) {
    const std::string_view value = trimmed(request.header("authorization"));
    constexpr std::string_view kScheme = "bearer ";
    if (to_lower_ascii(value.substr(0, kScheme.size())) != kScheme) {
      return kBadCredentials;
    }
    const std::string_view token = trimmed(value.substr(kScheme.size()));
    return token.empty() ? Result<std::string>{kBadCredentials} : Result<std::string>{std::string{token}};
  }
  for (const std::string_view name :
       {std::string_view{"next-auth.session-token"}, std::string_view{"__Secure-next-auth.session-token"},
        std::string_view{"access_token"}}) {
    if (const std::string_view token = cookie(request.header("cookie"), name); !token.empty()) {
      return std::string{token};
    }
  }
  return kNoCredentials;
}

Result<std::string> socket_token(std::string_view auth_json, const net::HttpRequest& handshake) {
  boost::system::error_code ec;
  const boost::json::value auth = boost::json::parse({auth_json.data(), auth_json.size()}, ec);
  const boost::json::object* fields = ec ? nullptr : auth.if_object();
  const boost::json::value* token = fields == nullptr ? nullptr : fields->if_contains("token");
  if (token == nullptr || token->is_null()) {
    return request_token(handshake);
  }
  if (!token->is_string()) {
    return kBadCredentials;
  }
  if (token->get_string().empty()) {
    return kNoCredentials;
  }
  return std::string{token->get_string().data(), token->get_string().size()};
}

}  // namespace plumbline::serve
