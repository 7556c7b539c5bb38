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

}  // namespace
}  // namespace acr
