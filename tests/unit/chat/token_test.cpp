// Who gets in, by which token: REST and sockets, true and forged.
#include <gtest/gtest.h>
#include <jwt.h>

#include <cstdlib>

#include "auth/key_pair.h"
#include "auth/token.h"
#include "chat_world.h"

namespace plumbline::serve {
namespace {

struct Claims {
  std::string sub{"7b2e4b0a-8f0d-4b1e-9a46-2f1c2a5d9e01"};
  long expires_in{60};
  bool with_exp{true};
  std::string username{"forger"};
  std::string type;
  std::string more;  // a JSON object whose claims are added last
};

std::string forge(const ChatWorld& world, jwt_alg_t alg, const std::string& key, const Claims& claims = {}) {
  jwt_t* token = nullptr;
  jwt_new(&token);
  jwt_add_grant(token, "sub", claims.sub.c_str());
  if (!claims.username.empty()) {
    jwt_add_grant(token, "username", claims.username.c_str());
  }
  if (!claims.type.empty()) {
    jwt_add_grant(token, "type", claims.type.c_str());
  }
  if (claims.with_exp) {
    jwt_add_grant_int(token, "exp", unix_seconds(world.clock.wall_now()) + claims.expires_in);
  }
  if (!claims.more.empty()) {
    jwt_add_grants_json(token, claims.more.c_str());
  }
  jwt_set_alg(token, alg, alg == JWT_ALG_NONE ? nullptr : reinterpret_cast<const unsigned char*>(key.data()),
              alg == JWT_ALG_NONE ? 0 : static_cast<int>(key.size()));
  char* text = jwt_encode_str(token);
  std::string out = text == nullptr ? "" : text;
  std::free(text);
  jwt_free(token);
  return out;
}

Answer try_token(ChatWorld& world, const std::string& token) {
  return world.request(make_request("GET", "/messages/unread-count", token));
}

TEST(Token, OfOurKeyCreatesItsUser) {
  ChatWorld world;

  EXPECT_EQ(try_token(world, forge(world, JWT_ALG_RS256, test_private_pem())).status, 200U);
}

TEST(Token, OfAnUnknownUserWithoutANameIsInvalid) {
  ChatWorld world;
  Claims claims;
  claims.username.clear();

  EXPECT_EQ(try_token(world, forge(world, JWT_ALG_RS256, test_private_pem(), claims)).code(), "INVALID_TOKEN");
}

TEST(Token, SignedWithThePublicKeyAsHmacSecretIsInvalid) {
  ChatWorld world;

  const Answer answer = try_token(world, forge(world, JWT_ALG_HS256, test_public_pem()));

  EXPECT_EQ(answer.status, 401U);
  EXPECT_EQ(answer.code(), "INVALID_TOKEN");
  EXPECT_NE(answer.header("www-authenticate"), "");
}

TEST(Token, WithoutSignatureIsInvalid) {
  ChatWorld world;

  EXPECT_EQ(try_token(world, forge(world, JWT_ALG_NONE, "")).code(), "INVALID_TOKEN");
}

TEST(Token, OfAnotherKeyIsInvalid) {
  ChatWorld world;

  EXPECT_EQ(try_token(world, forge(world, JWT_ALG_RS256, generate_key_pair().private_pem)).code(), "INVALID_TOKEN");
}

TEST(Token, ChangedIsInvalid) {
  ChatWorld world;
  std::string token = forge(world, JWT_ALG_RS256, test_private_pem());
  token[token.find('.') + 5] = token[token.find('.') + 5] == 'A' ? 'B' : 'A';

  EXPECT_EQ(try_token(world, token).code(), "INVALID_TOKEN");
}

TEST(Token, ExpiredSaysSo) {
  ChatWorld world;
  Claims claims;
  claims.expires_in = -1;

  EXPECT_EQ(try_token(world, forge(world, JWT_ALG_RS256, test_private_pem(), claims)).code(), "TOKEN_EXPIRED");
}

TEST(Token, ThatExpiresWhileRememberedSaysSo) {
  ChatWorld world;
  const std::string token = forge(world, JWT_ALG_RS256, test_private_pem());
  EXPECT_EQ(try_token(world, token).status, 200U);
  EXPECT_EQ(try_token(world, token).status, 200U);

  world.clock.advance(std::chrono::seconds{60});

  EXPECT_EQ(try_token(world, token).code(), "TOKEN_EXPIRED");
}

TEST(Token, WithoutExpiryOrWithAForeignSubjectOrForRefreshIsInvalid) {
  ChatWorld world;
  Claims eternal;
  eternal.with_exp = false;
  Claims foreign;
  foreign.sub = "bob";
  Claims refresh;
  refresh.type = "refresh";

  for (const Claims& claims : {eternal, foreign, refresh}) {
    EXPECT_EQ(try_token(world, forge(world, JWT_ALG_RS256, test_private_pem(), claims)).code(), "INVALID_TOKEN");
  }
}

std::string with_dates(const ChatWorld& world, const std::string& json) {
  Claims claims;
  claims.with_exp = false;
  claims.more = json;
  return forge(world, JWT_ALG_RS256, test_private_pem(), claims);
}

TEST(Token, WithAFractionInItsExpiryCountsWholeSeconds) {
  ChatWorld world;
  const std::string now = std::to_string(unix_seconds(world.clock.wall_now()));
  const std::string later = std::to_string(unix_seconds(world.clock.wall_now()) + 60);

  EXPECT_EQ(try_token(world, with_dates(world, R"({"exp":)" + later + ".75}")).status, 200U);
  EXPECT_EQ(try_token(world, with_dates(world, R"({"exp":)" + now + ".75}")).code(), "TOKEN_EXPIRED");
  EXPECT_EQ(try_token(world, with_dates(world, R"({"exp":-1})")).code(), "TOKEN_EXPIRED");
}

TEST(Token, WithADateOfAnotherTypeIsInvalid) {
  ChatWorld world;
  const std::string later = std::to_string(unix_seconds(world.clock.wall_now()) + 60);
  for (const std::string& json :
       {R"({"exp":")" + later + R"("})", std::string{R"({"exp":true})"}, std::string{R"({"exp":null})"},
        std::string{R"({"exp":[]})"}, std::string{R"({"exp":1e300})"}, R"({"nbf":"0","exp":)" + later + "}"}) {
    EXPECT_EQ(try_token(world, with_dates(world, json)).code(), "INVALID_TOKEN") << json;
  }
}

TEST(Token, MissingOrMisplacedIs401) {
  ChatWorld world;
  const Person ann = world.known("ann");
  EXPECT_EQ(try_token(world, "").code(), "NO_TOKEN");
  EXPECT_EQ(try_token(world, "garbage").code(), "INVALID_TOKEN");

  net::HttpRequest basic = make_request("GET", "/messages/unread-count");
  basic.headers.emplace_back("authorization", "Basic " + ann.token);
  basic.headers.emplace_back("cookie", "access_token=" + ann.token);
  EXPECT_EQ(world.request(basic).code(), "INVALID_TOKEN") << "a bad header is not rescued by a good cookie";

  net::HttpRequest cookie = make_request("GET", "/messages/unread-count");
  cookie.headers.emplace_back("cookie", "a=b; access_token=" + ann.token);
  EXPECT_EQ(world.request(cookie).status, 200U);
}

TEST(SocketToken, IsTakenFromAuthThenHeader) {
  ChatWorld world;
  const Person ann = world.known("ann");

  EXPECT_FALSE(world.try_connect(0, R"({"token":")" + ann.token + R"("})").refusal);
  EXPECT_FALSE(world.try_connect(1, "{}", {{"authorization", "Bearer " + ann.token}}).refusal);
  EXPECT_EQ(world.try_connect(0, "{}").refusal->data, R"({"code":"NO_TOKEN"})");
  EXPECT_EQ(world.try_connect(0, R"({"token":5})").refusal->data, R"({"code":"INVALID_TOKEN"})");
  EXPECT_EQ(world.try_connect(0, R"({"token":"x"})", {{"authorization", "Bearer " + ann.token}}).refusal->data,
            R"({"code":"INVALID_TOKEN"})");
  world.clock.advance(std::chrono::minutes{16});
  EXPECT_EQ(world.try_connect(0, R"({"token":")" + ann.token + R"("})").refusal->data, R"({"code":"TOKEN_EXPIRED"})");
}

constexpr const char* kAccount =
    R"({"username":"Ann","email":"ann@example.org","password":"correct horse","firstName":"Ann","lastName":"A"})";

Answer open_post(ChatWorld& world, const std::string& path, const std::string& body) {
  return world.request(make_request("POST", path, "", body));
}

std::string field(const Answer& answer, const char* name) {
  return std::string{answer.json().at(name).as_string()};
}

TEST(Account, RegistersLogsInAndIsUnique) {
  ChatWorld world;

  const Answer made = open_post(world, "/api/auth/register", kAccount);
  ASSERT_EQ(made.status, 201U);
  EXPECT_EQ(open_post(world, "/api/auth/register", kAccount).status, 409U);
  const Answer by_name = open_post(world, "/api/auth/login", R"({"username":"ann","password":"correct horse"})");
  const Answer by_mail =
      open_post(world, "/api/auth/login", R"({"email":"ANN@example.org","password":"correct horse"})");
  const Answer wrong = open_post(world, "/api/auth/login", R"({"username":"ann","password":"wrong"})");
  const Answer unknown = open_post(world, "/api/auth/login", R"({"username":"who","password":"wrong"})");

  EXPECT_EQ(by_name.status, 200U);
  EXPECT_EQ(by_name.json().at("user").at("id"), made.json().at("user").at("id"));
  EXPECT_EQ(by_mail.status, 200U);
  EXPECT_EQ(wrong.status, 401U);
  EXPECT_EQ(wrong.body, unknown.body);
  EXPECT_EQ(try_token(world, field(by_name, "accessToken")).status, 200U);
  EXPECT_EQ(try_token(world, field(by_name, "refreshToken")).status, 401U);
}

TEST(Account, RefreshIsSingleUseWithAShortGrace) {
  ChatWorld world;
  ASSERT_EQ(open_post(world, "/api/auth/register", kAccount).status, 201U);
  const Answer login = open_post(world, "/api/auth/login", R"({"username":"ann","password":"correct horse"})");
  const std::string first = R"({"refreshToken":")" + field(login, "refreshToken") + R"("})";

  const Answer a = open_post(world, "/api/auth/refresh", first);
  const Answer b = open_post(world, "/api/auth/refresh", first);
  ASSERT_EQ(a.status, 200U);
  ASSERT_EQ(b.status, 200U);
  EXPECT_EQ(field(a, "refreshToken"), field(b, "refreshToken"));
  EXPECT_NE(field(a, "refreshToken"), field(login, "refreshToken"));
  const auto socket = world.try_connect(1, R"({"token":")" + field(a, "accessToken") + R"("})").socket;
  world.clock.advance(std::chrono::seconds{11});

  EXPECT_EQ(open_post(world, "/api/auth/refresh", first).status, 401U);

  EXPECT_EQ(open_post(world, "/api/auth/refresh", R"({"refreshToken":")" + field(a, "refreshToken") + R"("})").status,
            401U)
      << "the family is revoked";
  world.pump();
  EXPECT_FALSE(socket->open);
  EXPECT_EQ(try_token(world, field(a, "accessToken")).status, 401U);
}

TEST(Account, LogoutEndsTheFamilyAndItsSocketsOnly) {
  ChatWorld world;
  ASSERT_EQ(open_post(world, "/api/auth/register", kAccount).status, 201U);
  const Answer one = open_post(world, "/api/auth/login", R"({"username":"ann","password":"correct horse"})");
  const Answer two = open_post(world, "/api/auth/login", R"({"username":"ann","password":"correct horse"})");
  const auto socket_one = world.try_connect(0, R"({"token":")" + field(one, "accessToken") + R"("})").socket;
  const auto socket_two = world.try_connect(1, R"({"token":")" + field(two, "accessToken") + R"("})").socket;

  EXPECT_EQ(world.request(make_request("POST", "/api/auth/logout", field(one, "accessToken"))).status, 200U);

  EXPECT_FALSE(socket_one->open);
  EXPECT_TRUE(socket_two->open);
  EXPECT_EQ(try_token(world, field(one, "accessToken")).status, 401U);
  EXPECT_EQ(try_token(world, field(two, "accessToken")).status, 200U);
  EXPECT_EQ(open_post(world, "/api/auth/refresh", R"({"refreshToken":")" + field(one, "refreshToken") + R"("})").status,
            401U);
}

TEST(Account, LogoutTakesNoBodyOrAJsonObject) {
  ChatWorld world;
  const Person ann = world.known("ann");
  const auto with = [&](const std::string& type, const std::string& body) {
    net::HttpRequest request = make_request("POST", "/api/auth/logout", ann.token);
    request.headers.emplace_back("content-type", type);
    request.body = body;
    return world.request(request).status;
  };

  EXPECT_EQ(with("application/json", "{"), 400U);
  EXPECT_EQ(with("application/json", "[]"), 400U);
  EXPECT_EQ(with("text/plain", "{}"), 415U);
  EXPECT_EQ(with("application/json", "{}"), 200U);
  EXPECT_EQ(with("text/plain", ""), 200U);
}

TEST(Account, PublicKeyIsPublished) {
  ChatWorld world;

  const Answer keys = world.request(make_request("GET", "/.well-known/jwks.json"));

  const auto& key = keys.json().at("keys").as_array().at(0).as_object();
  EXPECT_EQ(key.at("alg").as_string(), "RS256");
  EXPECT_EQ(key.at("e").as_string(), "AQAB");
  EXPECT_EQ(key.at("n").as_string().size(), 342U);
}

}  // namespace
}  // namespace plumbline::serve
