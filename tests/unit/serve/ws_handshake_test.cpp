// Bad WebSocket handshakes are refused before any 101.
#include "transport/ws_handshake.h"

#include <gtest/gtest.h>

namespace plumbline::serve {
namespace {

net::HttpRequest good() {
  net::HttpRequest request;
  request.method = "GET";
  request.headers = {{"sec-websocket-version", "13"}, {"sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="}};
  return request;
}

unsigned refusal(const net::HttpRequest& request, unsigned http_minor = 1) {
  const auto problem = websocket_handshake_problem(request, http_minor);
  return problem ? problem->status : 0;
}

TEST(WebSocketHandshake, AcceptsAValidOne) {
  EXPECT_EQ(refusal(good()), 0U);
}

TEST(WebSocketHandshake, AsksForVersion13) {
  net::HttpRequest request = good();
  request.headers[0].second = "8";

  EXPECT_EQ(refusal(request), 426U);
}

TEST(WebSocketHandshake, RefusesBadKeysMethodsAndVersions) {
  net::HttpRequest request = good();
  request.headers[1].second = "short";
  EXPECT_EQ(refusal(request), 400U);
  request = good();
  request.method = "POST";
  EXPECT_EQ(refusal(request), 400U);
  EXPECT_EQ(refusal(good(), 0), 400U);
}

TEST(WebSocketHandshake, SwitchesWithTheAcceptKeyOfTheRfc) {
  EXPECT_NE(websocket_switch_answer(good()).find("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"),
            std::string::npos);
}

}  // namespace
}  // namespace plumbline::serve
