#include "live/azure_plan.h"

#include <algorithm>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace acr {
namespace {

constexpr std::string_view kArm = "https://management.azure.com";
constexpr std::string_view kSub = "818fee79-40cb-59d9-aff8-ad01bbcf8c66";
constexpr std::string_view kOther = "1f0b9a52-92a0-5f0a-9d3c-5f9c0f1d2e3f";

std::string provider(std::string_view rest, std::string_view sub = kSub) {
  return fmt::format("/subscriptions/{}/resourceGroups/rg/providers/{}", sub, rest);
}
Exchange answer(std::string url, int status, std::string body) {
  Exchange exchange;
  exchange.request.url = std::move(url);
  exchange.status = status;
  exchange.body = std::move(body);
  return exchange;
}
std::string list_url(std::string_view type) {
  return fmt::format("{}/subscriptions/{}/providers/{}?api-version=x", kArm, kSub, type);
}
std::vector<std::string> urls(const std::vector<Request>& requests) {
  std::vector<std::string> result;
  for (const Request& request : requests) result.push_back(request.url);
  std::ranges::sort(result);
  return result;
}
bool asks(const std::vector<Request>& requests, std::string_view part) {
  return std::ranges::any_of(requests,
                             [&](const Request& request) { return request.url.contains(part); });
}
AzurePlan plan_of_subscription() {
  AzureScope scope;
  scope.subscriptions = {std::string(kSub)};
  return AzurePlan(scope);
}

TEST(AzurePlan, ListsASubscriptionOnce) {
  AzurePlan plan = plan_of_subscription();
  const auto requests = plan.begin();
  EXPECT_TRUE(asks(requests, "Microsoft.ContainerRegistry/registries?api-version=2025-11-01"));
  EXPECT_TRUE(asks(requests, "Microsoft.ContainerService/managedClusters?"));
  EXPECT_TRUE(asks(requests, "roleDefinitions?api-version=2022-04-01&%24filter=type"));
  for (const Request& request : requests) {
    EXPECT_EQ(request.method, request.url.contains("ResourceGraph") ? "POST" : "GET");
    EXPECT_FALSE(request.body.contains("summarize")) << "the subscriptions are named";
    EXPECT_TRUE(request.url.starts_with(kArm)) << request.url;
  }
  EXPECT_TRUE(plan.begin().empty());
}

TEST(AzurePlan, FindsSubscriptionsThroughResourceGraph) {
  AzureScope scope;
  scope.management_groups = {"mg-\"prod"};
  AzurePlan plan(scope);
  const auto first = plan.begin();
  ASSERT_EQ(first.size(), 4U);  // the subscriptions, replications, private zones, their records
  EXPECT_EQ(first[0].method, "POST");
  EXPECT_TRUE(first[0].body.contains(R"("managementGroups":["mg-\"prod"])")) << first[0].body;
  Exchange page = answer(first[0].url, 200,
                         fmt::format(R"({{"data":[{{"subscriptionId":"{}"}},{{"subscriptionId":
                           "not an id/../"}}],"$skipToken":"abc"}})",
                                     kSub));
  page.request = first[0];
  const NextStep next = plan.absorb(page);
  EXPECT_TRUE(asks(next.requests, fmt::format("/subscriptions/{}/providers", kSub)));
  EXPECT_FALSE(asks(next.requests, "not an id"));
  const auto more = std::ranges::find(next.requests, "POST", &Request::method);
  ASSERT_NE(more, next.requests.end());
  EXPECT_TRUE(more->body.contains(R"("$skipToken":"abc")")) << more->body;
}

TEST(AzurePlan, ANameNarrowsButNotWhatPodsPullFrom) {
  AzureScope scope;
  scope.clusters = {"aks-prod", "a') or (true"};
  AzurePlan plan(scope);
  const auto first = plan.begin();
  EXPECT_TRUE(
      first[0].body.contains("where (type =~ 'microsoft.containerservice/managedclusters' "
                             "and name in~ ('aks-prod', 'aortrue')) |"))
      << first[0].body;
  Needs needs;
  needs.registries = {"elsewhere.azurecr.io"};
  const auto more = plan.look_into(needs);
  ASSERT_EQ(more.size(), 1U);
  EXPECT_TRUE(more[0].body.contains("properties.loginServer =~ 'elsewhere.azurecr.io'"))
      << more[0].body;
  Exchange found =
      answer(more[0].url, 200, fmt::format(R"({{"data":[{{"subscriptionId":"{}"}}]}})", kOther));
  found.request = more[0];
  EXPECT_TRUE(asks(plan.absorb(found).requests, fmt::format("/subscriptions/{}/", kOther)));
  // Without a name everything is read anyway.
  EXPECT_TRUE(AzurePlan(AzureScope{}).look_into(needs).empty());
}

TEST(AzurePlan, RegistriesAndClustersAreNamedApart) {
  AzureScope scope;
  scope.subscriptions = {std::string(kSub)};
  scope.registries = {"contoso"};
  scope.clusters = {"aks"};
  AzurePlan plan(scope);
  const auto first = plan.begin();
  EXPECT_TRUE(asks(first, fmt::format("/subscriptions/{}/", kSub)));
  const bool both = std::ranges::any_of(first, [](const Request& request) {
    return request.body.contains("registries' and name in~ ('contoso')) or (type =~") &&
           request.body.contains("managedclusters' and name in~ ('aks'))");
  });
  EXPECT_TRUE(both);
}

TEST(AzurePlan, FollowsARegistry) {
  AzurePlan plan = plan_of_subscription();
  plan.begin();
  const std::string id = provider("Microsoft.ContainerRegistry/registries/contoso");
  const std::string endpoint = provider("Microsoft.Network/privateEndpoints/pe", kOther);
  const auto next = plan.absorb(
      answer(list_url("Microsoft.ContainerRegistry/registries"), 200,
             fmt::format(R"({{"value":[{{"id":"{}","sku":{{"name":"Premium"}},"properties":{{
        "loginServer":"Contoso.azurecr.io","networkRuleSet":{{"defaultAction":"Deny"}},"privateEndpointConnections":[{{"properties":
        {{"privateEndpoint":{{"id":"{}"}}}}}}]}}}}]}})",
                         id, endpoint)));
  EXPECT_TRUE(asks(next.requests, id + "?api-version=2021-08-01-preview"));
  EXPECT_TRUE(asks(next.requests, endpoint + "?"));
  EXPECT_FALSE(asks(next.requests, "listCredentials"));
}

TEST(AzurePlan, FollowsEndpointsZonesLinksAndPeerings) {
  AzurePlan plan = plan_of_subscription();
  plan.begin();
  const std::string nic = provider("Microsoft.Network/networkInterfaces/nic");
  const std::string endpoints = fmt::format(
      R"({{"value":[{{"id":"{0}","properties":{{"privateLinkServiceConnections":[{{"properties":
      {{"privateLinkServiceId":"{1}"}}}}],"networkInterfaces":[{{"id":"{2}"}}]}}}},
      {{"id":"{3}","properties":{{"privateLinkServiceConnections":[{{"properties":
      {{"privateLinkServiceId":"/subscriptions/s/providers/Microsoft.Sql/servers/x"}}}}]}}}}]}})",
      provider("Microsoft.Network/privateEndpoints/pe"),
      provider("Microsoft.ContainerRegistry/registries/contoso"), nic,
      provider("Microsoft.Network/privateEndpoints/sql"));
  const auto next =
      plan.absorb(answer(list_url("Microsoft.Network/privateEndpoints"), 200, endpoints));
  EXPECT_TRUE(asks(next.requests, "/privateEndpoints/pe/privateDnsZoneGroups"));
  EXPECT_TRUE(asks(next.requests, nic));
  EXPECT_FALSE(asks(next.requests, "/sql"));

  const std::string zone = provider("Microsoft.Network/privateDnsZones/privatelink.azurecr.io");
  const auto of_zones = plan.absorb(answer(
      list_url("Microsoft.Network/privateDnsZones"), 200,
      fmt::format(R"({{"value":[{{"id":"{}"}},{{"id":"{}"}}]}})", zone,
                  provider("Microsoft.Network/privateDnsZones/privatelink.vaultcore.azure.net"))));
  EXPECT_EQ(urls(of_zones.requests),
            (std::vector<std::string>{
                fmt::format("{}{}/A?api-version=2024-06-01", kArm, zone),
                fmt::format("{}{}/virtualNetworkLinks?api-version=2024-06-01", kArm, zone)}));

  const std::string remote = provider("Microsoft.Network/virtualNetworks/hub", kOther);
  const std::string here = provider("Microsoft.Network/virtualNetworks/spoke");
  const auto of_vnets = plan.absorb(
      answer(list_url("Microsoft.Network/virtualNetworks"), 200,
             fmt::format(R"({{"value":[{{"id":"{}","properties":{{"virtualNetworkPeerings":[
        {{"properties":{{"remoteVirtualNetwork":{{"id":"{}"}}}}}},
        {{"properties":{{"remoteVirtualNetwork":{{"id":"{}"}}}}}}]}}}}]}})",
                         here, remote, here)));
  EXPECT_EQ(urls(of_vnets.requests),
            std::vector<std::string>{fmt::format("{}{}?api-version=2024-05-01", kArm, remote)});
}

TEST(AzurePlan, PagesStayWithAzure) {
  AzurePlan plan = plan_of_subscription();
  plan.begin();
  const auto follow = [&](std::string_view link) {
    return plan
        .absorb(answer(list_url("Microsoft.ContainerRegistry/registries"), 200,
                       fmt::format(R"({{"value":[],"nextLink":"{}"}})", link)))
        .requests.size();
  };
  EXPECT_EQ(follow("https://management.azure.com/subscriptions?x=%24skiptoken"), 1U);
  EXPECT_EQ(follow("https://management.azure.com.evil.example/subscriptions"), 0U);
  EXPECT_EQ(follow("https://management.azure.com@evil.example/"), 0U);
  EXPECT_EQ(follow("http://management.azure.com/subscriptions"), 0U);
  EXPECT_EQ(follow(""), 0U);
}

TEST(AzurePlan, RefusedAssignmentsAreAskedForARegistryAtATimeInAnyOrder) {
  const std::string id = provider("Microsoft.ContainerRegistry/registries/contoso");
  const Exchange refusal = answer(list_url("Microsoft.Authorization/roleAssignments"), 403,
                                  R"({"error":{"code":"AuthorizationFailed","message":"…"}})");
  const Exchange registries =
      answer(list_url("Microsoft.ContainerRegistry/registries"), 200,
             fmt::format(R"({{"value":[{{"id":"{}","sku":{{"name":"Basic"}}}}]}})", id));
  for (const bool refusal_first : {true, false}) {
    AzurePlan plan = plan_of_subscription();
    plan.begin();
    auto requests = plan.absorb(refusal_first ? refusal : registries).requests;
    const auto second = plan.absorb(refusal_first ? registries : refusal).requests;
    requests.insert(requests.end(), second.begin(), second.end());
    EXPECT_TRUE(asks(requests, id + "/providers/Microsoft.Authorization/roleAssignments"))
        << refusal_first;
  }
}

TEST(AzurePlan, AnUnknownVersionIsAskedAgainWithAnOlderOne) {
  AzurePlan plan = plan_of_subscription();
  const auto requests = plan.begin();
  const auto registries = std::ranges::find_if(
      requests, [](const Request& request) { return request.url.contains("/registries?"); });
  ASSERT_NE(registries, requests.end());
  const auto next = plan.absorb(
      answer(registries->url, 400, R"({"error":{"code":"NoRegisteredProviderFound"}})"));
  EXPECT_TRUE(next.superseded);
  ASSERT_EQ(next.requests.size(), 1U);
  EXPECT_TRUE(next.requests[0].url.ends_with("api-version=2023-07-01"));
  const auto last = plan.absorb(
      answer(next.requests[0].url, 400, R"({"error":{"code":"NoRegisteredProviderFound"}})"));
  EXPECT_FALSE(last.superseded);
  EXPECT_TRUE(last.requests.empty());
}

TEST(AzurePlan, LooksIntoWhatIsInUseInAnyOrder) {
  Needs needs;
  needs.registries = {"contoso.azurecr.io"};
  needs.tokens = {"contoso.azurecr.io"};
  needs.applications = {"0f1e2d3c-4b5a-5968-8776-655443322110", "admin' or 1 eq 1"};
  const std::string id = provider("Microsoft.ContainerRegistry/registries/contoso");
  const Exchange registries = answer(
      list_url("Microsoft.ContainerRegistry/registries"), 200,
      fmt::format(
          R"({{"value":[{{"id":"{}","properties":{{"loginServer":"Contoso.azurecr.io"}}}}]}})",
          id));
  for (const bool needs_first : {true, false}) {
    AzurePlan plan = plan_of_subscription();
    plan.begin();
    std::vector<Request> requests;
    const auto add = [&](std::vector<Request> more) {
      requests.insert(requests.end(), more.begin(), more.end());
    };
    if (needs_first) add(plan.look_into(needs));
    add(plan.absorb(registries).requests);
    add(plan.look_into(needs));
    EXPECT_TRUE(asks(requests, id + "/tokens?")) << needs_first;
    EXPECT_TRUE(asks(requests, id + "/cacheRules?")) << needs_first;
    EXPECT_TRUE(asks(requests, "/applications?$filter=appId%20eq%20%270f1e2d3c")) << needs_first;
    EXPECT_FALSE(asks(requests, "admin")) << needs_first;
    EXPECT_EQ(requests.size(), 4U) << needs_first;
  }
}

TEST(AzurePlan, AsksForTheGroupsOfKubeletIdentitiesWhereAGroupHoldsARoleInAnyOrder) {
  const std::string kubelet = "5d1f9c0a-33a5-5b6e-8f6c-0a1b2c3d4e5f";
  const auto cluster = [&](const std::string& object_id) {
    return answer(
        list_url("Microsoft.ContainerService/managedClusters"), 200,
        fmt::format(
            R"({{"value":[{{"id":"{}","properties":{{"identityProfile":{{"kubeletidentity":{{"objectId":"{}"}}}}}}}}]}})",
            provider("Microsoft.ContainerService/managedClusters/aks"), object_id));
  };
  const auto assignment = [&](const std::string& type) {
    return answer(
        list_url("Microsoft.Authorization/roleAssignments"), 200,
        fmt::format(
            R"({{"value":[{{"id":"/providers/Microsoft.Management/managementGroups/m/providers/Microsoft.Authorization/roleAssignments/a","properties":{{"principalType":"{}"}}}}]}})",
            type));
  };
  const auto requests_of = [](std::initializer_list<Exchange> answers) {
    AzurePlan plan = plan_of_subscription();
    std::vector<Request> requests;
    for (const Exchange& each : answers)
      for (const Request& request : plan.absorb(each).requests) requests.push_back(request);
    return requests;
  };
  const std::string groups = kubelet + "/transitiveMemberOf?$top=999";
  EXPECT_TRUE(asks(requests_of({cluster(kubelet), assignment("Group")}), groups));
  EXPECT_TRUE(asks(requests_of({assignment("ForeignGroup"), cluster(kubelet)}), groups));
  EXPECT_FALSE(asks(requests_of({assignment("ServicePrincipal"), cluster(kubelet)}), groups));
  EXPECT_TRUE(requests_of({assignment("Group"), cluster("../x")}).empty());
}

TEST(AzurePlan, AsksForPostureOnlyWhereItIsWanted) {
  const std::string id = provider("Microsoft.ContainerRegistry/registries/contoso");
  const std::string cluster = provider("Microsoft.ContainerService/managedClusters/aks");
  for (const bool posture : {true, false}) {
    AzureScope scope;
    scope.subscriptions = {std::string(kSub)};
    scope.posture = posture;
    AzurePlan plan(scope);
    std::vector<Request> requests = plan.begin();
    const auto learn = [&](std::string url, const std::string& of) {
      const auto next = plan.absorb(
          answer(std::move(url), 200, fmt::format(R"({{"value":[{{"id":"{}"}}]}})", of)));
      requests.insert(requests.end(), next.requests.begin(), next.requests.end());
    };
    learn(list_url("Microsoft.ContainerRegistry/registries"), id);
    learn(list_url("Microsoft.ContainerService/managedClusters"), cluster);
    learn(fmt::format("{}{}/tokens?api-version=x", kArm, id), id + "/tokens/edge");
    Needs needs;
    needs.identities = {"8f14e45f-ceea-567a-8e7f-2b3a4c5d6e7f"};
    const std::string identity = provider("Microsoft.ManagedIdentity/userAssignedIdentities/pull");
    const auto identities = plan.absorb(answer(
        list_url("Microsoft.ManagedIdentity/userAssignedIdentities"), 200,
        fmt::format(
            R"({{"value":[{{"id":"{}","properties":{{"clientId":"8F14e45f-ceea-567a-8e7f-2b3a4c5d6e7f"}}}}]}})",
            identity)));
    EXPECT_TRUE(identities.requests.empty()) << "nobody pulls as it";
    for (const Request& request : plan.look_into(needs)) requests.push_back(request);
    for (const std::string& part :
         {std::string("Microsoft.Authorization/locks?"),
          std::string("Microsoft.Security/pricings?"), id + "/tokens?",
          std::string("Microsoft.Authorization/policyAssignments?"), id + "/tasks?",
          identity + "/federatedIdentityCredentials?", id + "/scopeMaps?", id + "/cacheRules?",
          id + "/listUsages?", id + "/providers/Microsoft.Insights/diagnosticSettings?",
          id + "/providers/Microsoft.Security/assessments/c0b7cfc6",
          cluster + "/providers/Microsoft.Insights/diagnosticSettings?"})
      EXPECT_EQ(asks(requests, part), posture) << part;
    EXPECT_FALSE(asks(requests, "listCredentials"));
    for (const Request& request : requests) {
      EXPECT_EQ(request.method, request.url.contains("ResourceGraph") ? "POST" : "GET");
      EXPECT_TRUE(posture || !asks_for_posture(request.url)) << request.url;
    }
  }
}

}  // namespace
}  // namespace acr
