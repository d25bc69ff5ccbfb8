// What several operations of the OpenAPI document have in common, as JSON text. Stage: gateway.
#pragma once

#include <string_view>

namespace plumbline::serve {

// What a reader should know before any single operation.
inline constexpr std::string_view kApiDescription =
    "The REST half of a chat server whose other half is Socket.IO. Every answer that is no success has the shape of "
    "`Error`. A HEAD request is answered like a GET without a body. Any request may also be answered 400 (no HTTP, or "
    "no JSON), 404 (no such path), 405 with Allow, 408 (too slow), 413 (over 1 MiB), 431 (header over 16 KiB), or 503 "
    "with Retry-After. X-Request-Id of up to 128 visible characters comes back in the answer.";

inline constexpr std::string_view kSharedSchemas = R"json(
{
"Uuid": {
  "type": "string", "format": "uuid", "pattern": "^(?!0{8}-(0{4}-){3}0{12})[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"},
"UuidOrNull": {"anyOf": [{"$ref": "#/components/schemas/Uuid"}, {"type": "null"}]},
"Sequence": {"type": "integer", "minimum": 1, "maximum": 9007199254740991},
"Time": {"type": "string", "format": "date-time", "pattern": "^[0-9-]{10}T[0-9:]{8}\\.[0-9]{3}Z$"},
"TimeOrNull": {"anyOf": [{"$ref": "#/components/schemas/Time"}, {"type": "null"}]},
"ClientMessageId": {
  "type": ["string", "null"], "minLength": 1, "maxLength": 128, "pattern": "^[^\\x00]*$",
  "description": "the sender's own id of this write: a repetition gets the first answer; wins over Idempotency-Key"},
"Error": {
  "type": "object", "required": ["error", "code", "message", "details"],
  "properties": {
    "error": {"type": "string", "description": "the reason phrase of the status"},
    "code": {"type": "string", "pattern": "^[A-Z][A-Z_]*$"},
    "message": {"type": "string", "description": "for people"},
    "details": {"type": "array", "items": {
      "type": "object", "required": ["path", "message"],
      "properties": {
        "path": {"type": "string", "description": "of the field"}, "message": {"type": "string"}}}},
    "accepted": {"const": false, "description": "with 503: the request had no effect and will have none"}}}
}
)json";

inline constexpr std::string_view kSharedParameters = R"json(
{
"limit": {
  "name": "limit", "in": "query", "description": "rows of one page",
  "schema": {"type": "integer", "minimum": 1, "maximum": 100, "default": 50}},
"friendCursor": {
  "name": "cursor", "in": "query", "description": "`nextCursor` of a page",
  "schema": {"$ref": "#/components/schemas/FriendCursor"}},
"idempotencyKey": {
  "name": "Idempotency-Key", "in": "header",
  "description": "an id of this write: a repetition within 24 h gets the first answer",
  "schema": {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[!-~]{1,128}$"}}
}
)json";

inline constexpr std::string_view kSharedHeaders = R"json(
{
"RetryAfter": {"required": true, "description": "seconds", "schema": {"type": "integer", "minimum": 1}},
"RateLimit": {"description": "of this minute, while limits are on", "schema": {"type": "integer", "minimum": 1}},
"RateRemaining": {"schema": {"type": "integer", "minimum": 0}},
"RateReset": {"description": "seconds", "schema": {"type": "integer", "minimum": 0}},
"Challenge": {"required": true, "schema": {"type": "string", "pattern": "^Bearer realm="}},
"Replayed": {"description": "`true` on the answer to a repetition", "schema": {"type": "string", "const": "true"}}
}
)json";

inline constexpr std::string_view kSecuritySchemes = R"json(
{
"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
"accessToken": {"type": "apiKey", "in": "cookie", "name": "access_token"},
"sessionToken": {"type": "apiKey", "in": "cookie", "name": "next-auth.session-token"},
"secureSessionToken": {"type": "apiKey", "in": "cookie", "name": "__Secure-next-auth.session-token"}
}
)json";

inline constexpr std::string_view kTokenSecurity =
    R"json([{"bearer": []}, {"accessToken": []}, {"sessionToken": []}, {"secureSessionToken": []}])json";

}  // namespace plumbline::serve
