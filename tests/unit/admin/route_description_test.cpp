#include <algorithm>
#include <boost/json/parse.hpp>
#include <set>

#include <gtest/gtest.h>

#include "admin/openapi.hpp"
#include "admin/routes.hpp"

namespace cadenas::admin {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

std::string_view role_word(Access access) {
  switch (access) {
    case Access::open:
      return "open";
    case Access::reader:
      return "reader";
    case Access::administrator:
      return "administrator";
    case Access::metrics:
      return "metrics";
  }
  return "";
}

TEST(RouteDescription, DescribesEveryRouteWithItsOperationAndRole) {
  const auto document = boost::json::parse(openapi_document);
  const auto& paths = document.at("paths").as_object();
  for (const Route& route : routes()) {
    const auto* path = paths.if_contains(route.path);
    ASSERT_TRUE(path) << route.path;
    const auto* operation = path->as_object().if_contains(lower(to_string(route.method)));
    ASSERT_TRUE(operation) << to_string(route.method) << ' ' << route.path;
    EXPECT_EQ(std::string_view(operation->at("operationId").as_string()), route.operation);
    EXPECT_EQ(std::string_view(operation->at("x-role").as_string()), role_word(route.access)) << route.operation;
    EXPECT_EQ(operation->as_object().contains("security"), route.access == Access::open) << route.operation;
  }
}

TEST(RouteDescription, DescribesNoRouteThatIsNotThere) {
  std::set<std::string> known;
  for (const Route& route : routes()) known.insert(lower(to_string(route.method)) + " " + std::string(route.path));
  const auto document = boost::json::parse(openapi_document);
  for (const auto& path : document.at("paths").as_object()) {
    for (const auto& operation : path.value().as_object()) {
      EXPECT_TRUE(known.contains(std::string(operation.key()) + " " + std::string(path.key())))
          << operation.key() << ' ' << path.key();
    }
  }
}

TEST(RouteDescription, NamesPathParametersAsTheTemplatesDo) {
  const auto document = boost::json::parse(openapi_document);
  for (const Route& route : routes()) {
    std::set<std::string> in_template;
    for (auto open = route.path.find('{'); open != std::string_view::npos; open = route.path.find('{', open + 1)) {
      in_template.emplace(route.path.substr(open + 1, route.path.find('}', open) - open - 1));
    }
    std::set<std::string> described;
    const auto& operation = document.at("paths").at(route.path).at(lower(to_string(route.method))).as_object();
    if (const auto* parameters = operation.if_contains("parameters")) {
      for (const auto& parameter : parameters->as_array()) {
        if (parameter.at("in").as_string() == "path") described.emplace(parameter.at("name").as_string());
      }
    }
    EXPECT_EQ(described, in_template) << route.path;
  }
}

void collect_references(const boost::json::value& in, std::set<std::string>& out) {
  if (in.is_array()) {
    for (const auto& item : in.as_array()) collect_references(item, out);
  } else if (in.is_object()) {
    for (const auto& member : in.as_object()) {
      if (member.key() == "$ref") out.emplace(member.value().as_string());
      collect_references(member.value(), out);
    }
  }
}

TEST(RouteDescription, RefersOnlyToSchemasThatAreThere) {
  const auto document = boost::json::parse(openapi_document);
  std::set<std::string> references;
  collect_references(document, references);
  const auto& schemas = document.at("components").at("schemas").as_object();
  const std::string prefix = "#/components/schemas/";
  for (const std::string& reference : references) {
    ASSERT_TRUE(reference.starts_with(prefix)) << reference;
    EXPECT_TRUE(schemas.contains(reference.substr(prefix.size()))) << reference;
  }
  EXPECT_EQ(references.size(), schemas.size()) << "a schema is used nowhere";
}

}  // namespace
}  // namespace cadenas::admin
