// Lists of allowed images in the forms that admission controllers and Azure Policy give them.
#include <gtest/gtest.h>

#include "collect/collect_text.h"
#include "estate/estate.h"

namespace acr {
namespace {

TEST(AdmissionRules, ConstraintsOfAnyKindCountAndThoseOfImagesAreRead) {
  const Collected collected = collect_text(R"({"apiVersion":"v1","kind":"List","items":[
      {"apiVersion":"constraints.gatekeeper.sh/v1beta1","kind":"K8sAllowedRepos",
       "metadata":{"name":"repos"},"spec":{"parameters":{"repos":["a.io/","b.io/"]}}},
      {"apiVersion":"constraints.gatekeeper.sh/v1","kind":"K8sAzureV3ContainerAllowedImages",
       "metadata":{"name":"regex"},"spec":{"enforcementAction":"dryrun",
       "parameters":{"imageRegex":"^a\\.io/"}}},
      {"apiVersion":"constraints.gatekeeper.sh/v1beta1","kind":"K8sRequiredLabels",
       "metadata":{"name":"labels"},"spec":{"parameters":{"labels":[]}}}]})");
  const auto& lists = collected.estate.allow_lists;
  ASSERT_EQ(lists.size(), 2U) << remarks_of(collected);
  EXPECT_EQ(lists[0].form, AllowList::Form::prefix);
  EXPECT_TRUE(lists[0].enforced);
  ASSERT_EQ(lists[0].entries.size(), 2U);
  EXPECT_EQ(lists[0].entries[1].text, "b.io/");
  EXPECT_EQ(lists[0].entries[1].field, "spec/parameters/repos/1");
  EXPECT_EQ(lists[0].origin.pointer, "/items/0");
  EXPECT_EQ(lists[1].form, AllowList::Form::expression);
  EXPECT_FALSE(lists[1].enforced);
  ASSERT_EQ(collected.estate.listings.size(), 1U);
  EXPECT_EQ(collected.estate.listings[0].kind, Kind::admission_rule);
  EXPECT_EQ(collected.estate.listings[0].count, 3U);
}

TEST(AdmissionRules, PoliciesOfKyvernoThatNameHostsAreRead) {
  const Collected collected = collect_text(R"({"apiVersion":"kyverno.io/v1","kind":"ClusterPolicy",
      "metadata":{"name":"p"},"spec":{"validationFailureAction":"Audit","rules":[
        {"validate":{"pattern":{"spec":{"containers":[{"image":"!*:latest"}]}}}},
        {"validate":{"pattern":{"spec":{"containers":[{"image":"*:*"}]}}}},
        {"validate":{"failureAction":"Enforce","anyPattern":[
          {"spec":{"containers":[{"name":"c"},{"image":"a.io/*"}]}}]}}]}})");
  const auto& lists = collected.estate.allow_lists;
  ASSERT_EQ(lists.size(), 1U) << remarks_of(collected);
  EXPECT_TRUE(lists[0].enforced);
  ASSERT_EQ(lists[0].entries.size(), 1U);
  EXPECT_EQ(lists[0].entries[0].field,
            "spec/rules/2/validate/anyPattern/0/spec/containers/1/image");
}

TEST(AdmissionRules, AssignmentsAreReadInBothForms) {
  const std::string id =
      "/subscriptions/s/resourceGroups/g/providers/Microsoft.Authorization/policyAssignments/p";
  const std::string parameters =
      R"("policyDefinitionId":"/x","parameters":{"allowedContainerImagesRegex":{"value":"^a"},
         "effect":{"value":"Audit"}})";
  for (const std::string& text :
       {R"([{"id":")" + id + R"(","name":"p",)" + parameters + "}]",
        R"({"value":[{"id":")" + id + R"(","name":"p","properties":{)" + parameters + "}}]}"}) {
    const Collected collected = collect_text(text);
    const auto& lists = collected.estate.allow_lists;
    ASSERT_EQ(lists.size(), 1U) << remarks_of(collected);
    EXPECT_FALSE(lists[0].enforced);
    EXPECT_EQ(lists[0].scope.text(), "/subscriptions/s/resourceGroups/g");
    EXPECT_EQ(lists[0].entries[0].text, "^a");
  }
}

TEST(AdmissionRules, StrangeOnesAreNoLists) {
  const Collected collected = collect_text(R"({"apiVersion":"v1","kind":"List","items":[
      {"apiVersion":"constraints.gatekeeper.sh/v1beta1","kind":"K8sAllowedRepos"},
      {"apiVersion":"constraints.gatekeeper.sh/v1beta1","kind":"K8sAllowedRepos",
       "metadata":7,"spec":{"parameters":{"repos":[1,null,{}]}}},
      {"apiVersion":"kyverno.io/v1","kind":"Policy","spec":{"rules":[[],{"validate":[]}]}}]})");
  EXPECT_TRUE(collected.estate.allow_lists.empty());
}

TEST(RegistryTasks, StepsAreDecodedWhereTheyAre) {
  const std::string parent =
      "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/r/tasks/";
  const auto task = [&](const std::string& name, const std::string& step) {
    return R"({"id":")" + parent + name + R"(","name":")" + name +
           R"(","status":"Enabled","trigger":{"timerTriggers":[{"schedule":"0 1 * * *",
              "status":"Enabled"},{"schedule":"0 2 * * *","status":"Disabled"}]},"step":)" +
           step + "}";
  };
  const Collected collected =
      collect_text("[" + task("a", R"({"encodedTaskContent":"c3RlcHM6Cg=="})") + "," +
                   task("b", R"({"encodedTaskContent":"???"})") + "," +
                   task("c", R"({"contextPath":"https://git.example/x"})") + "]");
  const auto& tasks = collected.estate.registry_tasks;
  ASSERT_EQ(tasks.size(), 3U) << remarks_of(collected);
  ASSERT_TRUE(tasks[0].steps.has_value());
  EXPECT_EQ(*tasks[0].steps, "steps:\n");
  EXPECT_EQ(tasks[0].schedules, std::vector<std::string>{"0 1 * * *"});
  EXPECT_EQ(tasks[1].steps.error().why, Gap::Why::malformed);
  EXPECT_EQ(tasks[2].steps.error().why, Gap::Why::not_collected);
}

}  // namespace
}  // namespace acr
