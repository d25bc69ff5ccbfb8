// The HTTP side of RFC 6455: is this handshake valid, and the words of its 101. Stage: transport.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "plumbline/net/http.h"

namespace plumbline::serve {

// The refusal, when the handshake breaks RFC 6455 4.2.1; sent before any 101.
[[nodiscard]] std::optional<net::HttpResponse> websocket_handshake_problem(const net::HttpRequest& request,
                                                                           unsigned http_minor);
// `extra` are further headers of the 101.
[[nodiscard]] std::string websocket_switch_answer(const net::HttpRequest& request, const net::Headers& extra = {});

// For the few bytes of an answer on a socket whose buffer is empty. false: the connection is unusable.
[[nodiscard]] bool send_whole(int fd, std::string_view bytes);
void close_descriptor(int fd);

}  // namespace plumbline::serve
