// Names and documents of exchanges.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "live/exchange.h"

namespace acr {
namespace {

using nlohmann::json;

Request arm(std::string path, std::string body = {}) {
  Request request;
  request.url = "https://management.azure.com" + std::move(path);
  if (!body.empty()) request.method = "POST";
  request.body = std::move(body);
  return request;
}

Request kubernetes(std::string context, std::string path) {
  Request request;
  request.audience = Audience::kubernetes;
  request.context = std::move(context);
  request.url = "https://aks.example:443" + std::move(path);
  return request;
}

Request registry(std::string path) {
  Request request;
  request.audience = Audience::registry;
  request.context = "contoso.azurecr.io";
  request.url = "https://contoso.azurecr.io" + std::move(path);
  return request;
}

TEST(DocumentName, IsReadable) {
  const std::string id = "/subscriptions/818fee79-40cb-59d9-aff8-ad01bbcf8c66";
  EXPECT_EQ(document_name(arm("/subscriptions?api-version=2022-12-01")),
            "azure/subscriptions.json");
  EXPECT_EQ(document_name(arm(id + "/providers/Microsoft.ContainerRegistry/registries"
                                   "?api-version=2023-07-01")),
            "azure/818fee79-40cb-59d9-aff8-ad01bbcf8c66/registries.json");
  EXPECT_EQ(document_name(arm(id + "/resourceGroups/rg-hub/providers/Microsoft.Network"
                                   "/privateDnsZones/privatelink.azurecr.io/A")),
            "azure/818fee79-40cb-59d9-aff8-ad01bbcf8c66/rg-hub/privateDnsZones/"
            "privatelink.azurecr.io/A.json");
  EXPECT_EQ(document_name(arm(id + "/providers/Microsoft.Quota/usages")),
            "azure/818fee79-40cb-59d9-aff8-ad01bbcf8c66/Microsoft.Quota/usages.json");
  EXPECT_EQ(document_name(kubernetes("aks-prod", "/api/v1/pods?limit=500")),
            "kubernetes/aks-prod/pods.json");
  EXPECT_EQ(document_name(kubernetes("aks-prod", "/apis/apps/v1/namespaces/shop/deployments/cart")),
            "kubernetes/aks-prod/deployments.shop.cart.json");
  EXPECT_EQ(document_name(kubernetes("aks-prod", "/version")), "kubernetes/aks-prod/version.json");
  EXPECT_EQ(document_name(registry("/acr/v1/shop/cart/_tags/1.4.2")),
            "registry/contoso.azurecr.io/acr/v1/shop/cart/_tags/1.4.2.json");
}

TEST(DocumentName, TellsRequestsApart) {
  const std::string groups = "/providers/Microsoft.ResourceGraph/resources";
  std::vector<Request> requests = {
      arm(groups, R"({"query":"Resources | where type =~ 'microsoft.network/virtualnetworks'"})"),
      arm(groups, R"({"query":"Resources | where type =~ 'microsoft.network/publicipaddresses'"})"),
      arm("/subscriptions/s/providers/Microsoft.Authorization/roleAssignments"),
      arm("/subscriptions/s/providers/Microsoft.Authorization/roleAssignments?$filter=atScope()"),
      arm("/subscriptions/s/resourceGroups/a%2Fb"),
      arm("/subscriptions/s/resourceGroups/a_2Fb"),
      arm("/subscriptions/s/resourceGroups/" + std::string(300, 'x')),
      arm("/subscriptions/s/resourceGroups/" + std::string(301, 'x')),
      kubernetes("a/b", "/api/v1/pods"),
      kubernetes("a_b", "/api/v1/pods"),
      kubernetes("a:b", "/api/v1/pods"),
      kubernetes("a_b", "/api/v1/pods?continue=x"),
      kubernetes("a_b", "/api/v1/pods?continue=y"),
      kubernetes("a_b", "/api/v1/namespaces/x/pods"),
      registry("/v2/a/manifests/sha256:1"),
      registry("/v2/a/manifests/sha256_1"),
  };
  requests.push_back(requests.back());
  requests.back().method = "HEAD";
  requests.push_back(requests.back());
  requests.back().accept = "application/vnd.oci.image.index.v1+json";
  std::set<std::string> names, keys;
  for (const Request& request : requests) {
    EXPECT_TRUE(names.insert(document_name(request)).second) << document_name(request);
    EXPECT_TRUE(keys.insert(request.key()).second) << request.key();
  }
  EXPECT_TRUE(names.begin()->starts_with("azure/"));
}

TEST(DocumentName, NeverLeadsOutOfItsFolder) {
  const std::vector<std::string> hostile = {"/../../etc/passwd",
                                            "/..",
                                            "/.",
                                            "/%2e%2e/x",
                                            "/./.ssh/id",
                                            "//etc",
                                            "/a\n\x1b[31m/b",
                                            "/a\\b",
                                            "/registries.json/x",
                                            "/\xff\xfe",
                                            "/" + std::string(5000, '/'),
                                            "/" + std::string(5000, 'a'),
                                            "",
                                            "?",
                                            "#",
                                            "/subscriptions/..",
                                            "/providers/../.."};
  for (const std::string& path : hostile) {
    for (Request request : {arm(path), kubernetes("../..", path), kubernetes("", path),
                            registry(path), kubernetes(".", "/api/v1/namespaces/../pods" + path)}) {
      for (const char* context : {"", "..", "/", "a.json", "\n"}) {
        if (request.audience != Audience::arm) request.context += context;
        const std::string name = document_name(request);
        EXPECT_LE(name.size(), 150U) << name;
        EXPECT_TRUE(name.ends_with(".json")) << name;
        EXPECT_EQ(name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                         "0123456789-_./"),
                  std::string::npos)
            << name;
        std::string below = "/" + name;
        EXPECT_EQ(below.find("/."), std::string::npos) << name;
        EXPECT_EQ(below.find("//"), std::string::npos) << name;
        EXPECT_EQ(below.find(".json/"), std::string::npos) << name;
      }
    }
  }
}

TEST(Document, HoldsRequestAndAnswer) {
  Exchange exchange;
  exchange.request = kubernetes("aks-prod", "/api/v1/namespaces/shop/pods");
  exchange.at = Instant{std::chrono::seconds{1'780'000'000}};
  exchange.status = 200;
  exchange.headers = {{"link", "</v2/_catalog?last=a>; rel=\"next\""}, {"set-cookie", "CANARY"}};
  exchange.body = R"({"kind":"PodList","apiVersion":"v1","metadata":{},"items":[]})";
  const json document = json::parse(to_document(exchange));
  EXPECT_EQ(document, json::parse(R"({
    "request": {"audience": "kubernetes", "context": "aks-prod", "method": "GET",
                "url": "https://aks.example:443/api/v1/namespaces/shop/pods"},
    "at": "2026-05-28T20:26:40Z", "status": 200,
    "headers": {"link": "</v2/_catalog?last=a>; rel=\"next\""},
    "body": {"kind": "PodList", "apiVersion": "v1", "metadata": {}, "items": []}})"));
}

TEST(Document, SaysWhyThereIsNoBody) {
  struct Row {
    int status;
    std::string body, failure, method;
    std::string said;  // empty: no failure
  };
  const std::vector<Row> rows = {
      {0, "", "no answer within 30 s", "GET", "no answer within 30 s"},
      {0, "", "", "GET", "no answer came"},
      {0, "", "reset\x1b[2J by\tpeer", "GET", "reset [2J by peer"},
      {200, "<html>sign in</html>", "", "GET",
       "the answer is a web page, no JSON: a proxy may have answered in the service's place"},
      {200, R"({"value":[{"id":)", "", "GET", "the answer is no whole JSON"},
      {200, R"({"value":[]} trailing)", "", "GET", "the answer is no whole JSON"},
      {200, R"({"value":[1,]})", "", "GET", "the answer is no whole JSON"},
      {200, "", "", "GET", "the answer is empty"},
      {200, "", "", "HEAD", ""},
      {204, "", "", "GET", ""},
      {307, "", "", "GET", ""},
      {503, "upstream is tired", "", "GET", ""},
  };
  for (const Row& row : rows) {
    Exchange exchange;
    exchange.request = arm("/subscriptions");
    exchange.request.method = row.method;
    exchange.status = row.status;
    exchange.body = row.body;
    exchange.failure = row.failure;
    const json document = json::parse(to_document(exchange));
    EXPECT_EQ(document.value("failure", ""), row.said) << row.status << ' ' << row.body;
    EXPECT_EQ(document.value("body", ""), row.status == 503 ? row.body : "") << document;
  }
}

}  // namespace
}  // namespace acr
