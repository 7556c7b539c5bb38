#include "collect/arm_template.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "collect/collect_text.h"
#include "collect/template_expression.h"

namespace acr {
namespace {

TemplateScope scope() {
  return {.parameter =
              [](std::string_view name) {
                return name == "name" ? TemplateValue::text("contoso") : TemplateValue{};
              },
          .variable =
              [](std::string_view name) {
                TemplateValue value;
                if (name == "map") value.value.emplace().at("a/b").set_text("deep");
                return value;
              },
          .symbol =
              [](std::string_view symbol) {
                return symbol == "acr" ? std::string("/subscriptions/s/x") : std::string{};
              },
          .runtime =
              [](const TemplateValue& value) {
                return TemplateValue::text(fmt::format("<{} {}>", value.resource, value.path));
              },
          .subscription = "S",
          .resource_group = "G",
          .copy_index = 3};
}

struct Expression {
  const char* text;
  const char* value;  // nullptr: not known
};
class Expressions : public testing::TestWithParam<Expression> {};
TEST_P(Expressions, AreWorkedOut) {
  const TemplateValue value = evaluate(GetParam().text, scope());
  const std::string* text = value.as_text();
  if (GetParam().value == nullptr) {
    EXPECT_EQ(text, nullptr) << *text;
  } else {
    ASSERT_NE(text, nullptr);
    EXPECT_EQ(*text, GetParam().value);
  }
}
INSTANTIATE_TEST_SUITE_P(
    Table, Expressions,
    testing::Values(
        Expression{"plain", "plain"}, Expression{"[[escaped]", "[escaped]"},
        Expression{"[parameters('name')]", "contoso"}, Expression{"[parameters('other')]", nullptr},
        Expression{"[concat('a-', parameters('name'), '''s')]", "a-contoso's"},
        Expression{"[concat('a', parameters('other'))]", nullptr},
        Expression{"[format('{0}/{1}-{{x}}', 'a', 7)]", "a/7-{x}"},
        Expression{"[format('{0:D2}', 7)]", nullptr}, Expression{"[toUpper(toLower('Ab'))]", "AB"},
        Expression{"[variables('map').a['b']]", "deep"},
        Expression{"[variables('map').a.c]", nullptr},
        Expression{"[if(equals('a', 'b'), 'yes', 'no')]", "no"},
        Expression{"[if(parameters('other'), 'yes', 'no')]", nullptr},
        Expression{"[format('n{0}', copyIndex(1))]", "n4"},
        Expression{"[resourceGroup().name]", "G"},
        Expression{"[resourceId('Microsoft.Network/virtualNetworks/subnets', 'v', 's')]",
                   "/subscriptions/S/resourceGroups/G/providers/Microsoft.Network/virtualNetworks/"
                   "v/subnets/s"},
        Expression{"[resourceId('R', 'A.B/c', 'n')]",
                   "/subscriptions/S/resourceGroups/R/providers/A.B/c/n"},
        Expression{"[resourceId('T', 'R', 'A.B/c', 'n')]",
                   "/subscriptions/T/resourceGroups/R/providers/A.B/c/n"},
        Expression{"[resourceId('A.B/c/d', 'n')]", nullptr},
        Expression{"[subscriptionResourceId('A.B/c', 'n')]", "/subscriptions/S/providers/A.B/c/n"},
        Expression{"[extensionResourceId('/x', 'A.B/c', 'n')]", "/x/providers/A.B/c/n"},
        Expression{"[tenantResourceId('A.B/c', 'n')]", "/providers/A.B/c/n"},
        Expression{"[reference('acr').identity.principalId]",
                   "</subscriptions/s/x identity.principalId>"},
        Expression{"[reference('/y', '2024-01-01', 'Full').properties.a]", "</y a>"},
        Expression{"[nothing('known')]", nullptr}, Expression{"[concat('a'", "[concat('a'"},
        Expression{"[concat('a') b]", nullptr}, Expression{"[]", nullptr}));

TEST(TemplateExpression, DepthIsBounded) {
  std::string text = "[";
  for (int i = 0; i < 100'000; ++i) text += "concat(";
  EXPECT_EQ(evaluate(text + "]", scope()).as_text(), nullptr);
}

std::string template_of(const std::string& resources, const std::string& more = "") {
  return fmt::format(R"({{"$schema":"https://schema.management.azure.com/schemas/2019-04-01/)"
                     R"(deploymentTemplate.json#"{},"resources":{}}})",
                     more, resources);
}

std::string registry(const std::string& name, const std::string& more = "") {
  return fmt::format(
      R"({{"type":"Microsoft.ContainerRegistry/registries","apiVersion":"2025-04-01","name":"{}",)"
      R"("sku":{{"name":"Basic"}},"properties":{{"adminUserEnabled":true}}{}}})",
      name, more);
}

std::vector<std::string> names_of(const Estate& estate) {
  std::vector<std::string> names;
  for (const Registry& each : estate.registries) names.push_back(each.name);
  return names;
}
using Names = std::vector<std::string>;

TEST(ArmTemplate, ConditionsDecideWhereTheyAreKnown) {
  const auto collected = collect_text(
      template_of("[" + registry("no", R"(,"condition":"[equals('a','b')]")") + "," +
                      registry("yes", R"(,"condition":true)") + "," +
                      registry("open", R"(,"condition":"[parameters('maybe')]")") + "]",
                  R"(,"parameters":{"maybe":{"type":"bool"}})"));
  EXPECT_EQ(names_of(collected.estate), (Names{"open", "yes"}));
  EXPECT_TRUE(remarks_of(collected).contains("/resources/2: whether its condition holds"));
}

TEST(ArmTemplate, ParametersComeFromTheDocumentBesideIt) {
  const Folder folder;
  folder.write("a.json", template_of("[" + registry("[parameters('name')]") + "]",
                                     R"(,"parameters":{"name":{"defaultValue":"standard"}})"));
  Input input;
  input.paths = {folder.path()};
  EXPECT_EQ(names_of(collect(input).estate), Names{"standard"});
  folder.write("b.json", R"({"$schema":"https://schema.management.azure.com/schemas/2019-04-01/)"
                         R"(deploymentParameters.json#","parameters":{"name":{"value":"given"}}})");
  EXPECT_EQ(names_of(collect(input).estate), Names{"given"});
  folder.write("b.json",
               R"({"$schema":"https://schema.management.azure.com/schemas/2019-04-01/)"
               R"(deploymentParameters.json#","parameters":{"name":{"value":"given"},"x":{}}})");
  EXPECT_EQ(names_of(collect(input).estate), Names{"standard"});
}

TEST(ArmTemplate, CitesTheTemplate) {
  const auto collected = collect_text(template_of("[" + registry("c") + "]"));
  const Registry& made = collected.estate.registries.at(0);
  EXPECT_EQ(collected.estate.cite(made.origin, "adminUserEnabled", "").pointer,
            "/resources/0/properties/adminUserEnabled");
  EXPECT_EQ(collected.estate.cite(made.origin, "loginServer", "").pointer, "/resources/0");
  EXPECT_EQ(*collected.estate.documents[0].plan->resource_at("/resources/0/properties"),
            "resources/0 Microsoft.ContainerRegistry/registries c");
}

// A module of Bicep: a deployment with its own template, whose outputs the role assignment takes.
TEST(ArmTemplate, FollowsDeploymentsAndTheirOutputs) {
  const std::string inner = template_of(
      R"({"aks":{"type":"Microsoft.ContainerService/managedClusters","apiVersion":"2025-05-01",)"
      R"("name":"[parameters('name')]","identity":{"type":"SystemAssigned"},"properties":{)"
      R"("agentPoolProfiles":[{"name":"system"}]}}})",
      R"(,"languageVersion":"2.0","parameters":{"name":{"type":"string"}},"outputs":{"kubelet":{)"
      R"("type":"string","value":"[reference('aks').identityProfile.kubeletidentity.objectId]"}})");
  const std::string outer = template_of(
      "[" + registry("contoso") +
      R"(,{"type":"Microsoft.Resources/deployments","apiVersion":"2022-09-01","name":"aks",)"
      R"("properties":{"expressionEvaluationOptions":{"scope":"inner"},"parameters":{"name":{)"
      R"("value":"aks-prod"}},"template":)" +
      inner +
      R"(}},{"type":"Microsoft.Authorization/roleAssignments","apiVersion":"2022-04-01","scope":)"
      R"("[resourceId('Microsoft.ContainerRegistry/registries', 'contoso')]","name":"[guid('a')]",)"
      R"("properties":{"roleDefinitionId":"[subscriptionResourceId(')"
      R"(Microsoft.Authorization/roleDefinitions', '7f951dda-4ed3-4680-a7ca-43fe172d538d')]",)"
      R"("principalId":"[reference(resourceId('Microsoft.Resources/deployments', 'aks'), )"
      R"('2022-09-01').outputs.kubelet.value]"}}])");
  const Estate estate = collect_text(outer).estate;
  ASSERT_EQ(estate.clusters.size(), 1U);
  EXPECT_EQ(estate.clusters[0].name, "aks-prod");
  ASSERT_EQ(estate.role_assignments.size(), 1U);
  ASSERT_TRUE(estate.clusters[0].kubelet_identity);
  EXPECT_EQ(estate.role_assignments[0].principal_id,
            estate.clusters[0].kubelet_identity->object_id);
  EXPECT_EQ(estate.role_assignments[0].scope, estate.registries.at(0).id);
  EXPECT_TRUE(estate.documents[0].plan->tells_all_assignments);
}

TEST(ArmTemplate, UnknownIsNeverFalse) {
  const auto collected = collect_text(
      template_of(R"([{"type":"Microsoft.ContainerRegistry/registries","name":"c","properties":{)"
                  R"("adminUserEnabled":"[parameters('p')]","publicNetworkAccess":)"
                  R"("[parameters('p')]","anonymousPullEnabled":"[parameters('p')]"}}])"));
  const Registry& made = collected.estate.registries.at(0);
  EXPECT_FALSE(made.admin_user_enabled);
  EXPECT_FALSE(made.public_network_access);
  EXPECT_FALSE(made.anonymous_pull_enabled);
}

TEST(ArmTemplate, VariablesThatGoRoundOrGrowEnd) {
  EXPECT_TRUE(collect_text(template_of("[" + registry("[variables('a')]") + "]",
                                       R"(,"variables":{"a":"[variables('b')]",)"
                                       R"("b":"[concat(variables('a'),variables('a'))]"})"))
                  .estate.registries.empty());
  std::string variables = R"(,"variables":{"v0":"x")";
  for (int i = 1; i < 30; ++i)
    variables +=
        fmt::format(R"(,"v{0}":"[concat(variables('v{1}'),variables('v{1}'))]")", i, i - 1);
  EXPECT_TRUE(collect_text(template_of("[" + registry("[variables('v29')]") + "]", variables + "}"))
                  .estate.registries.empty());
}

}  // namespace
}  // namespace acr
