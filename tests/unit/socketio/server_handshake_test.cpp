// Which requests may open or join a session, and the words of the refusals.
#include "plumbline/socketio/server_handshake.h"

#include <gtest/gtest.h>

namespace plumbline::engineio {
namespace {

using Params = std::vector<std::pair<std::string, std::string>>;

struct Asked {
  std::string name;
  Params params;
  std::string method{"GET"};
  bool upgrade{false};
  std::optional<RequestError> refused;
  std::string origin{};
};

struct HandshakeRule : testing::TestWithParam<Asked> {};

TEST_P(HandshakeRule, AnswersAsTheReference) {
  const Asked& asked = GetParam();

  const auto judged = judge_request(asked.params, asked.method, asked.upgrade, asked.origin, ServerOptions{});

  EXPECT_EQ(judged ? std::nullopt : std::optional(judged.error()), asked.refused);
}

INSTANTIATE_TEST_SUITE_P(
    EioHs, HandshakeRule,
    testing::Values(
        Asked{"polling", {{"EIO", "4"}, {"transport", "polling"}}, "GET", false, std::nullopt},
        Asked{"websocket", {{"EIO", "4"}, {"transport", "websocket"}}, "GET", true, std::nullopt},
        Asked{"empty_sid", {{"EIO", "4"}, {"transport", "polling"}, {"sid", ""}}, "GET", false, std::nullopt},
        Asked{"extra", {{"EIO", "4"}, {"transport", "polling"}, {"t", "x"}, {"b64", "1"}}, "GET", false, std::nullopt},
        Asked{"no_eio", {{"transport", "polling"}}, "GET", false, RequestError::unsupported_protocol},
        Asked{"eio3", {{"EIO", "3"}, {"transport", "polling"}}, "GET", false, RequestError::unsupported_protocol},
        Asked{"eio_abc", {{"EIO", "4abc"}, {"transport", "polling"}}, "GET", false, RequestError::unsupported_protocol},
        Asked{"eio_twice",
              {{"EIO", "4"}, {"EIO", "3"}, {"transport", "polling"}},
              "GET",
              false,
              RequestError::unsupported_protocol},
        Asked{"ws_no_eio", {{"transport", "websocket"}}, "GET", true, RequestError::unsupported_protocol},
        Asked{"no_transport", {{"EIO", "4"}}, "GET", false, RequestError::unknown_transport},
        Asked{"proto", {{"EIO", "4"}, {"transport", "__proto__"}}, "GET", false, RequestError::unknown_transport},
        Asked{"both_wrong", {{"EIO", "3"}, {"transport", "abc"}}, "GET", false, RequestError::unknown_transport},
        Asked{
            "ws_without_upgrade", {{"EIO", "4"}, {"transport", "websocket"}}, "GET", false, RequestError::bad_request},
        Asked{"polling_upgrade", {{"EIO", "4"}, {"transport", "polling"}}, "GET", true, RequestError::bad_request},
        Asked{"post", {{"EIO", "4"}, {"transport", "polling"}}, "POST", false, RequestError::bad_handshake_method},
        Asked{"head", {{"EIO", "4"}, {"transport", "polling"}}, "HEAD", false, RequestError::bad_handshake_method},
        Asked{"jsonp", {{"EIO", "4"}, {"transport", "polling"}, {"j", "0"}}, "GET", false, RequestError::bad_request},
        Asked{"ws_jsonp", {{"EIO", "4"}, {"transport", "websocket"}, {"j", "0"}}, "GET", true, std::nullopt},
        Asked{"origin",
              {{"EIO", "4"}, {"transport", "polling"}},
              "GET",
              false,
              RequestError::bad_request,
              std::string("http://a\x01")}),
    [](const auto& asked) { return asked.param.name; });

TEST(JudgeRequest, KnowsOnlyTheEnabledTransports) {
  ServerOptions options;
  options.polling = false;

  const auto judged = judge_request({{"EIO", "4"}, {"transport", "polling"}}, "GET", false, {}, options);

  ASSERT_FALSE(judged);
  EXPECT_EQ(judged.error(), RequestError::unknown_transport);
}

TEST(ErrorBody, IsTheReferencesJson) {
  EXPECT_EQ(error_body(RequestError::unknown_sid, {}), R"({"code":1,"message":"Session ID unknown"})");
  EXPECT_EQ(http_status(RequestError::forbidden), 403U);
  EXPECT_EQ(http_status(RequestError::unknown_sid), 400U);
}

TEST(OpenPacket, ListsOnlyUpgradesThatAreOffered) {
  ServerOptions options;
  EXPECT_NE(open_packet("s", TransportName::polling, options).find(R"("upgrades":["websocket"])"), std::string::npos);
  options.websocket = false;
  EXPECT_NE(open_packet("s", TransportName::polling, options).find(R"("upgrades":[])"), std::string::npos);
}

}  // namespace
}  // namespace plumbline::engineio
