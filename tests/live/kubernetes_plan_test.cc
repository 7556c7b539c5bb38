#include "live/kubernetes_plan.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace acr {
namespace {

KubernetesScope scope_of(std::string name_space = {}) {
  KubernetesScope scope;
  scope.context = "aks-prod";
  scope.server = "https://aks-prod.hcp.westeurope.azmk8s.io:443";
  scope.name_space = std::move(name_space);
  scope.fallback_name_space = "shop";
  return scope;
}
Exchange answer(const Request& request, int status, std::string body) {
  Exchange exchange;
  exchange.request = request;
  exchange.status = status;
  exchange.body = std::move(body);
  return exchange;
}
Request request_of(const std::vector<Request>& requests, std::string_view part) {
  const auto found = std::ranges::find_if(
      requests, [&](const Request& request) { return request.url.contains(part); });
  return found == requests.end() ? Request{} : *found;
}

TEST(KubernetesPlan, ListsInPages) {
  const KubernetesPlan plan(scope_of());
  const Request pods = request_of(plan.begin(), "/pods?");
  EXPECT_EQ(pods.url, "https://aks-prod.hcp.westeurope.azmk8s.io:443/api/v1/pods?limit=500");
  EXPECT_EQ(pods.context, "aks-prod");
  const auto next = plan.absorb(answer(pods, 200, R"({"metadata":{"continue":"a b+/="}})"));
  ASSERT_EQ(next.requests.size(), 1U);
  EXPECT_EQ(next.requests[0].url, pods.url + "&continue=a%20b%2B%2F%3D");
  EXPECT_TRUE(plan.absorb(answer(next.requests[0], 200, R"({"metadata":{}})")).requests.empty());
}

TEST(KubernetesPlan, OneNamespaceAndNoSecrets) {
  KubernetesScope scope = scope_of("te am");
  scope.secrets = false;
  const auto requests = KubernetesPlan(scope).begin();
  EXPECT_TRUE(request_of(requests, "/api/v1/namespaces/te%20am/pods?").url.size() > 0);
  EXPECT_TRUE(request_of(requests, "/api/v1/nodes?").url.size() > 0);
  EXPECT_TRUE(request_of(requests, "secrets").url.empty());
  EXPECT_TRUE(request_of(requests, "/events?limit=500&fieldSelector=type%3DWarning").url.size() >
              0);
}

TEST(KubernetesPlan, ARefusalForAllNamespacesAsksForOne) {
  const KubernetesPlan plan(scope_of());
  const auto requests = plan.begin();
  const auto next = plan.absorb(answer(request_of(requests, "/deployments?"), 403, "{}"));
  ASSERT_EQ(next.requests.size(), 1U);
  EXPECT_TRUE(
      next.requests[0].url.ends_with("/apis/apps/v1/namespaces/shop/deployments?limit=500"));
  EXPECT_TRUE(plan.absorb(answer(next.requests[0], 403, "{}")).requests.empty());
  EXPECT_TRUE(plan.absorb(answer(request_of(requests, "/nodes?"), 403, "{}")).requests.empty());
}

TEST(KubernetesPlan, AnExpiredTokenGoesOnOrBeginsAnew) {
  const KubernetesPlan plan(scope_of());
  Request page = request_of(plan.begin(), "/events?");
  const std::string first = page.url;
  page.url += "&continue=old";
  const auto on = plan.absorb(answer(page, 410, R"({"metadata":{"continue":"rest"}})"));
  EXPECT_TRUE(on.superseded);
  EXPECT_TRUE(on.restarts.empty());
  ASSERT_EQ(on.requests.size(), 1U);
  EXPECT_EQ(on.requests[0].url, first + "&continue=rest");

  const auto anew = plan.absorb(answer(page, 410, R"({"metadata":{}})"));
  EXPECT_TRUE(anew.superseded);
  EXPECT_EQ(anew.restarts, first);
  ASSERT_EQ(anew.requests.size(), 1U);
  EXPECT_TRUE(anew.requests[0].url.ends_with("/api/v1/events?fieldSelector=type%3DWarning"))
      << anew.requests[0].url;
}

TEST(KubernetesPlan, FindsTheAdmissionRulesThatListImages) {
  KubernetesScope scope = scope_of("shop");
  for (const Request& request : KubernetesPlan(scope).begin())
    EXPECT_FALSE(request.url.ends_with("/apis")) << "nobody wants to know";
  scope.posture = true;
  const KubernetesPlan plan(scope);
  const Request discovery = plan.begin().back();
  EXPECT_EQ(discovery.url, scope.server + "/apis");

  const auto groups = plan.absorb(answer(discovery, 200, R"({"kind":"APIGroupList","groups":[
      {"name":"apps","preferredVersion":{"version":"v1"}},
      {"name":"kyverno.io","preferredVersion":{"version":"v1"}},
      {"name":"constraints.gatekeeper.sh","preferredVersion":{"version":"v1beta1"}},
      {"name":"constraints.gatekeeper.sh","preferredVersion":{"version":"../../api/v1/secrets"}}]})"));
  ASSERT_EQ(groups.requests.size(), 3U);
  EXPECT_EQ(groups.requests[0].url, scope.server + "/apis/kyverno.io/v1/clusterpolicies?limit=500");
  EXPECT_EQ(groups.requests[1].url,
            scope.server + "/apis/kyverno.io/v1/namespaces/shop/policies?limit=500");
  EXPECT_EQ(groups.requests[2].url, scope.server + "/apis/constraints.gatekeeper.sh/v1beta1");

  const auto kinds = plan.absorb(answer(groups.requests[2], 200, R"({"kind":"APIResourceList",
      "groupVersion":"constraints.gatekeeper.sh/v1beta1","resources":[
      {"name":"k8sallowedrepos","kind":"K8sAllowedRepos"},
      {"name":"k8sallowedrepos/status","kind":"K8sAllowedRepos"},
      {"name":"../secrets","kind":"K8sAllowedRepos"},
      {"name":"k8sazurev2containerallowedimages","kind":"K8sAzureV2ContainerAllowedImages"},
      {"name":"k8srequiredlabels","kind":"K8sRequiredLabels"}]})"));
  ASSERT_EQ(kinds.requests.size(), 2U);
  EXPECT_EQ(kinds.requests[0].url, groups.requests[2].url + "/k8sallowedrepos?limit=500");
  EXPECT_TRUE(kinds.requests[1].url.ends_with("/k8sazurev2containerallowedimages?limit=500"));

  const auto foreign = plan.absorb(answer(groups.requests[2], 200, R"({"kind":"APIResourceList",
      "groupVersion":"apps/v1","resources":[{"name":"deployments","kind":"K8sAllowedRepos"}]})"));
  EXPECT_TRUE(foreign.requests.empty());
}

}  // namespace
}  // namespace acr
