// deploy/clusterrole.yaml grants what is asked of the API server, and no more.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "collect/yaml.h"
#include "live/kubernetes_plan.h"

namespace acr {
namespace {

using nlohmann::json;

// "apps/deployments", "/pods"
std::set<std::string> granted() {
  std::ifstream file(std::filesystem::path(ACR_SOURCE_DIR) / "deploy/clusterrole.yaml");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  std::set<std::string> found;
  for (const YamlPart& part : split_yaml(text)) {
    const auto document = yaml_to_json(part, {});
    if (!document) ADD_FAILURE() << document.error().text;
    const json object = json::parse(document.value_or("{}"));
    if (object["kind"] != "ClusterRole") continue;
    for (const json& rule : object["rules"]) {
      EXPECT_EQ(rule["verbs"], json::array({"list"}));
      for (const json& group : rule["apiGroups"])
        for (const json& resource : rule["resources"])
          found.insert(group.get<std::string>() + '/' + resource.get<std::string>());
    }
  }
  return found;
}

std::set<std::string> asked() {
  KubernetesScope scope;
  scope.server = "https://server";
  scope.posture = true;
  const KubernetesPlan plan(scope);
  std::vector<Request> requests = plan.begin();
  std::set<std::string> found;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    std::string path = requests[i].url.substr(scope.server.size() + 1);
    path = path.substr(0, path.find('?'));
    Exchange exchange;
    exchange.request = requests[i];
    exchange.status = 200;
    if (path == "apis") {
      exchange.body = R"({"kind":"APIGroupList","groups":[
          {"name":"kyverno.io","preferredVersion":{"version":"v1"}}]})";
      for (Request& next : plan.absorb(exchange).requests) requests.push_back(std::move(next));
      continue;
    }
    const bool core = path.starts_with("api/");
    const std::size_t group = path.find('/') + 1,
                      version = core ? group : path.find('/', group) + 1;
    found.insert(path.substr(group, core ? 0 : version - 1 - group) + path.substr(path.rfind('/')));
  }
  return found;
}

TEST(ClusterRole, GrantsWhatIsAskedAndNoMore) {
  std::set<std::string> wanted = asked();
  EXPECT_TRUE(wanted.contains("/pods") && wanted.contains("kyverno.io/policies"));
  // Which kinds of constraints there are the cluster itself tells.
  wanted.insert("constraints.gatekeeper.sh/*");
  EXPECT_EQ(granted(), wanted);
}

}  // namespace
}  // namespace acr
