// The program itself against the stand-ins: credentials, kubeconfig, reports, recordings.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "collect/collect_text.h"
#include "live/asking.h"
#include "live/child.h"
#include "live/stand_in.h"

namespace acr::test {
namespace {

const std::filesystem::path kEstates = std::filesystem::path(ACR_SOURCE_DIR) / "fixtures/estates";
constexpr const char* kTenant = "22905993-a24b-51cb-bd7d-5b83d3f60e83";
constexpr const char* kClient = "25c15d06-f6fc-50f9-94ec-9b7441c4e8ee";

std::string read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// One server is Azure, its login, Microsoft Graph and the cluster.
class Estate {
 public:
  explicit Estate(const std::string& name, StandIn::Options options = {})
      : stand_in(std::move(options)), server([this](const Request& request) {
          if (request.path.contains("/oauth2/v2.0/token")) return token(request);
          return stand_in.answer(request);
        }) {
    stand_in.read(kEstates / name / "input");
    stand_in.base = server.url("");
    folder.write("ca.pem", shared_authority().pem());
    folder.write("kubeconfig", fmt::format(R"(apiVersion: v1
kind: Config
current-context: aks-prod
clusters:
- name: c
  cluster: {{server: "{}", certificate-authority: ca.pem}}
users:
- name: u
  user: {{token: CANARY-token}}
contexts:
- name: aks-prod
  context: {{cluster: c, user: u, namespace: shop}}
)",
                                           server.url("")));
  }

  struct Ended {
    int code = -1;
    std::string out, err;
  };
  Ended run(std::vector<std::string> arguments, const std::string& secret = "CANARY-secret") {
    Environment environment = read_environment();
    environment.set("AZURE_TENANT_ID", kTenant);
    environment.set("AZURE_CLIENT_ID", kClient);
    environment.set("AZURE_CLIENT_SECRET", secret);
    environment.set("AZURE_AUTHORITY_HOST", server.url(""));
    environment.set("AZURE_RESOURCE_MANAGER_ENDPOINT", server.url(""));
    environment.set("AZURE_GRAPH_ENDPOINT", server.url(""));
    for (const char* name : {"CURL_CA_BUNDLE", "SSL_CERT_FILE"})
      environment.set(name, folder.path("ca.pem"));
    for (const char* name : {"HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"})
      environment.set(name, "");
    environment.set("KUBECONFIG", folder.path("kubeconfig"));
    environment.set("HOME", folder.path());
    environment.set("SOURCE_DATE_EPOCH", "1780000000");
    environment.set("LC_ALL", "C.UTF-8");
    // Standard error goes to a file: nothing may be lost of it.
    Child child;
    child.argv = {"/bin/sh", "-c", "exec \"$@\" 2>\"$0\"", folder.path("err"), ACR_BINARY};
    child.argv.insert(child.argv.end(), arguments.begin(), arguments.end());
    child.environment = &environment;
    child.output_limit = std::size_t{64} << 20;
    const ChildEnd end = run_child(child);
    Ended ended;
    ended.code = end.how == ChildEnd::How::exited ? end.code : -1;
    ended.out = std::string(end.output.view());
    ended.err = read(folder.path("err"));
    return ended;
  }

  Folder folder;
  StandIn stand_in;
  HttpServer server;

 private:
  static Response token(const Request& request) {
    Response response;
    if (request.body.contains("client_secret=CANARY-secret")) {
      response.body = R"({"token_type":"Bearer","expires_in":3599,"access_token":"CANARY-token"})";
    } else {
      response.status = 401;
      response.body =
          R"({"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret )"
          R"(provided. Trace ID: x","error_codes":[7000215]})";
    }
    return response;
  }
};

std::string cause_of(const std::string& report) {
  const auto json = nlohmann::json::parse(report, nullptr, false);
  if (json.is_discarded() || !json.contains("pulls") || json["pulls"].empty()) return report;
  const auto& pull = json["pulls"][0];
  return pull["cause"].is_null() ? "none: " + pull["verdict"].get<std::string>()
                                 : pull["cause"]["check"].get<std::string>();
}

TEST(EndToEnd, WhyNeedsNoFiles) {
  Estate estate("private-zone-not-linked");
  const auto ended = estate.run({"why", "deploy/cart", "-n", "shop", "-o", "json"});
  EXPECT_EQ(ended.code, 1) << ended.out << ended.err;
  EXPECT_EQ(cause_of(ended.out), "private-dns-zone-is-linked") << ended.err;
}

// Without the command that repeats the run: that of a recording names its folder.
std::string without_again(std::string report) {
  const auto begin = report.find("    \"again\": ");
  if (begin != std::string::npos) report.erase(begin, report.find('\n', begin) - begin);
  return report;
}

TEST(EndToEnd, ARecordingGivesTheSameReport) {
  Estate estate("private-zone-not-linked");
  for (const auto& command : {std::vector<std::string>{"why", "-o", "json"},
                              {"scan", "-o", "json"},
                              {"scan", "-o", "sarif"},
                              {"scan", "-o", "junit"},
                              {"why"}}) {
    const auto live = estate.run(command);
    const std::string folder = estate.folder.path("snapshot");
    const auto recorded = estate.run({"collect", "-d", folder});
    EXPECT_EQ(recorded.code, 0) << recorded.out << recorded.err;
    std::vector<std::string> replay = command;
    replay.insert(replay.end(), {"--from", folder});
    const auto replayed = estate.run(replay);
    EXPECT_EQ(live.code, replayed.code) << live.err << replayed.err;
    if (command.size() > 1) {
      EXPECT_EQ(without_again(live.out), without_again(replayed.out))
          << command[0] << " " << command[2];
    }
  }
}

TEST(EndToEnd, NoCredentialStandsAnywhere) {
  Estate estate("service-account");
  const std::string folder = estate.folder.path("snapshot");
  std::string all;
  for (const auto& command : {std::vector<std::string>{"why", "-v"},
                              {"scan", "-v", "-o", "json"},
                              {"collect", "-d", folder}}) {
    const auto ended = estate.run(command);
    all += ended.out + ended.err;
  }
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) all += read(entry.path().string());
  EXPECT_TRUE(all.contains("registries")) << all.substr(0, 1'000);
  for (const char* secret : {"CANARY-token", "CANARY-secret", "CANARY", "client_secret"})
    EXPECT_FALSE(all.contains(secret)) << secret << " at " << all.substr(all.find(secret), 200);
}

TEST(EndToEnd, NobodyLetsUsIn) {
  Estate estate("private-zone-not-linked");
  estate.folder.write("kubeconfig", "apiVersion: v1\nkind: Config\n");
  const auto ended = estate.run({"scan"}, "wrong");
  EXPECT_EQ(ended.code, 4) << ended.out << ended.err;
  EXPECT_TRUE(ended.err.contains("AADSTS7000215")) << ended.err;
  EXPECT_FALSE(ended.err.contains("wrong-secret"));
}

TEST(EndToEnd, ARefusedListIsAGapAndNoAccusation) {
  Estate estate("private-zone-not-linked");
  estate.stand_in.instead("/virtualNetworkLinks", [](const Request&) {
    Response response;
    response.status = 403;
    response.body =
        R"({"error":{"code":"AuthorizationFailed","message":"The client 'x' with object id 'y' does not have authorization to perform action 'Microsoft.Network/privateDnsZones/virtualNetworkLinks/read' over scope '/subscriptions/818fee79-40cb-59d9-aff8-ad01bbcf8c66' or the scope is invalid."}})";
    return response;
  });
  estate.stand_in.instead("ResourceGraph", [](const Request&) {
    Response response;
    response.status = 403;
    response.body = R"({"error":{"code":"AuthorizationFailed","message":"no"}})";
    return response;
  });
  std::vector<std::string> command{"why", "-o", "json"};
  for (const std::string& id : estate.stand_in.subscriptions())
    command.insert(command.end(), {"--subscription", id});
  const auto ended = estate.run(command);
  EXPECT_EQ(cause_of(ended.out), "none: unexplained") << ended.err;
  EXPECT_EQ(ended.code, 3) << ended.err;
  EXPECT_TRUE(ended.out.contains("virtualNetworkLinks/read"));
}

TEST(EndToEnd, PermissionsNameTheMissingRight) {
  Estate estate("private-zone-not-linked");
  const auto all = estate.run({"permissions"});
  EXPECT_EQ(all.code, 0) << all.out << all.err;
  EXPECT_TRUE(all.out.contains("registries")) << all.out;
  estate.stand_in.instead("/api/v1/secrets", [](const Request&) {
    Response response;
    response.status = 403;
    response.body =
        R"({"kind":"Status","apiVersion":"v1","status":"Failure","message":"secrets is forbidden: User \"ana\" cannot list resource \"secrets\" in API group \"\" at the cluster scope","reason":"Forbidden","details":{"kind":"secrets"},"code":403})";
    return response;
  });
  const auto some = estate.run({"permissions"});
  EXPECT_EQ(some.code, 3) << some.out << some.err;
  EXPECT_TRUE(some.out.contains("list secrets")) << some.out;
  EXPECT_TRUE(some.out.contains("clusterrole.yaml")) << some.out;
  const auto json =
      nlohmann::json::parse(estate.run({"permissions", "-o", "json"}).out, nullptr, false);
  ASSERT_FALSE(json.is_discarded());
  EXPECT_GT(json["permissions"].size(), 10U);
}

}  // namespace
}  // namespace acr::test
