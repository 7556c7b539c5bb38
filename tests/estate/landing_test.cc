#include "estate/landing.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace acr {
namespace {

// A cluster "aks" of ARM document 0, whose nodes are listed in document 1.
struct Site {
  Estate estate;

  Site() {
    estate.documents.resize(2);
    estate.documents[0].source = "aks.json";
    estate.documents[1].source = "nodes.json";
    Cluster& cluster = estate.clusters.emplace_back();
    cluster.origin = {0, "", false};
    cluster.id = ResourceId(
        "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerService/managedClusters/"
        "aks");
    cluster.name = "aks";
    cluster.node_resource_group = "MC_g_aks_we";
  }
  NodePool& pool(const std::string& name, std::vector<Taint> taints = {}) {
    NodePool& pool = estate.clusters[0].pools.emplace_back();
    pool.origin = {0, "/agentPoolProfiles/" + std::to_string(estate.clusters[0].pools.size() - 1),
                   false};
    pool.name = name;
    pool.mode = "User";
    pool.os_type = "Linux";
    pool.vm_size = "Standard_D4s_v5";
    pool.taints = std::move(taints);
    pool.count = 2;
    return pool;
  }
  Node& node(const std::string& name, std::map<std::string, std::string> labels,
             std::vector<Taint> taints = {}) {
    Node& node = estate.nodes.emplace_back();
    node.origin = {1, "/items/" + std::to_string(estate.nodes.size() - 1), false};
    node.name = name;
    node.labels = std::move(labels);
    node.taints = std::move(taints);
    return node;
  }
  void list_nodes(bool whole = true) {
    estate.listings.push_back({Kind::node, {1, "/items", false}, estate.nodes.size(), whole, {}});
  }
  Landing land(const Placement& placement) {
    estate.link();
    return *Landings(estate).of(0, std::make_shared<const Placement>(placement));
  }
};

std::string classes_of(const Landing& landing) {
  std::string text;
  for (const NodeClass& node : landing.classes) text += node.label() + ";";
  return text;
}

const Taint kVirtual{"virtual-kubelet.io/provider", "azure", "NoSchedule"};

TEST(Landing, AlikePoolsAreOneClassEach) {
  Site site;
  for (int i = 0; i < 50; ++i)
    site.node("aks-user-" + std::to_string(i),
              {{"agentpool", "user"}, {"kubernetes.io/os", "linux"}});
  site.node("aks-arm-0", {{"agentpool", "arm"}});
  site.node("vk", {{"type", "virtual-kubelet"}}, {kVirtual});
  site.list_nodes();
  Placement rules;
  EXPECT_EQ(classes_of(site.land(rules)), "pool/arm;pool/user;");
  rules.tolerations = {{kVirtual.key, "Exists", "", ""}};
  EXPECT_EQ(classes_of(site.land(rules)), "pool/arm;pool/user;virtual node;");
  rules.node_selector = {{"type", "virtual-kubelet"}};
  EXPECT_EQ(classes_of(site.land(rules)), "virtual node;");
}

TEST(Landing, PoolsStandForNodesThatAreNotListed) {
  Site site;
  site.pool("system", {{"CriticalAddonsOnly", "true", "NoSchedule"}});
  site.pool("user");
  site.pool("arm").vm_size = "Standard_D4ps_v5";
  site.pool("cheap").spot = true;
  site.pool("off").stopped = true;
  site.pool("none").count = 0;
  const Landing landing = site.land({});
  EXPECT_EQ(landing.takes, Tri::yes);
  EXPECT_TRUE(landing.from_pools);
  EXPECT_EQ(classes_of(landing), "pool/arm (linux/arm64);pool/user (linux/amd64);");
  Placement rules;
  rules.tolerations = {{"kubernetes.azure.com/scalesetpriority", "Equal", "spot", "NoSchedule"}};
  rules.node_selector = {{"kubernetes.azure.com/scalesetpriority", "spot"}};
  EXPECT_EQ(classes_of(site.land(rules)), "pool/cheap (linux/amd64);");
}

TEST(Landing, PoolsThatGrowCountBesideTheList) {
  Site site;
  site.pool("user");
  NodePool& gpu = site.pool("gpu", {{"sku", "gpu", "NoSchedule"}});
  gpu.count = 0;
  gpu.autoscales = true;
  site.node("aks-user-0", {{"agentpool", "user"}});
  site.list_nodes();
  Placement rules;
  rules.node_selector = {{"agentpool", "gpu"}};
  const Landing refused = site.land(rules);
  EXPECT_EQ(refused.takes, Tri::no);
  EXPECT_EQ(refused.reason, "taint sku=gpu:NoSchedule is not tolerated");
  ASSERT_EQ(refused.changes.size(), 1U);
  EXPECT_EQ(refused.changes[0].toleration.value, "gpu");
  rules.tolerations = {{"sku", "Exists", "", ""}};
  EXPECT_EQ(classes_of(site.land(rules)), "pool/gpu (linux/amd64);");

  site.estate.clusters[0].pools[1].autoscales = false;
  const Landing idle = site.land(rules);
  EXPECT_EQ(idle.takes, Tri::no);
  ASSERT_NE(idle.idle, nullptr);
  EXPECT_EQ(idle.idle->name, "gpu");
}

// What is not in the input may be what takes the pod.
TEST(Landing, IgnoranceNeitherTakesNorRefuses) {
  Placement asks;
  asks.node_selector = {{"disk", "ssd"}};
  Placement is_virtual;
  is_virtual.node_selector = {{"type", "virtual-kubelet"}};
  {
    Site site;
    EXPECT_EQ(site.land({}).takes, Tri::unknown) << "nothing given";
    site.node("aks-user-0", {{"agentpool", "user"}});
    site.list_nodes(false);
    EXPECT_EQ(site.land(asks).takes, Tri::unknown) << "one node of many";
    EXPECT_EQ(site.land({}).takes, Tri::yes);
    EXPECT_EQ(classes_of(site.land({})), "") << "there may be other nodes";
  }
  {
    Site site;
    site.node("aks-user-0", {{"agentpool", "user"}});
    site.list_nodes();
    EXPECT_EQ(site.land(asks).takes, Tri::unknown) << "a pool that nobody told of could";
    EXPECT_EQ(site.land(is_virtual).takes, Tri::no) << "no pool brings virtual nodes";
    site.pool("user");
    EXPECT_EQ(site.land(asks).takes, Tri::no);
    site.estate.clusters[0].provisions_nodes = true;
    EXPECT_EQ(site.land(asks).takes, Tri::unknown) << "the cluster makes the nodes that it needs";
    site.estate.clusters[0].provisions_nodes = false;
    site.pool("new");
    EXPECT_EQ(site.land(asks).takes, Tri::unknown) << "a list without nodes of a pool in use";
  }
  {
    Site site;
    site.pool("user");
    EXPECT_EQ(site.land(asks).takes, Tri::unknown) << "labels given by hand are not in ARM";
    EXPECT_EQ(site.land(is_virtual).takes, Tri::no) << "without toleration no virtual node would";
    is_virtual.tolerations = {{kVirtual.key, "Exists", "", ""}};
    EXPECT_EQ(site.land(is_virtual).takes, Tri::unknown) << "virtual nodes v2 are not in ARM";
    site.estate.clusters[0].virtual_node_addon = true;
    const Landing promised = site.land(is_virtual);
    EXPECT_EQ(promised.takes, Tri::unknown);
    EXPECT_EQ(classes_of(promised), "virtual node;");
  }
}

TEST(Landing, RulesThatAreNotKnownAreNotJudged) {
  Site site;
  site.node("aks-user-0", {{"agentpool", "user"}});
  site.list_nodes();
  Placement rules;
  rules.scheduler = "volcano";
  EXPECT_EQ(site.land(rules).takes, Tri::unknown);
  rules = {};
  rules.whole = false;
  EXPECT_EQ(site.land(rules).takes, Tri::unknown);
  const auto anywhere = std::make_shared<const Placement>();
  EXPECT_EQ(Landings(site.estate).of(-1, anywhere)->takes, Tri::unknown);
}

TEST(Landing, ANamedNodeHasToExist) {
  Site site;
  site.pool("user");
  site.node("aks-user-0", {{"agentpool", "user"}}, {{"a", "", "NoSchedule"}});
  site.list_nodes();
  Placement rules;
  rules.node_name = "aks-user-0";
  EXPECT_EQ(site.land(rules).takes, Tri::yes);
  rules.node_name = "aks-user-7";
  EXPECT_EQ(site.land(rules).takes, Tri::no);
  site.estate.listings.clear();
  EXPECT_EQ(site.land(rules).takes, Tri::unknown);
}

// A state of a node is nothing that a pod should tolerate, a platform nothing it can do without.
TEST(Landing, ProposesOnlyWhatIsSafe) {
  Site site;
  site.pool("user");
  site.node("aks-user-0", {{"agentpool", "user"}}).unschedulable = true;
  site.list_nodes();
  const Landing cordoned = site.land({});
  EXPECT_EQ(cordoned.reason, "taint node.kubernetes.io/unschedulable:NoSchedule is not tolerated");
  EXPECT_TRUE(cordoned.changes.empty());
  Placement rules;
  rules.node_selector = {{"kubernetes.io/os", "windows"}};
  EXPECT_EQ(site.land(rules).takes, Tri::no);
  EXPECT_TRUE(site.land(rules).changes.empty());
}

TEST(Landing, TooManyClassesAreNotToldApart) {
  Site site;
  for (std::size_t i = 0; i <= Landing::kMostClasses; ++i)
    site.node("n" + std::to_string(i), {{"agentpool", "p" + std::to_string(i)}});
  site.list_nodes();
  EXPECT_EQ(site.land({}).takes, Tri::yes);
  EXPECT_TRUE(site.land({}).classes.empty());
}

PodClass make_pods(std::vector<NodeTally> nodes) {
  PodClass pods;
  pods.document = 1;
  pods.origin = {1, "/items/9", false};
  pods.name_space = "shop";
  pods.workload = "deploy/cart";
  pods.container.name = "cart";
  pods.container.image = "contoso.azurecr.io/cart:1";
  for (const NodeTally& tally : nodes) pods.pod_count += tally.pods;
  pods.nodes = std::move(nodes);
  return pods;
}

TEST(Pulls, PodsThatWaitCountWhereTheyMayLand) {
  Site site;
  site.node("aks-arm-0", {{"agentpool", "arm"}});
  site.node("aks-user-0", {{"agentpool", "user"}});
  site.list_nodes();
  site.estate.pod_classes.push_back(make_pods({{"aks-user-0", 3, 0, 3}, {"", 2, 0, 0}}));
  site.estate.link();
  const std::vector<Pull> all = pulls(site.estate);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].node.label(), "pool/arm");
  EXPECT_EQ(all[0].pod_count, 2U);
  EXPECT_EQ(all[0].waiting, 2U);
  EXPECT_EQ(all[1].node.label(), "pool/user");
  EXPECT_EQ(all[1].pod_count, 5U);
  EXPECT_EQ(all[1].pulled, 3U);
  EXPECT_EQ(all[1].waiting, 2U);
}

TEST(Pulls, APodThatPullsIsOnANodeThoughNoneIsNamed) {
  Site site;
  site.node("aks-user-0", {{"agentpool", "user"}});
  site.list_nodes();
  site.estate.pod_classes.push_back(make_pods({{"", 2, 1, 0}}));
  site.estate.link();
  const std::vector<Pull> all = pulls(site.estate);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].landing, nullptr);
  EXPECT_EQ(all[0].failing, 1U);
}

TEST(Pulls, ATemplateIsOnePullForEachClass) {
  Site site;
  site.pool("user");
  site.pool("arm").vm_size = "Standard_D4ps_v5";
  PodClass pods = make_pods({});
  pods.from_template = true;
  site.estate.pod_classes.push_back(pods);
  pods.workload = "deploy/pinned";
  Placement rules;
  rules.node_selector = {{"kubernetes.io/arch", "arm64"}};
  pods.placement = std::make_shared<const Placement>(rules);
  site.estate.pod_classes.push_back(pods);
  site.estate.link();
  std::string text;
  for (const Pull& pull : pulls(site.estate)) text += pull.workload + " " + pull.node.label() + ";";
  EXPECT_EQ(text,
            "deploy/cart pool/arm (linux/arm64);deploy/cart pool/user (linux/amd64);"
            "deploy/pinned pool/arm (linux/arm64);");
}

}  // namespace
}  // namespace acr
