#include "rest/rest.h"

#include <algorithm>
#include <boost/url/pct_string_view.hpp>

#include "auth/credentials.h"
#include "gateway/shard_core.h"
#include "rest/answer.h"
#include "rest/route.h"

namespace plumbline::serve {
namespace {

net::HttpResponse no_route(std::string_view path) {
  std::string allowed = allowed_methods(path);
  if (allowed.empty()) {
    return error_answer(404, "NOT_FOUND", "There is nothing at this path");
  }
  net::HttpResponse answer = error_answer(405, "METHOD_NOT_ALLOWED", "This path does not take this method");
  answer.headers.emplace_back("allow", std::move(allowed));
  return answer;
}

// Parses what the handler needs; answers itself and returns false when that fails.
bool body_good(const CallPtr& call, const Route& route) {
  if (route.body == Body::none || (route.body == Body::optional && call->request.body.empty())) {
    return true;
  }
  if (auto refusal = call->fields.parse(call->request)) {
    call->respond(std::move(*refusal));
    return false;
  }
  return true;
}

void add_limit_headers(net::HttpResponse& answer, const RateDecision& decision) {
  answer.headers.emplace_back("x-ratelimit-limit", std::to_string(decision.limit));
  answer.headers.emplace_back("x-ratelimit-remaining", std::to_string(decision.remaining));
  answer.headers.emplace_back("x-ratelimit-reset", std::to_string(decision.reset_seconds));
}

// Runs `work` unless the user has used up the bucket: then 429. Adds the X-RateLimit headers to the answer.
void limited(const CallPtr& call, RateBucket bucket, std::function<void()> work) {
  if (!call->core.shared.options.rate_limits) {
    work();
    return;
  }
  call->core.rates.admit(call->who->user, bucket, [call, work = std::move(work)](const Result<RateDecision>& outcome) {
    if (outcome.has_error()) {
      work();  // the counter is a guard, not an authority: without it everybody may pass
      return;
    }
    call->respond = [decision = outcome.value(), respond = std::move(call->respond)](net::HttpResponse answer) {
      add_limit_headers(answer, decision);
      respond(std::move(answer));
    };
    if (outcome.value().admitted) {
      work();
    } else {
      call->respond(too_many_answer("Too many requests. Please slow down.", outcome.value().reset_seconds));
    }
  });
}

void run(const CallPtr& call, const Route& route) {
  if (!body_good(call, route)) {
    return;
  }
  if (route.bucket) {
    limited(call, *route.bucket, [call, &route] { route.handler(call); });
  } else {
    route.handler(call);
  }
}

void authenticate(const CallPtr& call, const Route& route) {
  const Result<std::string> token = request_token(call->request);
  if (token.has_error()) {
    answer_failure(call, token.error());
    return;
  }
  call->core.gate.identify(token.value(), [call, &route](Result<IdentityPtr> identity) {
    if (identity.has_error()) {
      answer_failure(call, identity.error());
      return;
    }
    call->who = std::move(identity.value());
    run(call, route);
  });
}

// Nothing when the header is absent, which is not the same as empty.
std::optional<std::string_view> find_header(const net::HttpRequest& request, std::string_view lower_name) {
  const auto found = std::find_if(request.headers.begin(), request.headers.end(),
                                  [lower_name](const auto& header) { return header.first == lower_name; });
  return found == request.headers.end() ? std::nullopt : std::optional<std::string_view>{found->second};
}

bool good_key(std::string_view key) {
  return !key.empty() && key.size() <= 128 &&
         std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

constexpr unsigned kUnknownOutcome = 504;

// From here on the answer also settles the claim: a success is kept for repetitions, a refusal frees the id.
void settle_with_answer(const CallPtr& call, const WriteKey& key) {
  call->respond = [&core = call->core, key, respond = std::move(call->respond)](net::HttpResponse answer) {
    if (answer.status == kUnknownOutcome) {
      core.writes.doubt(key);
    } else if (answer.status >= 300) {
      core.writes.settle(key, std::nullopt);
    } else if (!core.writes.settle(key, WriteAnswer{answer.status, answer.body})) {
      answer = unknown_answer("This took so long that another attempt may have been made; repeat it");
    }
    respond(std::move(answer));
  };
}

}  // namespace

void Rest::answer(net::HttpRequest request, net::Respond respond) {
  ++counters_.requests;
  ++*in_flight_;
  auto call = std::make_shared<Call>(core_, std::move(request));
  call->respond = [this, in_flight = in_flight_, respond = std::move(respond)](net::HttpResponse answer) {
    counters_.client_errors += answer.status >= 400 && answer.status < 500 ? 1U : 0U;
    counters_.unavailable += answer.status == 503 ? 1U : 0U;
    --*in_flight;
    respond(std::move(answer));
  };
  dispatch(call);
}

void Rest::dispatch(const CallPtr& call) {
  const net::HttpRequest& request = call->request;
  const Route* const route = find_route(request.method, request.path);
  if (route == nullptr) {
    call->respond(no_route(request.path));
  } else if (refusing_ && route->method != "GET") {
    call->respond(unavailable_answer("The server is shutting down"));
  } else if (route->access == Access::token) {
    authenticate(call, *route);
  } else {
    run(call, *route);
  }
}

std::string last_segment(std::string_view path) {
  const std::string_view segment = path.substr(path.rfind('/') + 1);
  const auto valid = boost::urls::make_pct_string_view({segment.data(), segment.size()});
  return valid.has_error() ? std::string{} : valid.value().decode();
}

void once(const CallPtr& call, std::function<void(const WriteAttempt&)> work) {
  std::string client_id;
  if (const auto header = find_header(call->request, "idempotency-key")) {
    client_id = *header;
    if (!good_key(client_id)) {
      call->fields.fault("Idempotency-Key", "must have 1 to 128 visible ASCII characters");
    }
  }
  if (const auto id = call->fields.text("clientMessageId", Need::optional, {1, 128, Length::whole})) {
    client_id = *id;
  }
  if (!call->fields.good()) {
    call->respond(call->fields.refusal());
    return;
  }
  if (client_id.empty()) {
    work({});
    return;
  }
  const WriteKey key{call->who->user, call->request.path, std::move(client_id)};
  call->core.writes.claim(key, [call, key, work = std::move(work)](const Result<WriteClaim>& claim) {
    if (claim.has_error()) {
      answer_failure(call, claim.error());
    } else if (const auto& before = claim.value().answer) {
      net::HttpResponse answer = json_answer(before->status, before->body);
      answer.headers.emplace_back("idempotency-replayed", "true");
      call->respond(std::move(answer));
    } else {
      settle_with_answer(call, key);
      work({key.operation + '\n' + key.client_id, claim.value().standing, claim.value().asked});
    }
  });
}

void answer_failure(const CallPtr& call, const Error& error) {
  call->respond(failure_answer(error));
}

}  // namespace plumbline::serve
