#include <gtest/gtest.h>

#include "collect/describe_azure.h"

namespace acr {
namespace {

// What a recorded failure becomes: a refusal line, a remark, or both.
struct ErrorCase {
  const char* document;
  const char* refused;
  const char* said;
};

std::string forbidden(const std::string& message) {
  return nlohmann::json{{"error", {{"code", "AuthorizationFailed"}, {"message", message}}}}.dump();
}
std::string denied_action(const std::string& action, const std::string& scope) {
  return forbidden(
      "The client 'c' with object id 'o' does not have authorization to perform action '" + action +
      "' over scope '" + scope +
      "' or the scope is invalid. If access was recently granted, please refresh "
      "your credentials.");
}

TEST(Refusal, NamesTheKindThatCouldNotBeRead) {
  const struct {
    const char* action;
    const char* refused;
  } cases[] = {
      {"Microsoft.Authorization/roleAssignments/read", "role assignments"},
      {"microsoft.authorization/denyassignments/read", "deny assignments"},
      {"Microsoft.ContainerRegistry/registries/read", "registries"},
      {"Microsoft.ContainerRegistry/registries/tokens/read", "registry tokens"},
      {"Microsoft.ContainerService/managedClusters/read", "clusters"},
      {"Microsoft.ContainerService/managedClusters/agentPools/read", "node pools"},
      {"Microsoft.Network/virtualNetworks/virtualNetworkPeerings/read", "peerings"},
      {"Microsoft.Network/privateDnsZones/A/read", "record sets"},
      {"Microsoft.Network/privateDnsZones/ALL/read", "record sets"},
      // Nothing that we read was refused: the message is all there is to say.
      {"Microsoft.ContainerRegistry/registries/listCredentials/action", nullptr},
      {"Microsoft.ContainerRegistry/registries/webhooks/read", nullptr},
      {"Microsoft.Network/virtualNetworks/subnets/join/action", nullptr},
      {"microsoft.insights/eventtypes/values/read", nullptr},
  };
  for (const auto& test : cases) {
    const Absorbed result = absorb(denied_action(test.action, "/subscriptions/s"));
    EXPECT_EQ(result.elements.at(0), "error");
    if (test.refused != nullptr) {
      EXPECT_EQ(result.text(), fmt::format("refused {}: {} over /subscriptions/s in -\n",
                                           test.refused, test.action));
      EXPECT_EQ(result.said(), "");
    } else {
      EXPECT_EQ(result.text(), "") << test.action;
      EXPECT_TRUE(result.said().starts_with(
          "warning recorded-error: Azure answered AuthorizationFailed: The client"))
          << test.action;
    }
  }
}

TEST(Refusal, OfALinkedScopeIsTheLinkedOne) {
  const Absorbed result = absorb(
      R"({"error":{"code":"LinkedAuthorizationFailed","message":"The client 'c' with object id 'o' has permission to perform action 'Microsoft.Network/privateEndpoints/read' on scope '/subscriptions/a'; however, it does not have permission to perform action(s) 'Microsoft.Network/virtualNetworks/subnets/read' on the linked scope(s) '/subscriptions/b/resourceGroups/g' (respectively) or the linked scope(s) are invalid."}})");
  EXPECT_EQ(result.text(),
            "refused subnets: Microsoft.Network/virtualNetworks/subnets/read over "
            "/subscriptions/b/resourceGroups/g in -\n");
}

TEST(Refusal, OfSeveralActionsIsOneEach) {
  const Absorbed result = absorb(
      forbidden("The client 'c' does not have authorization to perform actions "
                "'Microsoft.Network/routeTables/read, "
                "Microsoft.Network/natGateways/read,x/write' over scope '/subscriptions/s'"));
  EXPECT_EQ(
      result.text(),
      "refused route tables: Microsoft.Network/routeTables/read over /subscriptions/s in -\n"
      "refused NAT gateways: Microsoft.Network/natGateways/read over /subscriptions/s in -\n");
}

TEST(Refusal, OfMicrosoftGraphDependsOnWhatWasAsked) {
  const char* denied =
      R"({"error":{"code":"Authorization_RequestDenied","message":"Insufficient privileges to complete the operation."}})";
  const struct {
    const char* url;
    const char* kind;
  } cases[] = {
      {"", "service principals"},
      {"https://graph.microsoft.com/v1.0/servicePrincipals(appId='a')", "service principals"},
      {"https://graph.microsoft.com/v1.0/applications(appId='a')?$select=id", "applications"},
      {"https://graph.microsoft.com/v1.0/servicePrincipals/o/transitiveMemberOf",
       "group memberships"},
  };
  for (const auto& test : cases) {
    EXPECT_EQ(absorb(denied, test.url).text(),
              fmt::format("refused {}: Application.Read.All over - in -\n", test.kind))
        << test.url;
  }
}

std::string status(const std::string& reason, const std::string& message, int code) {
  return nlohmann::json{
      {"kind", "Status"},    {"apiVersion", "v1"}, {"metadata", nlohmann::json::object()},
      {"status", "Failure"}, {"message", message}, {"reason", reason},
      {"code", code}}
      .dump();
}

TEST(Refusal, OfKubernetesNamesTheNamespace) {
  const struct {
    const char* message;
    const char* refused;  // nullptr: a remark
  } cases[] = {
      {R"(secrets is forbidden: User "u" cannot list resource "secrets" in API group "" in the namespace "shop")",
       "refused secrets: list secrets over shop in shop\n"},
      {R"(secrets "acr" is forbidden: User "u" cannot get resource "secrets" in API group "" in the namespace "shop")",
       "refused secrets: get secrets over shop in shop\n"},
      {R"(pods is forbidden: User "u" cannot list resource "pods" in API group "" at the cluster scope)",
       "refused pods: list pods over - in -\n"},
      {R"(deployments.apps is forbidden: User "u" cannot list resource "deployments" in API group "apps" in the namespace "a")",
       "refused workloads: list deployments over a in a\n"},
      {R"(serviceaccounts is forbidden: User "u" cannot list resource "serviceaccounts" in API group "" in the namespace "a")",
       "refused service accounts: list serviceaccounts over a in a\n"},
      {R"(pods is forbidden: User "u" cannot create resource "pods" in API group "" in the namespace "a")",
       nullptr},
      {R"(widgets is forbidden: User "u" cannot list resource "widgets" in API group "" in the namespace "a")",
       nullptr},
      {"forbidden", nullptr},
  };
  for (const auto& test : cases) {
    const Absorbed result = absorb(status("Forbidden", test.message, 403));
    EXPECT_EQ(result.elements.at(0), "error");
    EXPECT_EQ(result.text(), test.refused == nullptr ? "" : test.refused) << test.message;
    EXPECT_EQ(result.said().empty(), test.refused != nullptr) << test.message;
  }
}

// Each envelope, with what is said about it.
constexpr ErrorCase kEnvelopes[] = {
    {R"({"error":{"code":"ResourceNotFound","message":"The Resource 'x' was not found."}})", "",
     "note recorded-error: Azure answered ResourceNotFound: The Resource 'x' was not found.\n"},
    {R"({"error":{"code":"NotFound","message":"m","details":[]}})", "",
     "note recorded-error: Azure answered NotFound: m\n"},
    {R"({"code":"QuotaExceeded","message":"m"})", "",
     "note recorded-error: Azure answered QuotaExceeded: m\n"},
    {R"({"Error":{"Code":"Timeout","Message":"m","Details":[]}})", "",
     "note recorded-error: Azure answered Timeout: m\n"},
    {R"({"Code":"429","Message":"m","Target":null})", "",
     "warning recorded-error: Azure answered 429: m\n"},
    {R"({"odata.error":{"code":"Request_ResourceNotFound","message":{"lang":"en","value":"m"}}})",
     "", "note recorded-error: Azure answered Request_ResourceNotFound: m\n"},
    {R"({"error":{"code":"InternalServerError","message":"m"}})", "",
     "warning recorded-error: Azure answered InternalServerError: m\n"},
    {R"({"error":{"code":"ExpiredAuthenticationToken","message":"m"}})", "",
     "warning recorded-error: Azure answered ExpiredAuthenticationToken: m\n"},
    {R"({"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret.\r\nTrace ID: t","error_codes":[7000215]})",
     "",
     "warning recorded-error: the token endpoint answered invalid_client: AADSTS7000215: Invalid "
     "client secret. Trace ID: t\n"},
    {R"({"errors":[{"code":"MANIFEST_UNKNOWN","message":"m","detail":null}]})", "",
     "note recorded-error: the registry answered MANIFEST_UNKNOWN: m\n"},
    {R"({"errors":[{"code":"UNAUTHORIZED","message":"a"},{"code":"DENIED","message":"b"}]})", "",
     "note recorded-error: the registry answered UNAUTHORIZED: a\nwarning recorded-error: the "
     "registry answered DENIED: b\n"},
    {R"({"kind":"Status","status":"Failure","message":"pods \"x\" not found","reason":"NotFound","code":404})",
     "", "note recorded-error: the Kubernetes API answered NotFound: pods \"x\" not found\n"},
    {R"({"kind":"Status","status":"Failure","message":"Unauthorized","reason":"Unauthorized","code":401})",
     "", "warning recorded-error: the Kubernetes API answered Unauthorized\n"},
    {R"({"kind":"Status","status":"Failure","code":503})", "",
     "warning recorded-error: the Kubernetes API answered 503\n"},
    // What az wrote to a file is also a YAML map of one line.
    {R"({"ERROR":"(ResourceGroupNotFound) Resource group 'g' could not be found."})", "",
     "note recorded-error: Azure answered ResourceGroupNotFound: Resource group 'g' could not be "
     "found.\n"},
};

TEST(Envelope, EachIsUnderstood) {
  for (const ErrorCase& test : kEnvelopes) {
    const Absorbed result = absorb(test.document);
    EXPECT_EQ(result.elements.at(0), "error") << test.document;
    EXPECT_EQ(result.text(), test.refused);
    EXPECT_EQ(result.said(), test.said);
  }
}

TEST(Envelope, NothingElseIsAnError) {
  for (
      const char* document : {
          R"({"id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/r","error":{"code":"x","message":"y"}})",
          R"({"nameAvailable":false,"reason":"AlreadyExists","message":"m"})",
          R"({"error":null})",
          R"({"error":{}})",
          R"({"error":[]})",
          R"({"errors":[]})",
          R"({"errors":[1,{}]})",
          R"({"code":"x"})",
          R"({"message":"x"})",
          R"({"code":7,"message":"x"})",
          R"([])",
          R"("error")",
          R"({})",
          R"({"kind":"Status","status":"Success"})",
          R"({"properties":{"x":1},"error":{"code":"a","message":"b"}})",
      }) {
    const Absorbed result = absorb(document);
    EXPECT_TRUE(result.elements.empty() || result.elements[0] != "error") << document;
    EXPECT_EQ(result.said(), "") << document;
  }
}

Absorbed absorb_text(std::string_view text, bool expected = true) {
  Absorbed result;
  result.estate.documents.push_back({"roles.json", 0, "", "", ""});
  const Input input;
  AbsorbContext context{result.estate, input, [&](Remark remark) {
                          EXPECT_EQ(remark.source, "roles.json");
                          result.remarks.push_back(std::move(remark));
                        }};
  EXPECT_EQ(absorb_error_text(context, text, {0, "", false}), expected) << text;
  return result;
}

TEST(Text, OfTheCommandLinesIsUnderstood) {
  const struct {
    const char* text;
    const char* refused;
    const char* said;
  } cases[] = {
      {"ERROR: (AuthorizationFailed) The client 'c' with object id 'o' does not have authorization "
       "to perform action "
       "'Microsoft.Authorization/roleAssignments/read' over scope '/subscriptions/s' or the scope "
       "is invalid.\n"
       "Code: AuthorizationFailed\nMessage: The client 'c' …\n",
       "refused role assignments: Microsoft.Authorization/roleAssignments/read over "
       "/subscriptions/s in -\n",
       ""},
      {"(ResourceNotFound) The Resource 'x' was not found.", "",
       "note recorded-error: Azure answered ResourceNotFound: The Resource 'x' was not found.\n"},
      {"WARNING: something\r\nERROR: Please run 'az login' to setup account.\r\n", "",
       "warning recorded-error: az answered with an error: Please run 'az login' to setup "
       "account.\n"},
      {"Error from server (Forbidden): secrets is forbidden: User \"u\" cannot list resource "
       "\"secrets\" in API group \"\" "
       "in the namespace \"shop\"\n",
       "refused secrets: list secrets over shop in shop\n", ""},
      {"Error from server (NotFound): pods \"x\" not found", "",
       "note recorded-error: the Kubernetes API answered NotFound: pods \"x\" not found\n"},
      {"error: You must be logged in to the server (Unauthorized)", "",
       "warning recorded-error: kubectl answered with an error: error: You must be logged in to "
       "the server (Unauthorized)\n"},
      {"Unable to connect to the server: dial tcp: lookup x: no such host", "",
       "warning recorded-error: kubectl answered with an error: Unable to connect to the server: "
       "dial tcp: lookup x: no such host\n"},
      {"Error from server (Forbidden): pods is forbidden: User \"u\" cannot list resource \"pods\" "
       "in API group \"\" at the cluster scope\n"
       "Error from server (Forbidden): nodes is forbidden: User \"u\" cannot list resource "
       "\"nodes\" in API group \"\" at the cluster scope\n",
       "refused pods: list pods over - in -\nrefused nodes: list nodes over - in -\n", ""},
  };
  for (const auto& test : cases) {
    const Absorbed result = absorb_text(test.text);
    EXPECT_EQ(result.text(), test.refused);
    EXPECT_EQ(result.said(), test.said);
  }
}

TEST(Text, OfAnythingElseIsLeftAlone) {
  for (const char* text :
       {"", "\n\n", "hello", "(not a code) x", "() x", "(unclosed", "Error from server",
        "Error from server (a b): x", "An error: (AuthorizationFailed) x"}) {
    EXPECT_EQ(absorb_text(text, false).said(), "") << text;
  }
}

TEST(Message, IsShortAndClean) {
  const std::string token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJDQU5BUlkifQ.c2lnbmF0dXJl";
  const Absorbed result = absorb(nlohmann::json{{"error",
                                                 {{"code", "Bad\x1b[31mCode"},
                                                  {"message",
                                                   "a\x01\nb\x1b[2J\xC2\x9B"
                                                   "c token " +
                                                       token + " end " + std::string(1000, 'x')}}}}
                                     .dump());
  const std::string& text = result.remarks.at(0).text;
  EXPECT_TRUE(text.starts_with("Azure answered Bad [31mCode: a b [2Jc token <token> end xxx"))
      << text;
  EXPECT_LE(text.size(), 400U);
  EXPECT_TRUE(text.ends_with("…"));
}

// A document without a number, as a fuzzer or a broken caller gives.
TEST(Origin, MayBeUnknown) {
  Estate estate;
  const Input input;
  std::vector<Remark> remarks;
  AbsorbContext context{estate, input,
                        [&](Remark remark) { remarks.push_back(std::move(remark)); }};
  EXPECT_TRUE(absorb_error_text(context, "(NotFound) x", {}));
  EXPECT_EQ(remarks.at(0).source, "");
}

}  // namespace
}  // namespace acr
