// What only the checks off the pull path read, asked live: lists of allowed images, purges, the
// identities that pods pull as.
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "live/base64.h"
#include "live/program.h"

namespace acr::test {
namespace {

using nlohmann::json;

constexpr const char* kEstate = "public-attached";
constexpr const char* kSubscription = "818fee79-40cb-59d9-aff8-ad01bbcf8c66";
constexpr const char* kIssuer =
    "https://westeurope.oic.prod-aks.azure.com/22905993-a24b-51cb-bd7d-5b83d3f60e83/"
    "0b1c5c3c-6f1c-5d55-9d0a-6a1d4d6a2c11/";
constexpr const char* kClient = "8f14e45f-ceea-567a-8e7f-2b3a4c5d6e7f";

std::string in_group(const std::string& type) {
  return fmt::format("/subscriptions/{}/resourceGroups/rg-shop/providers/{}", kSubscription, type);
}

// Outcome of a check, and its reason; of several subjects the first that is not passed over.
struct Judged {
  std::string outcome, reason;
};
Judged judged(const std::string& report, const std::string& check) {
  const json parsed = json::parse(report, nullptr, false);
  Judged found{parsed.is_discarded() ? "no report" : "not judged", {}};
  if (parsed.is_discarded()) return found;
  for (const json& result : parsed["results"]) {
    if (result["check"] != check) continue;
    found = {result["outcome"], result["reason"]};
    if (found.outcome != "not-applicable") break;
  }
  return found;
}

json constraint(const std::string& kind, const json& parameters) {
  return {{"apiVersion", "constraints.gatekeeper.sh/v1beta1"},
          {"kind", kind},
          {"metadata", {{"name", "only-contoso"}}},
          {"spec", {{"parameters", parameters}}}};
}

// The registry of the estate, as the stand-in serves it.
std::string registry_id(ServedEstate& estate) {
  const auto ended = estate.run({"scan", "-o", "json"});
  const json report = json::parse(ended.out, nullptr, false);
  if (report.is_discarded()) return {};
  for (const json& result : report["results"])
    if (result["subject"]["kind"] == "registry" && result["subject"]["registry"] == "contosoprod")
      return result["subject"]["id"];
  return {};
}

json purge_task(const std::string& registry, const std::string& steps) {
  return {{"id", registry + "/tasks/purge"},
          {"name", "purge"},
          {"type", "Microsoft.ContainerRegistry/registries/tasks"},
          {"properties",
           {{"status", "Enabled"},
            {"step",
             {{"type", "EncodedTask"},
              {"encodedTaskContent", encode_base64(steps)},
              {"contextPath", "https://CANARY-step-token@example.com/x.git"},
              {"values", {{{"name", "password"}, {"value", "CANARY-step-value"}}}}}},
            {"trigger",
             {{"timerTriggers",
               {{{"schedule", "0 1 * * Sun"}, {"status", "Enabled"}, {"name", "t1"}}}}}}}}};
}

TEST(EndToEndPosture, AClusterWithoutAdmissionRulesHasNoList) {
  ServedEstate estate(kEstate);
  const Judged list = judged(estate.run({"scan", "-o", "json"}).out, "image-allow-list-is-exact");
  EXPECT_EQ(list.outcome, "not-applicable") << list.reason;
  EXPECT_TRUE(estate.is_asked("/apis"));
  EXPECT_FALSE(estate.times_asked("/apis/kyverno.io") > 0);
}

TEST(EndToEndPosture, ListsOfAllowedImagesAreFoundAndTried) {
  ServedEstate estate(kEstate);
  estate.stand_in.add(constraint("K8sAllowedRepos", {{"repos", {"contosoprod.azurecr.io"}}}));
  estate.stand_in.add(constraint("K8sRequiredLabels", {{"labels", {"CANARY-not-asked"}}}));
  const Judged list = judged(estate.run({"scan", "-o", "json"}).out, "image-allow-list-is-exact");
  EXPECT_EQ(list.outcome, "fail") << list.reason;
  EXPECT_TRUE(list.reason.contains("only-contoso")) << list.reason;
  EXPECT_FALSE(estate.times_asked("k8srequiredlabels") > 0);
  // Nothing of it concerns a pull.
  const std::size_t before = estate.times_asked("/apis/constraints");
  estate.run({"why", "deploy/cart", "-n", "shop"});
  EXPECT_EQ(estate.times_asked("/apis/constraints"), before);
}

TEST(EndToEndPosture, PoliciesOfKyvernoAreRead) {
  ServedEstate estate(kEstate);
  const json pattern = {
      {"spec", {{"containers", {{{"image", "contosoprod.azurecr.io/* | registry.k8s.io/*"}}}}}}};
  estate.stand_in.add({{"apiVersion", "kyverno.io/v1"},
                       {"kind", "ClusterPolicy"},
                       {"metadata", {{"name", "registries"}}},
                       {"spec",
                        {{"validationFailureAction", "Enforce"},
                         {"rules", {{{"validate", {{"pattern", pattern}}}}}}}}});
  const Judged list = judged(estate.run({"scan", "-o", "json"}).out, "image-allow-list-is-exact");
  EXPECT_EQ(list.outcome, "pass") << list.reason;
}

TEST(EndToEndPosture, RulesThatMayNotBeReadAreAGap) {
  ServedEstate estate(kEstate);
  estate.stand_in.add(constraint("K8sAllowedRepos", {{"repos", {"contosoprod.azurecr.io/"}}}));
  estate.stand_in.instead("/k8sallowedrepos", [](const Request&) {
    return refused_by_kubernetes("k8sallowedrepos", "constraints.gatekeeper.sh");
  });
  const auto ended = estate.run({"scan", "-o", "json"});
  const Judged list = judged(ended.out, "image-allow-list-is-exact");
  EXPECT_EQ(list.outcome, "unknown") << list.reason;
  EXPECT_TRUE(list.reason.contains("list k8sallowedrepos")) << list.reason;
  EXPECT_TRUE(estate.run({"permissions"}).out.contains("list k8sallowedrepos"));
}

TEST(EndToEndPosture, OfATaskOnlyThePurgesAreKept) {
  ServedEstate estate(kEstate);
  const std::string registry = registry_id(estate);
  ASSERT_FALSE(registry.empty());
  estate.stand_in.add(purge_task(
      registry,
      "version: v1.1.0\nsteps:\n  - cmd: docker login -p CANARY-step-password x.azurecr.io\n"
      "  - cmd: acr purge --filter 'shop/.*:.*' --ago 30d\n    env: [T=CANARY-step-variable]\n"));
  const Judged purge =
      judged(estate.run({"scan", "-o", "json"}).out, "purge-tasks-spare-image-in-use");
  EXPECT_EQ(purge.outcome, "unknown") << purge.reason;  // the tag's age is nowhere
  EXPECT_TRUE(purge.reason.contains("task purge purges the registry (0 1 * * Sun): it chooses"))
      << purge.reason;
  const std::string folder = estate.folder.path("snapshot");
  estate.run({"collect", "-d", folder});
  const std::string recorded = read_folder(folder);
  EXPECT_TRUE(recorded.contains(
      encode_base64("steps:\n- cmd: acr purge --filter 'shop/.*:.*' --ago 30d\n")));
  EXPECT_FALSE(recorded.contains("CANARY-step"));
  EXPECT_EQ(judged(estate.run({"scan", "-o", "json", "--from", folder}).out,
                   "purge-tasks-spare-image-in-use")
                .reason,
            purge.reason);
}

TEST(EndToEndPosture, TheTrustOfAPullIdentityIsAsked) {
  ServedEstate estate(kEstate);
  const std::string identity =
      in_group("Microsoft.ManagedIdentity/userAssignedIdentities/shop-pull");
  estate.stand_in.add({{"id", identity},
                       {"name", "shop-pull"},
                       {"type", "Microsoft.ManagedIdentity/userAssignedIdentities"},
                       {"properties", {{"clientId", kClient}, {"principalId", kClient}}}});
  estate.stand_in.add(
      {{"id", identity + "/federatedIdentityCredentials/cart"},
       {"name", "cart"},
       {"type", "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials"},
       {"properties",
        {{"issuer", kIssuer},
         {"subject", "system:serviceaccount:shop:another"},
         {"audiences", {"api://AzureADTokenExchange"}}}}});
  const std::string asked = "/federatedIdentityCredentials";
  estate.run({"scan"});
  EXPECT_EQ(estate.times_asked(asked), 0U) << "no service account names the identity";
  estate.stand_in.instead("/serviceaccounts", [](const Request&) {
    Response response;
    response.body = fmt::format(
        R"({{"kind":"ServiceAccountList","apiVersion":"v1","metadata":{{}},"items":[{{"metadata":{{"name":"default","namespace":"shop","annotations":{{"kubernetes.azure.com/acr-client-id":"{}"}}}}}}]}})",
        kClient);
    return response;
  });
  const std::string report = estate.run({"scan", "-o", "json"}).out;
  EXPECT_EQ(estate.times_asked(asked), 1U);
  EXPECT_TRUE(report.contains("shop-pull"));
  const Judged trust = judged(report, "pull-identity-is-set-up");
  EXPECT_FALSE(trust.reason.contains("were not given")) << trust.outcome << ": " << trust.reason;
  EXPECT_NE(trust.outcome, "pass");
}

TEST(EndToEndPosture, AssignmentsOfAzurePolicyAreRead) {
  ServedEstate estate(kEstate);
  const std::string scope = fmt::format("/subscriptions/{}", kSubscription);
  estate.stand_in.add(
      {{"id", scope + "/providers/Microsoft.Authorization/policyAssignments/allowed-images"},
       {"name", "allowed-images"},
       {"type", "Microsoft.Authorization/policyAssignments"},
       {"properties",
        {{"enforcementMode", "Default"},
         {"scope", scope},
         {"parameters",
          {{"allowedContainerImagesRegex", {{"value", "contosoprod\\.azurecr\\.io/.+$"}}},
           {"effect", {{"value", "Deny"}}}}}}}});
  const Judged list = judged(estate.run({"scan", "-o", "json"}).out, "image-allow-list-is-exact");
  EXPECT_EQ(list.outcome, "fail") << list.reason;
  EXPECT_TRUE(list.reason.contains("policyAssignment allowed-images")) << list.reason;
}

// Expressions with names in them cannot be masked, and are left out.
TEST(EndToEndPosture, AMaskedRecordingLeavesOutWhatItWouldDistort) {
  ServedEstate estate(kEstate);
  estate.stand_in.add(constraint("K8sAllowedRepos", {{"repos", {"contosoprod.azurecr.io/"}}}));
  const std::string folder = estate.folder.path("masked");
  EXPECT_EQ(estate.run({"collect", "-d", folder, "--mask"}).code, 0);
  EXPECT_FALSE(read_folder(folder).contains("contosoprod"));
  const Judged list =
      judged(estate.run({"scan", "-o", "json", "--from", folder}).out, "image-allow-list-is-exact");
  EXPECT_EQ(list.outcome, "unknown") << list.reason;
}

}  // namespace
}  // namespace acr::test
