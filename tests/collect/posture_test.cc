// What the checks off the pull path read: settings by path, lists that say whose they are, and what
// watches over resources.
#include <gtest/gtest.h>

#include "collect/collect_text.h"
#include "estate/estate.h"

namespace acr {
namespace {

const ResourceId kContoso(
    "/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg/providers/"
    "Microsoft.ContainerRegistry/registries/contoso");

std::string recorded(const std::string& child, const std::string& value) {
  return R"({"request":{"url":"https://management.azure.com)" + kContoso.text() + "/" + child +
         R"(?api-version=2025-11-01"},"status":200,"body":{"value":)" + value + "}}";
}

TEST(Posture, SettingsAreReadInEveryFormAndPointToWhereTheyStand) {
  const Collected az = collect_text(
      R"([{"id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerService/managedClusters/a",
      "name":"a","agentPoolProfiles":[],"networkProfile":{"networkPolicy":"azure"},"enableRbac":true,
      "autoUpgradeProfile":{"nodeOsUpgradeChannel":"NodeImage"},"disableLocalAccounts":null}])");
  ASSERT_EQ(az.estate.clusters.size(), 1U);
  const Settings& settings = az.estate.clusters[0].settings;
  const Setting& channel = settings["autoUpgradeProfile/nodeOSUpgradeChannel"];
  EXPECT_TRUE(channel.given());
  EXPECT_EQ(channel.value, "NodeImage");
  EXPECT_EQ(channel.origin.pointer, "/0/autoUpgradeProfile/nodeOsUpgradeChannel");
  EXPECT_EQ(settings["enableRBAC"].value, "true");
  EXPECT_EQ(settings["disableLocalAccounts"].state, Setting::State::absent);
  EXPECT_EQ(settings["disableLocalAccounts"].origin.pointer, "/0");
  EXPECT_EQ(settings["no/such/path"].state, Setting::State::untold);

  const Collected projection = collect_text(
      R"([{"id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerService/managedClusters/a",
      "name":"a","enableRBAC":false}])");
  ASSERT_EQ(projection.estate.clusters.size(), 1U);
  EXPECT_EQ(projection.estate.clusters[0].settings["enableRBAC"].value, "false");
  EXPECT_FALSE(projection.estate.clusters[0].settings["disableLocalAccounts"].known());
}

TEST(Posture, AListSaysWhoseItIsByItsRequest) {
  const Collected empty = collect_text(recorded("tokens", "[]"));
  const ChildList* tokens = empty.estate.child_list(kContoso, Kind::registry_token);
  ASSERT_NE(tokens, nullptr) << remarks_of(empty);
  EXPECT_EQ(tokens->count, 0U);
  EXPECT_EQ(empty.estate.child_list(kContoso, Kind::scope_map), nullptr);

  const Collected logs =
      collect_text(recorded("providers/Microsoft.Insights/diagnosticSettings", "[]"));
  EXPECT_NE(logs.estate.child_list(kContoso, Kind::diagnostic_setting), nullptr)
      << remarks_of(logs);

  const Collected usages = collect_text(
      recorded("listUsages", R"([{"name":"Size","limit":100,"currentValue":7,"unit":"Bytes"},
                        {"name":"Tokens","limit":-1,"currentValue":2,"unit":"Count"}])"));
  ASSERT_EQ(usages.estate.registry_usages.size(), 2U) << remarks_of(usages);
  EXPECT_EQ(usages.estate.registry_usages[0].registry, kContoso);
  EXPECT_EQ(usages.estate.registry_usages[0].used, 7);
  EXPECT_FALSE(usages.estate.registry_usages[1].limit.has_value()) << "-1 is no limit";
}

TEST(Posture, AListSaysWhoseItIsByItself) {
  const Collected given =
      collect_text(R"({"resource":")" + kContoso.text() +
                   R"(","usages":[{"name":"Size","limit":100,"currentValue":7,"unit":"Bytes"}]})");
  ASSERT_EQ(given.estate.registry_usages.size(), 1U) << remarks_of(given);
  EXPECT_EQ(given.estate.registry_usages[0].registry, kContoso);
  EXPECT_EQ(given.estate.registry_usages[0].origin.pointer, "/usages/0");

  const Collected none =
      collect_text(R"({"resource":")" + kContoso.text() + R"(","cacheRules":[]})");
  EXPECT_NE(none.estate.child_list(kContoso, Kind::cache_rule), nullptr) << remarks_of(none);
}

// What az prints of them says whose they are in no other way: nobody's.
TEST(Posture, UsagesOfNobodyAreLeftOutWithAWord) {
  const Collected given =
      collect_text(R"({"value":[{"name":"Size","limit":100,"currentValue":7,"unit":"Bytes"}]})");
  EXPECT_TRUE(given.estate.registry_usages.empty());
  EXPECT_NE(remarks_of(given).find("do not say of which registry"), std::string::npos)
      << remarks_of(given);
}

TEST(Posture, LocksPlansAndAssessmentsKnowTheirResource) {
  const Collected given = collect_text(
      R"([{"id":")" + kContoso.text() +
      R"(/providers/Microsoft.Authorization/locks/keep","name":"keep","type":"Microsoft.Authorization/locks","level":"CanNotDelete"},
      {"id":"/subscriptions/s/providers/Microsoft.Security/pricings/Containers","name":"Containers","type":"Microsoft.Security/pricings",
       "pricingTier":"Standard","extensions":[{"name":"X","isEnabled":"True"},{"name":"Y","isEnabled":"False"}]},
      {"id":")" +
      kContoso.text() +
      R"(/providers/Microsoft.Security/assessments/C0B7","name":"C0B7","type":"microsoft.security/assessments","properties":{"status":{"code":"Unhealthy"}}}])");
  const Estate& estate = given.estate;
  ASSERT_EQ(estate.locks.size(), 1U) << remarks_of(given);
  EXPECT_EQ(estate.locks[0].scope, kContoso);
  ASSERT_EQ(estate.defender_plans.size(), 1U);
  EXPECT_EQ(estate.defender_plans[0].subscription, "s");
  EXPECT_TRUE(estate.defender_plans[0].extensions[0].enabled);
  EXPECT_FALSE(estate.defender_plans[0].extensions[1].enabled);
  ASSERT_EQ(estate.assessments.size(), 1U);
  EXPECT_EQ(estate.assessments[0].resource, kContoso);
  EXPECT_EQ(estate.assessments[0].status, "Unhealthy");
}

}  // namespace
}  // namespace acr
