// The program itself against the stand-ins: credentials, kubeconfig, reports, recordings.
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "live/base64.h"
#include "live/program.h"

namespace acr::test {
namespace {

std::string cause_of(const std::string& report) {
  const auto json = nlohmann::json::parse(report, nullptr, false);
  if (json.is_discarded() || !json.contains("pulls") || json["pulls"].empty()) return report;
  const auto& pull = json["pulls"][0];
  return pull["cause"].is_null() ? "none: " + pull["verdict"].get<std::string>()
                                 : pull["cause"]["check"].get<std::string>();
}

TEST(EndToEnd, WhyNeedsNoFiles) {
  ServedEstate estate("private-zone-not-linked");
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
  ServedEstate estate("private-zone-not-linked");
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
  ServedEstate estate("service-account");
  const std::string password = "CANARY-pull-password";
  const std::string config = R"({"auths":{"contosoprod.azurecr.io":{"username":"contosoprod",)"
                             R"("password":")" +
                             password + R"(","auth":")" + encode_base64("contosoprod:" + password) +
                             R"("}}})";
  estate.stand_in.add({{"kind", "Secret"},
                       {"apiVersion", "v1"},
                       {"type", "kubernetes.io/dockerconfigjson"},
                       {"metadata", {{"name", "planted"}, {"namespace", "shop"}}},
                       {"data", {{".dockerconfigjson", encode_base64(config)}}}});
  const std::string folder = estate.folder.path("snapshot");
  std::string all;
  for (const auto& command : {std::vector<std::string>{"why", "-v"},
                              {"scan", "-v", "-o", "json"},
                              {"collect", "-d", folder}}) {
    const auto ended = estate.run(command);
    all += ended.out + ended.err;
  }
  all += read_folder(folder);
  EXPECT_TRUE(all.contains("registries")) << all.substr(0, 1'000);
  EXPECT_TRUE(all.contains("planted")) << "the pull secret was not read";
  for (const std::string& secret :
       {encode_base64("contosoprod:" + password), encode_base64(config)})
    EXPECT_FALSE(all.contains(secret));
  for (const char* secret : {kToken, kKubeToken, kClientSecret, "CANARY", "client_secret"})
    EXPECT_FALSE(all.contains(secret)) << secret << " at " << all.substr(all.find(secret), 200);
}

TEST(EndToEnd, NobodyLetsUsIn) {
  ServedEstate estate("private-zone-not-linked");
  estate.folder.write("kubeconfig", "apiVersion: v1\nkind: Config\n");
  estate.variables["AZURE_CLIENT_SECRET"] = "wrong-secret";
  const auto ended = estate.run({"scan"});
  EXPECT_EQ(ended.code, 4) << ended.out << ended.err;
  EXPECT_TRUE(ended.err.contains("AADSTS7000215")) << ended.err;
  EXPECT_FALSE(ended.err.contains("wrong-secret"));
}

TEST(EndToEnd, ARefusedListIsAGapAndNoAccusation) {
  ServedEstate estate("private-zone-not-linked");
  estate.stand_in.instead("/virtualNetworkLinks", [](const Request&) {
    return refused_by_azure("Microsoft.Network/privateDnsZones/virtualNetworkLinks/read");
  });
  estate.stand_in.instead("ResourceGraph", [](const Request&) {
    return reply_with(403, R"({"error":{"code":"AuthorizationFailed","message":"no"}})");
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
  ServedEstate estate("private-zone-not-linked");
  const auto all = estate.run({"permissions"});
  EXPECT_EQ(all.code, 0) << all.out << all.err;
  EXPECT_TRUE(all.out.contains("registries")) << all.out;
  estate.stand_in.instead("/api/v1/secrets",
                          [](const Request&) { return refused_by_kubernetes("secrets"); });
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
