// REST handlers: register, log in, refresh, log out, public keys (decisions.md section 2). Stage: gateway.
#include <algorithm>

#include "delivery/frames.h"
#include "gateway/shard_core.h"
#include "rest/answer.h"
#include "rest/rest.h"

namespace plumbline::serve {
namespace {

constexpr TextRule kPasswordRule{8, 128, Length::whole};
constexpr TextRule kNameRule{1, 100};

bool plain_name(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '.' ||
           c == '-';
  });
}

// The shape only: who can be reached there is shown by sending, not by parsing.
bool looks_like_email(std::string_view text) {
  const std::size_t at = text.find('@');
  const std::size_t dot = text.rfind('.');
  return at != std::string_view::npos && at > 0 && text.find('@', at + 1) == std::string_view::npos &&
         dot != std::string_view::npos && dot > at + 1 && dot + 1 < text.size() &&
         text.find_first_of(" \t\r\n") == std::string_view::npos;
}

std::string user_json(const User& user) {
  return R"({"id":")" + user.id.text() + R"(","username":)" + quoted(user.username) + R"(,"email":)" +
         (user.email.empty() ? "null" : quoted(user.email)) + R"(,"firstName":)" + quoted(user.first_name) +
         R"(,"lastName":)" + quoted(user.last_name) + "}";
}

User user_of(Fields& fields) {
  User user;
  user.username = fields.text("username", Need::required, {3, 64}).value_or("");
  user.email = fields.text("email", Need::required, {3, 254, Length::whole}).value_or("");
  user.first_name = fields.text("firstName", Need::optional, kNameRule).value_or("");
  user.last_name = fields.text("lastName", Need::optional, kNameRule).value_or("");
  if (!plain_name(user.username)) {
    fields.fault("username", "may hold letters, digits, '_', '.' and '-'");
  }
  if (!user.email.empty() && !looks_like_email(user.email)) {
    fields.fault("email", "is no e-mail address");
  }
  return user;
}

void answer_tokens(const CallPtr& call, const Result<LoggedIn>& outcome) {
  if (outcome.has_error()) {
    answer_failure(call, outcome.error());
    return;
  }
  net::HttpResponse answer = json_answer(200, R"({"user":)" + user_json(*outcome.value().user) + R"(,"accessToken":)" +
                                                  quoted(outcome.value().access_token) + R"(,"refreshToken":)" +
                                                  quoted(outcome.value().refresh_token) + R"(,"expiresIn":900})");
  answer.headers.emplace_back("cache-control", "no-store");
  call->respond(std::move(answer));
}

// Counts the attempt before it is answered, so that the next one meets the block. Only a wrong name or password counts.
void settle_login(const CallPtr& call, const std::string& name, Result<LoggedIn> outcome) {
  if (outcome.has_error() && outcome.error().code != Errc::unauthorized) {
    answer_tokens(call, outcome);
    return;
  }
  const bool fits = outcome.has_value();
  Done<void> answer = [call, outcome = std::move(outcome)](const Result<void>&) {
    answer_tokens(call, outcome);
  };
  if (fits) {
    call->core.lockout.succeeded(name, std::move(answer));
  } else {
    call->core.lockout.failed(name, std::move(answer));
  }
}

}  // namespace

void post_register(const CallPtr& call) {
  User user = user_of(call->fields);
  const auto password = call->fields.text("password", Need::required, kPasswordRule);
  if (!call->fields.good()) {
    call->respond(call->fields.refusal());
    return;
  }
  call->core.auth.add_user(std::move(user), std::string{password.value_or("")}, [call](const Result<UserPtr>& added) {
    if (added.has_value()) {
      call->respond(json_answer(201, R"({"user":)" + user_json(*added.value()) + "}"));
    } else {
      answer_failure(call, added.error());
    }
  });
}

void post_login(const CallPtr& call) {
  Fields& fields = call->fields;
  constexpr TextRule kLoginName{1, 254, Length::whole};
  auto name = fields.text("username", Need::optional, kLoginName);
  if (!name) {
    name = fields.text("email", Need::optional, kLoginName);
  }
  if (!name && fields.good()) {
    fields.fault("username", "or email is required");
  }
  const auto password = fields.text("password", Need::required, {1, 128, Length::whole});
  if (!fields.good()) {
    call->respond(fields.refusal());
    return;
  }
  call->core.lockout.wait_of(std::string{name.value_or("")}, [call, name = std::string{name.value_or("")},
                                                              password = std::string{password.value_or("")}](
                                                                 const Result<std::uint32_t>& wait) {
    // The count is a guard, not an authority: without it everybody may try.
    if (wait.has_value() && wait.value() > 0) {
      call->respond(too_many_answer("Too many failed log-ins. Please try again later.", wait.value()));
      return;
    }
    call->core.auth.log_in(name, password,
                           [call, name](Result<LoggedIn> outcome) { settle_login(call, name, std::move(outcome)); });
  });
}

void post_refresh(const CallPtr& call) {
  const auto token = call->fields.text("refreshToken", Need::required, {1, 1024, Length::whole});
  if (!call->fields.good()) {
    call->respond(call->fields.refusal());
    return;
  }
  call->core.auth.refresh(std::string{token.value_or("")},
                          [call](const Result<LoggedIn>& outcome) { answer_tokens(call, outcome); });
}

void post_logout(const CallPtr& call) {
  // A token signed elsewhere with our key belongs to no log-in: there is nothing to end.
  if (call->who->family.is_nil()) {
    call->respond(json_answer(200, R"({"success":true})"));
    return;
  }
  call->core.auth.log_out(call->who->family,
                          [call](const Result<void>&) { call->respond(json_answer(200, R"({"success":true})")); });
}

void get_jwks(const CallPtr& call) {
  net::HttpResponse answer = json_answer(200, call->core.shared.keys.jwks);
  answer.headers.emplace_back("cache-control", "public, max-age=300");
  call->respond(std::move(answer));
}

}  // namespace plumbline::serve
