// The routes of friends and user search, each with what OpenAPI says about it (messenger.md A1.1). Stage: gateway.
#include <array>

#include "rest/route.h"

namespace plumbline::serve {
namespace {

constexpr std::array kFriendRoutes{
    Route{"POST",
          "/friends/send-request",
          Access::token,
          Body::fields,
          Repeat::once,
          std::nullopt,
          post_friend_request,
          {"sendFriendRequest",
           "Ask a user to be friends; asked by both sides it is accepted at once",
           "",
           "FriendId",
           {{{201, "Asked, or accepted at once", "FriendRequestSent"},
             {404, "Nobody has this id"},
             {409, "They are friends already, or the caller has asked before"}}}}},
    Route{"POST",
          "/friends/accept-request",
          Access::token,
          Body::fields,
          Repeat::once,
          std::nullopt,
          post_friend_accept,
          {"acceptFriendRequest",
           "Accept what another user has asked",
           "",
           "FriendId",
           {{{200, "Now they are friends", "Said"}, {404, "This user has not asked"}}}}},
    Route{"GET",
          "/friends/pending-requests",
          Access::token,
          Body::none,
          Repeat::any,
          std::nullopt,
          get_pending_requests,
          {"getPendingRequests",
           "Who has asked the caller, oldest first",
           R"([{"$ref":"#/components/parameters/limit"},{"$ref":"#/components/parameters/friendCursor"}])",
           "",
           {{{200, "The page", "PendingRequests"}}}}},
    Route{"GET",
          "/friends/list",
          Access::token,
          Body::none,
          Repeat::any,
          std::nullopt,
          get_friends,
          {"getFriends",
           "The caller's friends, oldest friendship first",
           R"([{"$ref":"#/components/parameters/limit"},{"$ref":"#/components/parameters/friendCursor"},
               {"name":"status","in":"query","description":"`pending`: whom the caller has asked",
                "schema":{"enum":["accepted","pending","blocked"],"default":"accepted"}},
               {"name":"lastFetched","in":"query",
                "description":"only what is newer than this time; what is no ISO-8601 time means everything",
                "schema":{"type":"string"}},
               {"name":"clientVersion","in":"query","description":"only what is newer than this `version`",
                "schema":{"type":"integer","minimum":0,"maximum":1099511627776}}])",
           "",
           {{{200, "The page", "Friends"}}}}},
    Route{"GET",
          "/friends/search",
          Access::token,
          Body::none,
          Repeat::any,
          RateBucket::search,
          get_user_search,
          {"searchUsers",
           "Up to five users by the start of a name or a part of the user name",
           R"json([{"name":"q","in":"query","required":true,"schema":{"$ref":"#/components/schemas/SearchTerm"}}])json",
           "",
           {{{200, "Who was found", "UserSearch"}, {404, "Nobody was found"}}}}},
};
static_assert(complete(kFriendRoutes));

constexpr std::string_view kFriendSchemas = R"json(
{
"FriendId": {
  "type": "object", "required": ["friendId"],
  "properties": {
    "friendId": {"$ref": "#/components/schemas/Uuid", "description": "of another user"},
    "clientMessageId": {"$ref": "#/components/schemas/ClientMessageId"}}},
"FriendRequestSent": {
  "type": "object", "required": ["message"],
  "properties": {"message": {"type": "string"}, "autoAccepted": {"const": true}}},
"Said": {"type": "object", "required": ["message"], "properties": {"message": {"type": "string"}}},
"FriendCursor": {
  "type": "string", "pattern": "^(0|[1-9][0-9]{0,14})\\.(?!0{8}-(0{4}-){3}0{12})[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"},
"SearchTerm": {
  "type": "string", "minLength": 1, "maxLength": 255,
  "pattern": "^[^\\x00]*[^\\x00\\t-\\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff][^\\x00]*$",
  "description": "white space around the term does not count to its length"},
"PendingRequests": {
  "type": "object", "required": ["pendingRequests", "hasMore", "nextCursor"],
  "properties": {
    "pendingRequests": {"type": "array", "maxItems": 100, "items": {
      "type": "object", "required": ["id", "username", "first_name", "last_name", "created_at"],
      "properties": {
        "id": {"$ref": "#/components/schemas/Uuid"},
        "username": {"type": "string"}, "first_name": {"type": "string"}, "last_name": {"type": "string"},
        "created_at": {"$ref": "#/components/schemas/Time"}}}},
    "hasMore": {"type": "boolean"},
    "nextCursor": {"anyOf": [{"$ref": "#/components/schemas/FriendCursor"}, {"type": "null"}]}}},
"Friends": {
  "type": "object", "required": ["friends", "hasMore", "nextCursor", "serverTimestamp", "version"],
  "properties": {
    "friends": {"type": "array", "maxItems": 100, "items": {
      "type": "object", "required": ["friend_id", "username", "first_name", "last_name", "created_at", "friend_status"],
      "properties": {
        "friend_id": {"$ref": "#/components/schemas/Uuid"},
        "username": {"type": "string"}, "first_name": {"type": "string"}, "last_name": {"type": "string"},
        "created_at": {"$ref": "#/components/schemas/Time"},
        "friend_status": {"enum": ["active", "deleted"]}}}},
    "hasMore": {"type": "boolean"},
    "nextCursor": {"anyOf": [{"$ref": "#/components/schemas/FriendCursor"}, {"type": "null"}]},
    "serverTimestamp": {"$ref": "#/components/schemas/Time"},
    "version": {"type": "integer", "minimum": 0, "description": "seconds since 1970"}}},
"UserSearch": {
  "type": "object", "required": ["users"],
  "properties": {"users": {"type": "array", "minItems": 1, "maxItems": 5, "items": {
    "type": "object", "required": ["id", "username", "first_name", "last_name", "status", "sender"],
    "properties": {
      "id": {"$ref": "#/components/schemas/Uuid"},
      "username": {"type": "string"}, "first_name": {"type": "string"}, "last_name": {"type": "string"},
      "status": {"enum": ["not_friends", "pending", "accepted"]},
      "sender": {"$ref": "#/components/schemas/UuidOrNull"}}}}}}
}
)json";

}  // namespace

Area friend_area() {
  return {"friends", kFriendRoutes, kFriendSchemas};
}

}  // namespace plumbline::serve
