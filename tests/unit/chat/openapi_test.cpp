// The OpenAPI document and the routes are one thing: neither has what the other lacks.
#include "rest/openapi.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <set>

#include "chat_world.h"
#include "plumbline/base/ids.h"
#include "rest/route.h"

namespace plumbline::serve {
namespace {

using boost::json::object;
using boost::json::value;

const object& document() {
  static const value parsed = boost::json::parse(openapi_document());
  return parsed.as_object();
}

std::string path_text(std::string_view path) {
  return std::string{path.substr(0, path.find('{'))} + (path.ends_with('}') ? "x" : "");
}

const object* find_operation(std::string_view method, std::string_view path) {
  const value* const at = document().at("paths").as_object().if_contains({path.data(), path.size()});
  const value* const operation = at == nullptr ? nullptr : at->as_object().if_contains(to_lower_ascii(method));
  return operation == nullptr ? nullptr : &operation->as_object();
}

// Calls `visit` with every "$ref" below.
void each_reference(const value& where, const std::function<void(std::string)>& visit) {
  if (const auto* list = where.if_array()) {
    for (const value& element : *list) {
      each_reference(element, visit);
    }
  } else if (const auto* fields = where.if_object()) {
    for (const auto& [name, field] : *fields) {
      if (name == "$ref") {
        visit(std::string{field.as_string()});
      }
      each_reference(field, visit);
    }
  }
}

TEST(OpenApi, DescribesEveryRoute) {
  std::size_t routes = 0;
  for (const Area& area : rest_areas()) {
    for (const Route& route : area.routes) {
      ++routes;
      const object* const operation = find_operation(route.method, route.path);
      ASSERT_NE(operation, nullptr) << route.path;
      EXPECT_EQ(operation->at("operationId").as_string(), route.described.id);
      EXPECT_EQ(operation->contains("requestBody"), route.body != Body::none) << route.path;
      EXPECT_EQ(operation->at("security").as_array().empty(), route.access == Access::open) << route.path;
      EXPECT_TRUE(route.access == Access::open || operation->at("responses").as_object().contains("401")) << route.path;
    }
  }
  EXPECT_GE(routes, 17U);
}

TEST(OpenApi, DescribesNothingThatIsNotRouted) {
  ChatWorld world;
  std::set<std::string> probes;  // answered before any application: see the end-to-end tests
  for (const DocumentedOperation& operation : documented_operations()) {
    if (operation.path.starts_with("/health") || operation.path == "/metrics") {
      probes.insert(std::string{operation.path});
      continue;
    }
    const Answer answer = world.request(make_request(std::string{operation.method}, path_text(operation.path)));
    const bool nowhere = answer.status == 405 || (answer.status == 404 && answer.code() == "NOT_FOUND");
    EXPECT_FALSE(nowhere) << operation.method << ' ' << operation.path << " answered " << answer.status;
    EXPECT_EQ(answer.status == 401, operation.token) << operation.path;
  }
  EXPECT_EQ(probes, (std::set<std::string>{"/health", "/health/ready", "/metrics"}));
  EXPECT_EQ(document().at("paths").as_object().size(), documented_operations().size());
}

TEST(OpenApi, NamesOnlyWhatItHolds) {
  const value whole = document();
  std::size_t references = 0;
  each_reference(document(), [&](const std::string& name) {
    ++references;
    boost::system::error_code missing;
    ASSERT_TRUE(name.starts_with("#/")) << name;
    (void)whole.find_pointer(name.substr(1), missing);
    EXPECT_FALSE(missing) << name;
  });
  EXPECT_GT(references, 100U);
}

TEST(OpenApi, UsesEverySchemaAndGivesEachOperationANameOfItsOwn) {
  std::set<std::string> used;
  each_reference(document(), [&used](const std::string& name) { used.insert(name); });
  for (const auto& schema : document().at("components").as_object().at("schemas").as_object()) {
    EXPECT_TRUE(used.contains("#/components/schemas/" + std::string{schema.key()})) << schema.key();
  }
  std::set<std::string_view> names;
  for (const DocumentedOperation& operation : documented_operations()) {
    EXPECT_TRUE(names.insert(operation.described->id).second) << operation.described->id;
  }
}

TEST(OpenApi, IsServedToAnybody) {
  ChatWorld world;

  const Answer answer = world.request(make_request("GET", "/openapi.json"));

  EXPECT_EQ(answer.status, 200U);
  EXPECT_EQ(answer.body, value(document()));
  EXPECT_EQ(answer.json().at("openapi").as_string(), "3.1.0");
}

TEST(OpenApi, DocumentsTheLimitsThatAreApplied) {
  ChatWorld world(1, ChatWorld::Limits::on);
  const Person ann = world.known("ann");
  for (const DocumentedOperation& operation : documented_operations()) {
    if (operation.token && operation.method == "GET") {
      const Answer answer = world.get(ann, path_text(operation.path) + "?q=x");
      EXPECT_EQ(!answer.header("x-ratelimit-limit").empty(), operation.limited) << operation.path;
    }
  }
}

}  // namespace
}  // namespace plumbline::serve
