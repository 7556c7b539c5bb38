#include "collect/position.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "collect/locate.h"

namespace acr {
namespace {

std::string show(const std::optional<TextPosition>& found) {
  return found ? fmt::format("{}:{}", found->line, found->column) : "none";
}

TEST(Position, OfKeysInYaml) {
  const std::vector<YamlPart> parts = split_yaml(
      "# head\napiVersion: v1\n---\nspec:\n  containers:\n  - name: a\n    image: x\n  - name: b\n "
      "   image: y\n"
      "  a/b: {c~d: 1}\nbase: &base\n  deep: {er: 2}\nuse: *base\n");
  ASSERT_EQ(parts.size(), 2U);
  const auto position = [&](std::size_t part, std::string_view pointer) {
    return show(yaml_position(parts[part], pointer));
  };
  EXPECT_EQ(position(0, "/apiVersion"), "2:1");
  EXPECT_EQ(position(1, "/spec/containers/1/image"), "9:5");
  EXPECT_EQ(position(1, "/spec/containers/0"), "6:5");
  EXPECT_EQ(position(1, "/spec/containers"), "5:3");
  EXPECT_EQ(position(1, "/spec/a~1b/c~0d"), "10:9");
  EXPECT_EQ(position(1, "/base/deep/er"), "12:10");
  EXPECT_EQ(position(1, "/use/deep/er"), "13:6") << "inside an alias";
  EXPECT_EQ(position(1, ""), "4:1");
  EXPECT_EQ(position(1, "/spec/containers/2"), "none");
  EXPECT_EQ(position(1, "spec"), "none");
  EXPECT_EQ(show(nearest_position(parts[1], "/spec/containers/1/imagePullPolicy")), "8:5")
      << "what is missing is missing in its container";
}

TEST(Position, OfKeysInJson) {
  const std::string text =
      "{\n  \"a\": [1, {\"b\\u0063\": true,\n \"é\": {\"d/e\": 2}}]\n}\n{\"f\": 3}";
  const auto position = [&](std::uint32_t document, std::string_view pointer) {
    return show(json_position(text, document, pointer));
  };
  EXPECT_EQ(position(0, "/a"), "2:3");
  EXPECT_EQ(position(0, "/a/0"), "2:9");
  EXPECT_EQ(position(0, "/a/1/bc"), "2:13");
  EXPECT_EQ(position(0, "/a/1/é/d~1e"), "3:8");
  EXPECT_EQ(position(0, ""), "1:1");
  EXPECT_EQ(position(1, "/f"), "5:2");
  EXPECT_EQ(position(1, "/a"), "none");
  EXPECT_EQ(position(0, "/a/2"), "none");
  EXPECT_EQ(position(0, "/a/x"), "none");
  EXPECT_EQ(position(2, "/a"), "none");
  EXPECT_EQ(show(nearest_position(text, 0, "/a/1/gone/deeper")), "2:12");
  EXPECT_EQ(show(json_position("[1, {", 0, "/1/a")), "none");
}

constexpr std::string_view kTemplate =
    "apiVersion: apps/v1\nkind: Deployment\n{{- with .Values.labels }}\nspec:\n"
    "  template:\n    spec:\n      containers:\n"
    "        - name: {{ .Chart.Name }}\n          image: \"{{ .Values.image }}\"\n"
    "        - name: proxy\n          image: {{ .Values.proxy }}\n";
constexpr std::string_view kRendered =
    "# Source: shop/templates/cart.yaml\napiVersion: apps/v1\nkind: Deployment\nspec:\n"
    "  template:\n    spec:\n      containers:\n"
    "        - name: shop\n          image: \"contoso.azurecr.io/cart\"\n"
    "        - name: proxy\n          image: envoy\n          args: [a]\n";

TEST(Position, OfTheTemplateOfARenderedLine) {
  EXPECT_EQ(line_of_origin(kRendered, 3, kTemplate), 2U) << "the same line";
  EXPECT_EQ(line_of_origin(kRendered, 9, kTemplate), 9U) << "the first image:";
  EXPECT_EQ(line_of_origin(kRendered, 10, kTemplate), 10U);
  EXPECT_EQ(line_of_origin(kRendered, 11, kTemplate), 11U) << "the second image:";
  EXPECT_EQ(line_of_origin(kRendered, 12, kTemplate), 0U) << "no such key";
  EXPECT_EQ(line_of_origin(kRendered, 99, kTemplate), 0U);
}

}  // namespace
}  // namespace acr
