#include "rest/openapi.h"

#include <algorithm>
#include <array>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <initializer_list>
#include <utility>

#include "observe/observe_endpoint.h"
#include "plumbline/base/ids.h"
#include "plumbline/base/version.h"
#include "rest/answer.h"
#include "rest/openapi_shared.h"
#include "rest/route.h"

namespace plumbline::serve {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

boost::json::string_view text(std::string_view from) {
  return {from.data(), from.size()};
}

value parsed(std::string_view json) {
  return boost::json::parse(text(json));
}

value reference(std::string_view kind, std::string_view name) {
  return object{{"$ref", "#/components/" + std::string{kind} + '/' + std::string{name}}};
}

void add_all(object& into, std::string_view json) {
  value all = parsed(json);
  for (auto& [name, what] : all.as_object()) {
    into.insert_or_assign(name, std::move(what));
  }
}

object answer_object(std::string_view says, std::string_view schema, std::string_view type) {
  object content;
  content[text(type)] =
      object{{"schema", type.starts_with("text/") ? value(object{{"type", "string"}}) : reference("schemas", schema)}};
  return {{"description", text(says)}, {"content", std::move(content)}};
}

using NamedHeaders = std::initializer_list<std::pair<std::string_view, std::string_view>>;

void add_headers(object& answer, NamedHeaders headers) {
  object& all = answer.contains("headers") ? answer["headers"].as_object() : answer["headers"].emplace_object();
  for (const auto& [name, component] : headers) {
    all[text(name)] = reference("headers", component);
  }
}

void add_headers_of(object& answer, unsigned status, const DocumentedOperation& operation) {
  if (status == 401) {
    add_headers(answer, {{"WWW-Authenticate", "Challenge"}});
  }
  if (status == 429 || status == 503) {
    add_headers(answer, {{"Retry-After", "RetryAfter"}});
  }
  if (operation.limited && status < 500 && status != 401) {
    add_headers(answer, {{"X-RateLimit-Limit", "RateLimit"},
                         {"X-RateLimit-Remaining", "RateRemaining"},
                         {"X-RateLimit-Reset", "RateReset"}});
  }
  if (operation.once && status < 300) {
    add_headers(answer, {{"Idempotency-Replayed", "Replayed"}});
  }
}

// The operation's own answers, and those that follow from what it is.
object answers_of(const DocumentedOperation& operation) {
  std::vector<Answered> all;
  for (const Answered& own : operation.described->answers) {
    if (own.status != 0) {
      all.push_back(own);
    }
  }
  const auto add = [&all](unsigned status, std::string_view says) {
    const bool there = std::any_of(all.begin(), all.end(), [status](const Answered& a) { return a.status == status; });
    if (!there) {
      all.push_back({status, says});
    }
  };
  add(400, "Malformed, or a field that is not as described");
  if (operation.token) {
    add(401, "No access token, an invalid one, or one that has expired");
  }
  if (!operation.described->body.empty()) {
    add(413, "The body is larger than 1 MiB");
    add(415, "The body is not application/json in UTF-8");
  }
  if (operation.limited) {
    add(429, "Too many requests of this user");
  }
  add(503, "Something the server needs is away, or it is shutting down; nothing was done");
  add(504, "Something the server needs did not answer in time; whether it was done is not known");
  std::sort(all.begin(), all.end(), [](const Answered& a, const Answered& b) { return a.status < b.status; });
  object answers;
  for (const Answered& one : all) {
    object answer = answer_object(one.says, one.schema.empty() ? "Error" : one.schema, one.type);
    add_headers_of(answer, one.status, operation);
    if (one.status == operation.described->answers[0].status && !operation.described->links.empty()) {
      answer["links"] = parsed(operation.described->links);
    }
    answers[std::to_string(one.status)] = std::move(answer);
  }
  return answers;
}

object operation_object(const DocumentedOperation& operation) {
  const Described& described = *operation.described;
  object out{{"operationId", text(described.id)},
             {"tags", array{text(operation.tag)}},
             {"summary", text(described.summary)},
             {"security", operation.token ? parsed(kTokenSecurity) : value(array{})}};
  array parameters;
  if (!described.parameters.empty()) {
    value given = parsed(described.parameters);
    parameters = std::move(given.as_array());
  }
  if (operation.once) {
    parameters.push_back(reference("parameters", "idempotencyKey"));
  }
  if (!parameters.empty()) {
    out["parameters"] = std::move(parameters);
  }
  if (!described.body.empty()) {
    out["requestBody"] =
        object{{"required", operation.body_required},
               {"content", object{{"application/json", object{{"schema", reference("schemas", described.body)}}}}}};
  }
  out["responses"] = answers_of(operation);
  return out;
}

object components() {
  object schemas;
  add_all(schemas, kSharedSchemas);
  for (const Area& area : rest_areas()) {
    add_all(schemas, area.schemas);
  }
  add_all(schemas, observed_schemas());
  return {{"schemas", std::move(schemas)},
          {"parameters", parsed(kSharedParameters)},
          {"headers", parsed(kSharedHeaders)},
          {"securitySchemes", parsed(kSecuritySchemes)}};
}

std::string make_document() {
  object paths;
  for (const DocumentedOperation& operation : documented_operations()) {
    value& path = paths[text(operation.path)];
    (path.is_object() ? path.as_object() : path.emplace_object())[to_lower_ascii(operation.method)] =
        operation_object(operation);
  }
  return boost::json::serialize(
      object{{"openapi", "3.1.0"},
             {"info", object{{"title", "Plumbline reference server"},
                             {"version", kVersion},
                             {"description", text(kApiDescription)},
                             {"license", object{{"name", "Apache-2.0"}, {"identifier", "Apache-2.0"}}}}},
             {"servers", array{object{{"url", "/"}}}},
             {"paths", std::move(paths)},
             {"components", components()}});
}

constexpr std::array kDescriptionRoutes{
    Route{"GET",
          "/openapi.json",
          Access::open,
          Body::none,
          Repeat::any,
          std::nullopt,
          get_openapi,
          {"getDescription", "This document", "", "", {{{200, "OpenAPI 3.1", "Description"}}}}},
};
static_assert(complete(kDescriptionRoutes));

constexpr std::string_view kDescriptionSchemas = R"json(
{
"Description": {"type": "object", "required": ["openapi", "info", "paths", "components"]}
}
)json";

}  // namespace

Area description_area() {
  return {"server", kDescriptionRoutes, kDescriptionSchemas};
}

std::vector<DocumentedOperation> documented_operations() {
  std::vector<DocumentedOperation> all;
  for (const Area& area : rest_areas()) {
    for (const Route& route : area.routes) {
      all.push_back({route.method, route.path, area.tag, route.access == Access::token, route.body == Body::fields,
                     route.bucket.has_value(), route.repeat == Repeat::once, &route.described});
    }
  }
  for (const Observed& observed : observed_paths()) {
    all.push_back({"GET", observed.path, "server", false, false, false, false, &observed.described});
  }
  return all;
}

const std::string& openapi_document() {
  static const std::string document = make_document();
  return document;
}

void get_openapi(const CallPtr& call) {
  call->respond(json_answer(200, openapi_document()));
}

}  // namespace plumbline::serve
