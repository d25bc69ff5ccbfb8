#include "rest/answer.h"

#include "auth/identity.h"
#include "delivery/frames.h"

namespace plumbline::serve {
namespace {

std::string_view reason(unsigned status) {
  switch (status) {
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 409:
      return "Conflict";
    case 413:
      return "Payload Too Large";
    case 415:
      return "Unsupported Media Type";
    case 429:
      return "Too Many Requests";
    case 504:
      return "Gateway Timeout";
    default:
      return "Service Unavailable";
  }
}

std::string details_json(const std::vector<FieldFault>& details) {
  std::string json = "[";
  for (const FieldFault& fault : details) {
    json += json.size() > 1 ? "," : "";
    json += R"({"path":)" + quoted(fault.path) + R"(,"message":)" + quoted(fault.message) + "}";
  }
  return json += ']';
}

std::string_view token_message(std::string_view code) {
  if (code == kNoToken) {
    return "No token provided";
  }
  if (code == kTokenExpired) {
    return "The token has expired";
  }
  return code == kInvalidToken ? "Invalid token" : "Invalid user name or password";
}

}  // namespace

net::HttpResponse json_answer(unsigned status, std::string body) {
  return {status, "application/json; charset=utf-8", std::move(body), {}};
}

net::HttpResponse error_answer(unsigned status, std::string_view code, std::string_view message,
                               const std::vector<FieldFault>& details) {
  return json_answer(status, R"({"error":)" + quoted(reason(status)) + R"(,"code":)" + quoted(code) + R"(,"message":)" +
                                 quoted(message) + R"(,"details":)" + details_json(details) + "}");
}

net::HttpResponse unauthorized_answer(std::string_view code) {
  net::HttpResponse answer = error_answer(401, code, token_message(code));
  answer.headers.emplace_back("www-authenticate", code == kNoToken
                                                      ? R"(Bearer realm="plumbline")"
                                                      : R"(Bearer realm="plumbline", error="invalid_token")");
  return answer;
}

net::HttpResponse unavailable_answer(std::string_view message) {
  net::HttpResponse answer = error_answer(503, "UNAVAILABLE", message);
  answer.body.insert(answer.body.size() - 1, R"(,"accepted":false)");
  answer.headers.emplace_back("retry-after", "1");
  return answer;
}

net::HttpResponse unknown_answer(std::string_view message) {
  return error_answer(504, "UNKNOWN", message);
}

net::HttpResponse too_many_answer(std::string_view message, std::uint32_t retry_after) {
  net::HttpResponse answer = error_answer(429, "RATE_LIMITED", message);
  answer.headers.emplace_back("retry-after", std::to_string(retry_after));
  return answer;
}

net::HttpResponse failure_answer(const Error& error) {
  switch (error.code) {
    case Errc::unauthorized:
      return unauthorized_answer(error.where);
    case Errc::not_found:
      return error_answer(404, "NOT_FOUND", error.where);
    case Errc::forbidden:
      return error_answer(403, "FORBIDDEN", error.where);
    case Errc::conflict:
      return error_answer(409, "CONFLICT", error.where);
    case Errc::malformed:
      return error_answer(400, "INVALID_FIELD", error.where);
    case Errc::unavailable:
    case Errc::overflow:
      return unavailable_answer(error.where);
    default:
      return unknown_answer(error.where);
  }
}

}  // namespace plumbline::serve
