// Where an access token may stand in a request (decisions.md section 2, tokens). Stage: auth.
#pragma once

#include <string>

#include "plumbline/base/result.h"
#include "plumbline/net/http.h"

namespace plumbline::serve {

// `Authorization: Bearer`, else one of the session cookies. A header that is there but wrong is never rescued by a
// cookie. Errc::unauthorized with kNoToken or kInvalidToken.
[[nodiscard]] Result<std::string> request_token(const net::HttpRequest& request);

// `auth.token` of a socket's CONNECT, else what its handshake request carries.
[[nodiscard]] Result<std::string> socket_token(std::string_view auth_json, const net::HttpRequest& handshake);

}  // namespace plumbline::serve
