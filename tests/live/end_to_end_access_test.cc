// Nobody lets us in, or not everybody: exit code 4 lists what was tried, and one closed door leaves
// a report of the rest that names it.
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "live/program.h"

namespace acr::test {
namespace {

using nlohmann::json;

constexpr const char* kEstate = "private-zone-not-linked";
constexpr const char* kNoContext = "apiVersion: v1\nkind: Config\n";

Response unauthorized(const Request& request) {
  if (request.path.starts_with("/api"))
    return reply_with(401, R"({"kind":"Status","apiVersion":"v1","status":"Failure","message":)"
                           R"("Unauthorized","reason":"Unauthorized","code":401})");
  return reply_with(401, R"({"error":{"code":"InvalidAuthenticationToken","message":"The access )"
                         R"(token is invalid."}})");
}

// Every command ends so.
void expect_no_access(ServedEstate& estate, const std::string& words) {
  for (const auto& command : {std::vector<std::string>{"why"},
                              {"why", "deploy/cart", "-n", "shop"},
                              {"scan", "-o", "json"},
                              {"permissions"},
                              {"collect", "-d", estate.folder.path("recording")}}) {
    const Ended ended = estate.run(command);
    EXPECT_EQ(ended.code, 4) << command[0];
    // `why` has no use for what the API server knows of.
    EXPECT_EQ(estate.readable(ended.err),
              fmt::format(fmt::runtime(words), command[0] == "why" ? 11 : 12))
        << command[0];
    const bool asks_for_json = command.back() == "json";
    const json error = json::parse(ended.out, nullptr, false);
    EXPECT_EQ(ended.out.empty(), !asks_for_json) << ended.out;
    if (asks_for_json) {
      EXPECT_EQ(error["error"]["exitCode"], 4);
      EXPECT_GE(error["error"]["tried"].size(), 2U) << ended.out;
    }
    EXPECT_EQ(read_folder(estate.folder.path("recording")), "");
  }
}

TEST(EndToEndAccess, EverythingAnswers401) {
  ServedEstate estate(kEstate);
  estate.stand_in.instead("/", unauthorized);
  expect_no_access(estate,
                   "acr-doctor: no access: no question was answered\n"
                   "  Azure Resource Manager (https://AZURE): 4 requests: the credential was not "
                   "accepted (401); for a new one: az login\n"
                   "  cluster aks-prod (https://CLUSTER): {} requests: the credential was not "
                   "accepted (401); for a new one: az aks get-credentials\n");
}

TEST(EndToEndAccess, NoTokenAndNoCluster) {
  ServedEstate estate(kEstate);
  estate.variables["AZURE_CLIENT_SECRET"] = "wrong-CANARY";
  estate.folder.write("kubeconfig", kNoContext);
  expect_no_access(
      estate,
      "acr-doctor: no access: no question was answered\n"
      "  no kubeconfig: neither KUBECONFIG nor ~/.kube/config holds a cluster, and this is no pod; "
      "to get one: az aks get-credentials --resource-group GROUP --name CLUSTER\n"
      "  no source gave a token for Azure Resource Manager:\n"
      "    environment (client secret): AADSTS7000215: Invalid client secret provided; give the "
      "secret's value, not its id, in AZURE_CLIENT_SECRET\n"
      "    not asked, since environment (client secret) is set up and gave none: workload "
      "identity, managed identity (IMDS), az, azd\n");
}

struct Mistrusted {
  const char* name;
  Identity (*identity)();
  const char* words;
};

void PrintTo(const Mistrusted& each, std::ostream* out) {
  *out << each.name;
}

Identity of_stranger() {
  static const Authority stranger("Stranger");
  return stranger.issue();
}
Identity for_another_name() {
  Wanted wanted;
  wanted.names = {"example.com"};
  return shared_authority().issue(wanted);
}
Identity expired() {
  Wanted wanted;
  wanted.valid_from = -7'200;
  wanted.valid_until = -60;
  return shared_authority().issue(wanted);
}

constexpr Mistrusted kMistrusted[] = {
    {"UnknownAuthority", of_stranger,
     "its certificate is from an authority that is not trusted here"},
    {"WrongName", for_another_name, "its certificate is for another name"},
    {"Expired", expired, "its certificate has expired"},
};

class EndToEndTls : public testing::TestWithParam<Mistrusted> {};

TEST_P(EndToEndTls, OfEverybodyIsNoAccess) {
  ServedEstate::Options options;
  options.azure = options.cluster = GetParam().identity();
  ServedEstate estate(kEstate, options);
  const Ended ended = estate.run({"scan"});
  const std::string text = estate.readable(ended.err);
  EXPECT_EQ(ended.code, 4) << text;
  for (const char* service : {"Azure Resource Manager (https://AZURE): 4 requests: AZURE: ",
                              "cluster aks-prod (https://CLUSTER): 12 requests: CLUSTER: "})
    EXPECT_TRUE(text.contains(std::string(service) + GetParam().words)) << text;
  for (const Request& request : estate.azure.requests()) ADD_FAILURE() << request.target;
  for (const Request& request : estate.cluster.requests()) ADD_FAILURE() << request.target;
}

TEST_P(EndToEndTls, OfAzureAloneIsAGap) {
  ServedEstate::Options options;
  options.azure = GetParam().identity();
  ServedEstate estate(kEstate, options);
  const Ended why = estate.run({"why", "-o", "json"});
  EXPECT_EQ(why.code, 3) << why.err;
  const json report = json::parse(why.out, nullptr, false);
  ASSERT_FALSE(report.is_discarded()) << why.out;
  EXPECT_EQ(report["summary"]["complete"], false);
  for (const json& pull : report["pulls"]) EXPECT_TRUE(pull["cause"].is_null()) << pull.dump(2);
  EXPECT_TRUE(why.out.contains(GetParam().words));
  EXPECT_TRUE(why.out.contains("name them with --subscription"));
  const Ended permissions = estate.run({"permissions"});
  EXPECT_EQ(permissions.code, 3) << permissions.out;
  EXPECT_TRUE(permissions.out.contains(GetParam().words)) << permissions.out;
}

INSTANTIATE_TEST_SUITE_P(Faults, EndToEndTls, testing::ValuesIn(kMistrusted),
                         [](const auto& each) { return std::string(each.param.name); });

// --- one of the two ---

TEST(EndToEndAccess, ClosedAzureIsSaidOnce) {
  ServedEstate estate(kEstate);
  estate.variables["AZURE_CLIENT_SECRET"] = "wrong-CANARY";
  const Ended why = estate.run({"why"});
  EXPECT_EQ(why.code, 3);
  EXPECT_TRUE(
      why.out.starts_with("Not read\n"
                          "  no source gave a token for Azure Resource Manager: "
                          "environment (client secret): AADSTS7000215:\n"))
      << why.out;
  EXPECT_TRUE(why.out.contains(" and 3 more: could not be read: no\n  credential\n")) << why.out;
  EXPECT_TRUE(why.out.contains("? UNEXPLAINED")) << why.out;
  EXPECT_FALSE(why.out.contains("CAUSE")) << why.out;
  EXPECT_EQ(estate.run({"permissions"}).code, 3);
}

TEST(EndToEndAccess, AClosedClusterHidesTheTarget) {
  ServedEstate estate(kEstate);
  estate.stand_in.instead("/api", unauthorized);
  const Ended why = estate.run({"why", "deploy/cart", "-n", "shop"});
  EXPECT_EQ(why.code, 3) << "it may be there, so it is no usage error";
  EXPECT_EQ(why.out,
            "Not read\n"
            "  no deploy cart in namespace shop in the input; not all of it could be read, so it "
            "may be there\n"
            "  kubernetes/aks-prod/cronjobs.shop.json and 10 more: the Kubernetes API answered "
            "Unauthorized\n\n"
            "? UNKNOWN  no pull is seen to fail, but the input is not complete\n");
}

// Most people may read their own namespace and no other.
TEST(EndToEndAccess, OneNamespaceIsNotTheCluster) {
  ServedEstate estate("public-attached");
  const auto refuse_all = [](const char* resource) {
    return [resource](const Request&) { return refused_by_kubernetes(resource); };
  };
  estate.stand_in.instead("/api/v1/pods", refuse_all("pods"));
  const Ended all = estate.run({"why"});
  EXPECT_EQ(all.code, 3) << all.out;
  EXPECT_TRUE(
      all.out.contains("not all pods were read: list pods was refused for all namespaces; "
                       "-n NAMESPACE asks for one alone,\n"
                       "  and acr-doctor permissions says what to ask for"))
      << all.out;
  EXPECT_TRUE(all.out.contains("? UNKNOWN")) << all.out;
  EXPECT_EQ(estate.run({"scan"}).code, 3);
  const Ended own = estate.run({"why", "-n", "shop"});
  EXPECT_EQ(own.code, 0) << own.out;
  EXPECT_TRUE(own.out.contains("PULLS")) << own.out;
}

TEST(EndToEndAccess, RefusedRegistriesAreNotNoRegistries) {
  ServedEstate estate("public-attached");
  estate.folder.write("kubeconfig", kNoContext);
  estate.stand_in.instead("/registries?", [](const Request&) {
    return refused_by_azure("Microsoft.ContainerRegistry/registries/read");
  });
  std::vector<std::string> command{"scan"};
  for (const std::string& id : estate.stand_in.subscriptions())
    command.insert(command.end(), {"--subscription", id});
  const Ended ended = estate.run(command);
  EXPECT_EQ(ended.code, 3) << ended.out;
  EXPECT_TRUE(ended.out.contains("Microsoft.ContainerRegistry/registries/read was refused"))
      << ended.out;
}

TEST(EndToEndAccess, WhoSeesNothingIsTold) {
  ServedEstate estate(kEstate);
  estate.folder.write("kubeconfig", kNoContext);
  estate.stand_in.instead("ResourceGraph", [](const Request&) {
    return reply_with(200, R"({"totalRecords":0,"count":0,"data":[],"resultTruncated":"false"})");
  });
  const Ended ended = estate.run({"scan"});
  EXPECT_EQ(ended.code, 3) << ended.out;
  EXPECT_TRUE(ended.out.contains("Azure shows this account no registry and no cluster"))
      << ended.out;
}

}  // namespace
}  // namespace acr::test
