// The routes of accounts and log-ins, each with what OpenAPI says about it (decisions.md section 2). Stage: gateway.
#include <array>

#include "rest/route.h"

namespace plumbline::serve {
namespace {

constexpr std::array kAccountRoutes{
    Route{"POST",
          "/api/auth/register",
          Access::open,
          Body::fields,
          Repeat::any,
          std::nullopt,
          post_register,
          {"register",
           "Create an account",
           "",
           "Registration",
           {{{201, "The new account", "Registered"}, {409, "The user name or the e-mail address is taken"}}},
           R"({"logIn":{"operationId":"logIn",
                 "requestBody":{"username":"$request.body#/username","password":"$request.body#/password"}},
               "send":{"operationId":"sendMessage",
                 "requestBody":{"receiverId":"$response.body#/user/id","conversationId":null}},
               "befriend":{"operationId":"sendFriendRequest","requestBody":{"friendId":"$response.body#/user/id"}},
               "openGroup":{"operationId":"createGroup","requestBody":{"participantIds":["$response.body#/user/id"]}}})"}},
    Route{"POST",
          "/api/auth/login",
          Access::open,
          Body::fields,
          Repeat::any,
          std::nullopt,
          post_login,
          {"logIn",
           "Get a pair of tokens for a password",
           "",
           "Credentials",
           {{{200, "The tokens", "Tokens"},
             {401, "No such user, or not the password: one answer for both"},
             {429, "Too many failed log-ins for this name"}}},
           R"({"refresh":{"operationId":"refresh","requestBody":{"refreshToken":"$response.body#/refreshToken"}}})"}},
    Route{"POST",
          "/api/auth/refresh",
          Access::open,
          Body::fields,
          Repeat::any,
          std::nullopt,
          post_refresh,
          {"refresh",
           "Exchange a refresh token, which is good for one use, for a new pair",
           "",
           "RefreshToken",
           {{{200, "The tokens", "Tokens"}, {401, "Unknown, expired, or spent: then its log-in ends"}}}}},
    Route{"POST",
          "/api/auth/logout",
          Access::token,
          Body::optional,
          Repeat::any,
          std::nullopt,
          post_logout,
          {"logOut",
           "End the log-in of the access token: all its tokens, and its sockets",
           "",
           "Nothing",
           {{{200, "Ended", "Success"}}}}},
    Route{"GET",
          "/.well-known/jwks.json",
          Access::open,
          Body::none,
          Repeat::any,
          std::nullopt,
          get_jwks,
          {"getKeys", "The public keys that access tokens are signed with", "", "", {{{200, "The keys", "KeySet"}}}}},
};
static_assert(complete(kAccountRoutes));

constexpr std::string_view kAccountSchemas = R"json(
{
"Username": {"type": "string", "pattern": "^[A-Za-z0-9_.-]{3,64}$"},
"Email": {
  "type": "string", "minLength": 3, "maxLength": 254,
  "pattern": "^[^@ \\t\\r\\n\\x00]+@[^@ \\t\\r\\n\\x00]+\\.[^@. \\t\\r\\n\\x00]+$"},
"PersonName": {
  "type": ["string", "null"], "minLength": 1, "maxLength": 100,
  "pattern": "^[^\\x00]*[^\\x00\\t-\\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff][^\\x00]*$"},
"Registration": {
  "type": "object", "required": ["username", "email", "password"],
  "properties": {
    "username": {"$ref": "#/components/schemas/Username"},
    "email": {"$ref": "#/components/schemas/Email"},
    "password": {"type": "string", "minLength": 8, "maxLength": 128, "pattern": "^[^\\x00]*$", "format": "password"},
    "firstName": {"$ref": "#/components/schemas/PersonName"},
    "lastName": {"$ref": "#/components/schemas/PersonName"}}},
"LoginName": {"type": "string", "minLength": 1, "maxLength": 254, "pattern": "^[^\\x00]*$"},
"Password": {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[^\\x00]*$", "format": "password"},
"Credentials": {
  "oneOf": [{"$ref": "#/components/schemas/CredentialsByName"}, {"$ref": "#/components/schemas/CredentialsByEmail"}]},
"CredentialsByName": {
  "type": "object", "required": ["username", "password"],
  "properties": {
    "username": {"$ref": "#/components/schemas/LoginName"},
    "password": {"$ref": "#/components/schemas/Password"}}},
"CredentialsByEmail": {
  "type": "object", "required": ["email", "password"],
  "properties": {
    "username": {"type": "null"},
    "email": {"$ref": "#/components/schemas/LoginName"},
    "password": {"$ref": "#/components/schemas/Password"}}},
"RefreshToken": {
  "type": "object", "required": ["refreshToken"],
  "properties": {
    "refreshToken": {"type": "string", "minLength": 1, "maxLength": 1024, "pattern": "^[^\\x00]*$"}}},
"Nothing": {"type": "object", "description": "nothing in it counts"},
"Account": {
  "type": "object", "required": ["id", "username", "email", "firstName", "lastName"],
  "properties": {
    "id": {"$ref": "#/components/schemas/Uuid"},
    "username": {"type": "string"},
    "email": {"type": ["string", "null"]},
    "firstName": {"type": "string"},
    "lastName": {"type": "string"}}},
"Registered": {
  "type": "object", "required": ["user"], "properties": {"user": {"$ref": "#/components/schemas/Account"}}},
"Tokens": {
  "type": "object", "required": ["user", "accessToken", "refreshToken", "expiresIn"],
  "properties": {
    "user": {"$ref": "#/components/schemas/Account"},
    "accessToken": {"type": "string", "description": "RS256 JWT"},
    "refreshToken": {"type": "string"},
    "expiresIn": {"type": "integer", "minimum": 1, "description": "seconds the access token is good for"}}},
"Success": {"type": "object", "required": ["success"], "properties": {"success": {"const": true}}},
"KeySet": {
  "type": "object", "required": ["keys"],
  "properties": {"keys": {"type": "array", "minItems": 1, "items": {
    "type": "object", "required": ["kty", "n", "e"],
    "properties": {"kty": {"const": "RSA"}, "n": {"type": "string"}, "e": {"type": "string"}}}}}}
}
)json";

}  // namespace

Area account_area() {
  return {"accounts", kAccountRoutes, kAccountSchemas};
}

}  // namespace plumbline::serve
