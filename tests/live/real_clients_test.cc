// What az and kubectl read from the stand-ins: whether those speak as Azure and Kubernetes do is
// for their own clients to say.
#include <algorithm>
#include <filesystem>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "live/cloud.h"
#include "support/rest_form.h"

namespace acr::test {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

json parse(const std::string& text) {
  return json::parse(text, nullptr, false);
}

// --- az ---

struct AzAnswer {
  int code = -1;
  std::string out, error;
};

// Signs in where nobody has, then runs the commands; their answers in the same order.
std::vector<AzAnswer> az(const Cloud& cloud, const std::vector<std::string>& commands) {
  const bool signed_in = fs::exists(cloud.folder.path("az/azureProfile.json"));
  std::string input;
  if (!signed_in)
    input = fmt::format("login --service-principal -u {} -p {} --tenant {} -o json\n",
                        cloud.entra.options().client, cloud.entra.options().secret,
                        cloud.entra.options().tenant);
  for (const std::string& command : commands) input += command + '\n';
  const auto ended =
      cloud.run({"/usr/bin/python3", ACR_SOURCE_DIR "/tests/live/az_commands.py"}, input);
  std::vector<AzAnswer> answers;
  std::istringstream lines(ended.out);
  for (std::string line; std::getline(lines, line);) {
    const json answer = parse(line);
    if (!answer.is_object()) continue;
    answers.push_back({answer["code"].is_number() ? answer["code"].get<int>() : -1, answer["out"],
                       answer["error"]});
  }
  if (!signed_in && !answers.empty()) {
    EXPECT_EQ(answers[0].code, 0) << answers[0].error;
    answers.erase(answers.begin());
  }
  EXPECT_EQ(answers.size(), commands.size()) << ended.out << ended.err;
  answers.resize(commands.size());
  return answers;
}

// --- comparing ---

// Both print what they know; what both know must agree. Where: "/0/properties/x: a is not b".
struct Compared {
  std::size_t agreed = 0;  // scalars
  std::vector<std::string> differences;
};

void compare(const json& expected, const json& printed, const std::string& at, Compared& into) {
  if (expected.is_object() && printed.is_object()) {
    for (const auto& [key, value] : expected.items())
      if (printed.contains(key)) compare(value, printed[key], at + '/' + key, into);
  } else if (expected.is_array() && printed.is_array() && expected.size() == printed.size()) {
    for (std::size_t i = 0; i < expected.size(); ++i)
      compare(expected[i], printed[i], at + '/' + std::to_string(i), into);
  } else if (expected == printed) {
    ++into.agreed;
  } else {
    into.differences.push_back(at + ": " + expected.dump() + " is not " + printed.dump());
  }
}

json by_id(json list) {
  std::vector<json> items(list.begin(), list.end());
  std::ranges::sort(items, {}, [](const json& item) { return item["id"].get<std::string>(); });
  return items;
}

Compared compare(const json& expected, const json& printed) {
  Compared compared;
  compare(expected, printed, "", compared);
  return compared;
}

std::string show(const Compared& compared) {
  return fmt::format("{}", fmt::join(compared.differences, "\n"));
}

fs::path input_of(const std::string& estate) {
  return fs::path(ACR_SOURCE_DIR) / "fixtures/estates" / estate / "input";
}

json read_fixture(const std::string& estate, const std::string& file) {
  std::ifstream stream(input_of(estate) / file);
  return json::parse(stream);
}

constexpr const char* kEstate = "private-zone-not-linked";

class Az : public testing::Test {
 protected:
  void SetUp() override {
    if (!Cloud::has("az") || !fs::exists("/usr/bin/python3"))
      GTEST_SKIP() << "az is not installed (Debian package azure-cli)";
  }
};

class Kubectl : public testing::Test {
 protected:
  void SetUp() override {
    if (!Cloud::has("kubectl"))
      GTEST_SKIP() << "kubectl is not installed (Debian package kubernetes-client)";
  }
};

// "… --subscription ID -o json", once a subscription.
std::vector<std::string> in_each_subscription(const Cloud& cloud, const std::string& command) {
  std::vector<std::string> commands;
  for (const std::string& id : cloud.stand_in.subscriptions())
    commands.push_back(fmt::format("{} --subscription {} -o json", command, id));
  return commands;
}

TEST_F(Az, ListsWhatTheFixtureHolds) {
  const Cloud cloud(kEstate);
  const std::string hub = "f0af7d7c-605c-5136-9e16-3ca10a448b11";
  const std::string zone =
      fmt::format("--subscription {} -g rg-hub-network -z privatelink.azurecr.io -o json", hub);
  const struct {
    const char* file;
    std::vector<std::string> commands;
  } lists[] = {
      {"registries.json", in_each_subscription(cloud, "acr list")},
      {"registries.json", {"acr show -n contosoprod -o json"}},
      {"clusters.json", in_each_subscription(cloud, "aks list")},
      {"clusters.json", {"aks show -n aks-prod -g rg-aks-prod -o json"}},
      {"vnets.json", in_each_subscription(cloud, "network vnet list")},
      {"private-endpoints.json", in_each_subscription(cloud, "network private-endpoint list")},
      {"endpoint-nics.json", in_each_subscription(cloud, "network nic list")},
      {"public-ips.json", in_each_subscription(cloud, "network public-ip list")},
      {"private-dns-zones.json", in_each_subscription(cloud, "network private-dns zone list")},
      {"zone-links.json", {"network private-dns link vnet list " + zone}},
      {"zone-records.json", {"network private-dns record-set a list " + zone}},
      {"role-assignments.json", in_each_subscription(cloud, "role assignment list --all")},
  };
  std::vector<std::string> commands;
  for (const auto& list : lists)
    commands.insert(commands.end(), list.commands.begin(), list.commands.end());
  const auto answers = az(cloud, commands);
  std::size_t next = 0;
  for (const auto& list : lists) {
    SCOPED_TRACE(list.commands[0]);
    json printed = json::array();
    for (std::size_t i = 0; i < list.commands.size(); ++i, ++next) {
      EXPECT_EQ(answers[next].code, 0) << answers[next].error;
      json answer = parse(answers[next].out);
      if (answer.is_object()) answer = json::array({answer});
      if (answer.is_array()) printed.insert(printed.end(), answer.begin(), answer.end());
    }
    const json expected = read_fixture(kEstate, list.file);
    EXPECT_EQ(printed.size(), expected.size());
    const Compared compared = compare(by_id(expected), by_id(printed));
    EXPECT_TRUE(compared.differences.empty()) << show(compared);
    EXPECT_GT(compared.agreed, 5U);
  }
}

TEST_F(Az, AsksResourceGraph) {
  const Cloud cloud(kEstate);
  const auto answers = az(
      cloud,
      {R"(rest --method post --url "https://management.azure.com/providers/Microsoft.ResourceGraph/resources?api-version=2022-10-01" )"
       R"(--body '{"query": "resources | where type =~ '"'microsoft.containerregistry/registries'"'"}')"});
  ASSERT_EQ(answers[0].code, 0) << answers[0].error;
  const json found = parse(answers[0].out);
  ASSERT_EQ(found["data"].size(), 1U) << answers[0].out;
  const Compared compared =
      compare(rest_form(read_fixture(kEstate, "registries.json"))[0]["properties"],
              found["data"][0]["properties"]);
  EXPECT_TRUE(compared.differences.empty()) << show(compared);
  EXPECT_GT(compared.agreed, 5U);
}

TEST_F(Az, SaysWhatWasRefused) {
  Cloud cloud(kEstate);
  cloud.stand_in.instead("/managedClusters", [](const Request&) {
    Response response;
    response.status = 403;
    response.body =
        R"({"error":{"code":"AuthorizationFailed","message":"The client 'x' does not have authorization to perform action 'Microsoft.ContainerService/managedClusters/read'."}})";
    return response;
  });
  const auto answers =
      az(cloud, {"acr show -n contosoprod -g nowhere -o json", "aks list -o json",
                 "login --service-principal -u 25c15d06-f6fc-50f9-94ec-9b7441c4e8ee -p wrong "
                 "--tenant 22905993-a24b-51cb-bd7d-5b83d3f60e83"});
  EXPECT_EQ(answers[0].code, 3);
  EXPECT_TRUE(answers[0].error.contains("(ResourceNotFound)")) << answers[0].error;
  EXPECT_NE(answers[1].code, 0);
  EXPECT_TRUE(answers[1].error.contains("(AuthorizationFailed) The client 'x'"))
      << answers[1].error;
  EXPECT_NE(answers[2].code, 0);
  EXPECT_TRUE(answers[2].error.contains("AADSTS7000215")) << answers[2].error;
}

// --- kubectl ---

// The objects of the kinds in the fixture, and what kubectl listed of them.
json objects_of(const std::string& estate, const std::set<std::string>& kinds,
                const std::string& name_space = {}) {
  json found = json::array();
  for (const auto& entry : fs::directory_iterator(input_of(estate))) {
    if (entry.path().extension() != ".json") continue;
    std::ifstream stream(entry.path());
    const json document = json::parse(stream, nullptr, false);
    if (!document.is_object() || !document.contains("items")) continue;
    for (const json& item : document["items"]) {
      const bool here = name_space.empty() || item["metadata"].value("namespace", "") == name_space;
      if (here && kinds.contains(item.value("kind", ""))) found.push_back(item);
    }
  }
  return found;
}

json by_name(const json& list) {
  std::vector<json> items(list.begin(), list.end());
  std::ranges::sort(items, {}, [](const json& item) {
    return item["kind"].get<std::string>() + item["metadata"].value("namespace", "") + '/' +
           item["metadata"]["name"].get<std::string>();
  });
  return items;
}

void expect_listed(const Cloud::Ended& ended, const json& expected) {
  ASSERT_EQ(ended.code, 0) << ended.err;
  const json printed = parse(ended.out);
  ASSERT_TRUE(printed.contains("items")) << ended.out;
  ASSERT_EQ(printed["items"].size(), expected.size()) << ended.err;
  ASSERT_FALSE(expected.empty());
  const Compared compared = compare(by_name(expected), by_name(printed["items"]));
  EXPECT_TRUE(compared.differences.empty()) << show(compared);
  EXPECT_GT(compared.agreed, 3 * expected.size());
}

// What no estate holds together.
json more_objects() {
  const auto object = [](const char* version, const char* kind, const char* name, json rest) {
    rest["apiVersion"] = version;
    rest["kind"] = kind;
    rest["metadata"] = {{"name", name}, {"namespace", "shop"}, {"uid", name}};
    return rest;
  };
  return {object("v1", "Event", "cart.17a", {{"reason", "Failed"}, {"type", "Warning"}}),
          object("v1", "Secret", "database", {{"type", "Opaque"}, {"data", {{"a", "Yg=="}}}}),
          object("apps/v1", "Deployment", "cart", {{"spec", {{"replicas", 2}}}})};
}

TEST_F(Kubectl, ListsWhatTheFixtureHolds) {
  const std::string estate = "admin-account";
  Cloud cloud(estate);
  cloud.stand_in.add(more_objects());
  json all = objects_of(estate, {"Pod", "ServiceAccount", "Secret", "Node"});
  for (const json& object : more_objects()) all.push_back(object);
  expect_listed(
      cloud.run({"kubectl", "get", "pods,deployments,serviceaccounts,secrets,nodes,events", "-A",
                 "-o", "json"}),
      all);
  const json pods = objects_of(estate, {"Pod"});
  ASSERT_FALSE(pods.empty());
  const std::string name_space = pods[0]["metadata"]["namespace"];
  expect_listed(cloud.run({"kubectl", "get", "po,sa", "-n", name_space, "-o", "json"}),
                objects_of(estate, {"Pod", "ServiceAccount"}, name_space));
}

TEST_F(Kubectl, ReadsPagesAndSelects) {
  const std::string estate = "admin-account";
  Cloud cloud(estate);
  cloud.stand_in.add(more_objects());  // among them a secret that is none for pulls
  const json pods = objects_of(estate, {"Pod"});
  ASSERT_FALSE(pods.empty());
  expect_listed(cloud.run({"kubectl", "get", "pods", "-A", "--chunk-size=1", "-o", "json"}), pods);
  std::size_t pages = 0;
  for (const Request& request : cloud.server.requests())
    pages += request.path.ends_with("/pods") ? 1 : 0;
  EXPECT_EQ(pages, pods.size());
  EXPECT_GT(pages, 1U);

  json selected = json::array();
  for (const json& secret : objects_of(estate, {"Secret"}))
    if (secret["type"] == "kubernetes.io/dockerconfigjson") selected.push_back(secret);
  expect_listed(cloud.run({"kubectl", "get", "secrets", "-A", "--field-selector",
                           "type=kubernetes.io/dockerconfigjson", "-o", "json"}),
                selected);
  const std::string name = pods[0]["metadata"]["name"], where = pods[0]["metadata"]["namespace"];
  expect_listed(cloud.run({"kubectl", "get", "pods", "-n", where, "--field-selector",
                           "metadata.name=" + name, "-o", "json"}),
                json::array({pods[0]}));
  const auto one = cloud.run({"kubectl", "get", "pod", name, "-n", where, "-o", "json"});
  ASSERT_EQ(one.code, 0) << one.err;
  EXPECT_TRUE(compare(pods[0], parse(one.out)).differences.empty());
}

TEST_F(Kubectl, SaysWhatWasRefused) {
  Cloud cloud("admin-account");
  cloud.stand_in.add(more_objects());
  const auto missing = cloud.run({"kubectl", "get", "pod", "nobody", "-n", "shop"});
  EXPECT_EQ(missing.code, 1);
  EXPECT_EQ(missing.err, "Error from server (NotFound): pods \"nobody\" not found\n");
  cloud.stand_in.instead("/api/v1/secrets", [](const Request&) {
    Response response;
    response.status = 403;
    response.body =
        R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"secrets is forbidden: User \"ana\" cannot list resource \"secrets\" in API group \"\" at the cluster scope","reason":"Forbidden","details":{"kind":"secrets"},"code":403})";
    return response;
  });
  const auto refused = cloud.run({"kubectl", "get", "secrets", "-A"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_TRUE(
      refused.err.contains("Error from server (Forbidden): secrets is forbidden: User "
                           "\"ana\" cannot list"))
      << refused.err;
}

// --- both, and this program ---

std::string without_files(const std::string& text) {
  return std::regex_replace(text, std::regex("[^ ]+\\.json"), "a document");
}

// What a report says of each pull, without where it was read.
json told(const json& report) {
  json pulls = json::array();
  for (const json& pull : report["pulls"]) {
    json chain = json::array();
    for (const json& link : pull["chain"]) {
      // The program asks the registry as well, which is no server here.
      const bool of_registry = link["check"] == "image-exists";
      chain.push_back({{"check", link["check"]},
                       {"outcome", link["outcome"]},
                       {"role", link["role"]},
                       {"basis", link["basis"]},
                       {"reason", of_registry ? "" : without_files(link["reason"])}});
    }
    json one = {{"chain", chain}};
    for (const char* field : {"cluster", "namespace", "workload", "pods", "container", "image",
                              "registry", "nodes", "verdict"})
      one[field] = pull[field];
    if (pull["cause"].is_object()) one["cause"] = pull["cause"]["check"];
    pulls.push_back(std::move(one));
  }
  return pulls;
}

class Documents : public testing::TestWithParam<const char*> {};

// What az and kubectl print of an estate says the same as what the program asks for itself.
TEST_P(Documents, AreJudgedAsTheLiveRun) {
  if (!Cloud::has("az")) GTEST_SKIP() << "az is not installed (Debian package azure-cli)";
  if (!Cloud::has("kubectl"))
    GTEST_SKIP() << "kubectl is not installed (Debian package kubernetes-client)";
  const Cloud cloud(GetParam());
  std::vector<std::string> commands;
  for (const char* list : {"acr list", "aks list", "role assignment list --all",
                           "network vnet list", "network private-endpoint list", "network nic list",
                           "network public-ip list", "network nsg list", "network route-table list",
                           "identity list", "vmss list", "network private-dns zone list"})
    for (std::string& command : in_each_subscription(cloud, list))
      commands.push_back(std::move(command));
  for (const char* list :
       {"account list -o json", "ad app list --all -o json", "ad sp list --all -o json"})
    commands.emplace_back(list);
  auto answers = az(cloud, commands);
  // Of the zones there are.
  std::vector<std::string> more;
  for (std::size_t i = 0; i < commands.size(); ++i) {
    // Who keeps applications from his callers says so.
    const bool refused =
        commands[i].starts_with("ad ") && answers[i].error.contains("Insufficient privileges");
    EXPECT_TRUE(answers[i].code == 0 || refused) << commands[i] << "\n" << answers[i].error;
    if (!commands[i].starts_with("network private-dns zone")) continue;
    for (const json& zone : parse(answers[i].out)) {
      const std::string which = fmt::format(
          "--subscription {} -g {} -z {} -o json", zone["id"].get<std::string>().substr(15, 36),
          zone["resourceGroup"].get<std::string>(), zone["name"].get<std::string>());
      more.push_back("network private-dns link vnet list " + which);
      more.push_back("network private-dns record-set a list " + which);
    }
  }
  for (AzAnswer& answer : az(cloud, more)) answers.push_back(std::move(answer));
  for (std::size_t i = 0; i < answers.size(); ++i)
    if (!answers[i].out.empty())
      cloud.folder.write(fmt::format("facts/az-{}.json", i), answers[i].out);
  for (const char* kinds : {"pods,serviceaccounts,nodes,events,secrets",
                            "deployments,statefulsets,daemonsets,cronjobs,jobs"}) {
    const auto printed = cloud.run({"kubectl", "get", kinds, "-A", "-o", "json"});
    EXPECT_EQ(printed.code, 0) << printed.err;
    cloud.folder.write(fmt::format("facts/{}.json", std::string(kinds).substr(0, 4)), printed.out);
  }
  const auto live = cloud.doctor({"why", "-o", "json"});
  const auto read = cloud.doctor({"why", "-o", "json", "--from", cloud.folder.path("facts")});
  const json asked = parse(live.out), given = parse(read.out);
  ASSERT_TRUE(asked.contains("pulls") && given.contains("pulls")) << live.err << read.err;
  ASSERT_FALSE(asked["pulls"].empty()) << live.out;
  EXPECT_EQ(told(asked).dump(1), told(given).dump(1)) << read.err;
  EXPECT_EQ(live.code, read.code);
  EXPECT_NE(asked["pulls"][0]["verdict"], "unknown");
}
INSTANTIATE_TEST_SUITE_P(RealClients, Documents,
                         testing::Values("private-zone-not-linked", "no-peering", "two-faults"));

}  // namespace
}  // namespace acr::test
