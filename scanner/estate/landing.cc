#include "estate/landing.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <span>
#include <string_view>

#include "estate/command.h"
#include "estate/placement.h"
#include "estate/vm_size.h"

namespace acr {
namespace {

constexpr std::string_view kListNodes = "kubectl get nodes --output json";

// A node as a pool would make it: what AKS gives it of labels and taints.
Node node_of_pool(const Cluster& cluster, const NodePool& pool) {
  Node node;
  node.origin = pool.origin;
  node.os = lower(pool.os_type);
  node.arch = std::string(architecture_of(pool.vm_size));
  node.labels = pool.labels;
  const auto give = [&](const char* key, const std::string& value) {
    if (!value.empty()) node.labels.insert_or_assign(key, value);
  };
  give("agentpool", pool.name);
  give("kubernetes.azure.com/agentpool", pool.name);
  give("kubernetes.azure.com/cluster", cluster.node_resource_group);
  give("kubernetes.azure.com/mode", lower(pool.mode));
  give("kubernetes.io/os", node.os);
  give("beta.kubernetes.io/os", node.os);
  give("kubernetes.io/arch", node.arch);
  give("beta.kubernetes.io/arch", node.arch);
  give("node.kubernetes.io/instance-type", pool.vm_size);
  give("beta.kubernetes.io/instance-type", pool.vm_size);
  node.taints = pool.taints;
  if (pool.spot) {
    give("kubernetes.azure.com/scalesetpriority", "spot");
    const Taint spot{"kubernetes.azure.com/scalesetpriority", "spot", "NoSchedule"};
    if (std::ranges::none_of(node.taints, [&](const Taint& t) { return t.key == spot.key; })) {
      node.taints.push_back(spot);
    }
  }
  return node;
}

// The virtual node of the AKS add-on.
Node classic_virtual_node() {
  Node node;
  node.name = kVirtualNodeName;
  node.os = "linux";
  node.labels = {{"type", "virtual-kubelet"},           {"kubernetes.io/role", "agent"},
                 {"kubernetes.io/hostname", node.name}, {"kubernetes.io/os", "linux"},
                 {"beta.kubernetes.io/os", "linux"},    {"kubernetes.azure.com/managed", "false"}};
  node.taints = {{"virtual-kubelet.io/provider", "azure", "NoSchedule"}};
  return node;
}

// Virtual nodes v2 are installed by Helm: no Azure document shows them.
bool unseen_virtual_node_could_take(const Placement& placement) {
  Node node;
  node.labels = {{"type", "virtual-kubelet"},
                 {"virtualization", "virtualnode2"},
                 {"kubernetes.io/os", "linux"},
                 {"kubernetes.io/arch", "amd64"}};
  for (const char* value : {"", "azure"}) {
    node.taints = {{"virtual-kubelet.io/provider", value, "NoSchedule"}};
    if (could_take(placement, node)) return true;
  }
  return false;
}

// A pool that is not in the input, or that the cluster makes as it needs it.
bool unseen_pool_could_take(const Placement& placement) {
  return could_take(placement, Node{});
}

// Taints that come and go with the state of a node are nothing to tolerate in a pod spec.
bool is_of_state(const Taint& taint) {
  return taint.key.starts_with("node.kubernetes.io/") ||
         taint.key.starts_with("node.cloudprovider.kubernetes.io/") ||
         taint.key.contains("ClusterAutoscaler");
}

// What the author cannot have asked for in vain: an image for one platform does not run on another.
bool is_of_platform(std::string_view label) {
  return label.starts_with("kubernetes.io/") || label.starts_with("beta.kubernetes.io/") ||
         label.starts_with("node.kubernetes.io/");
}

Toleration toleration_for(const Taint& taint) {
  if (taint.value.empty() || taint.key.starts_with("virtual-kubelet.io/")) {
    return {taint.key, "Exists", "", taint.effect};
  }
  return {taint.key, "Equal", taint.value, taint.effect};
}

// The changes after which a node takes the pod, one obstacle at a time; empty when some obstacle
// has no change that is safe to propose.
std::vector<PlacementChange> find_changes(Placement placement, std::span<const Node* const> nodes) {
  constexpr std::size_t kMost = 4;
  std::vector<PlacementChange> changes;
  using Rule = NodeChoice::Rule;
  for (;;) {
    const NodeChoice choice = choose_nodes(placement, nodes);
    if (!choice.accepted.empty()) return changes;
    if (changes.size() == kMost) return {};
    PlacementChange change;
    if (choice.rule == Rule::node_name) {
      change.what = PlacementChange::What::drop_node_name;
      placement.node_name.clear();
    } else if (choice.rule == Rule::selector && !is_of_platform(choice.selector_key)) {
      change.what = PlacementChange::What::drop_label;
      change.label = choice.selector_key;
      placement.node_selector.erase(choice.selector_key);
    } else if (choice.rule == Rule::taint) {
      const auto taint = std::ranges::find_if_not(choice.taints, is_of_state);
      if (taint == choice.taints.end()) return {};
      change.toleration = toleration_for(*taint);
      placement.tolerations.push_back(change.toleration);
    } else {
      return {};
    }
    changes.push_back(std::move(change));
  }
}

}  // namespace

struct Landings::ClusterNodes {
  struct PoolNode {
    const NodePool* pool = nullptr;
    Node node;
    bool has_nodes = true;  // it runs, and is not scaled to none
    bool may_grow = false;
    bool listed = false;  // a node of it is in the input
  };
  // May a pod land on a node of the pool that is not in the input? A list of all nodes that shows
  // none of a pool in use was filtered, or is older.
  bool counts(const PoolNode& pool) const {
    if (!complete) return pool.has_nodes;
    return pool.may_grow || (pool.has_nodes && !pool.listed);
  }
  const Cluster* cluster = nullptr;
  std::vector<const Node*> listed;  // every node of the cluster in the input
  std::vector<NodeClass> classes;   // theirs
  bool complete = false;            // a whole list of them is
  std::vector<PoolNode> pools;
  std::optional<Node> virtual_node;  // the add-on's, where no document shows the node
  bool provisions = false;
  std::vector<Evidence> list_evidence, pool_evidence;
  std::vector<Evidence> refused;  // that nodes may not be listed
  std::string refused_words;
};

Landings::Landings(const Estate& estate) : estate_(estate) {}
Landings::~Landings() = default;

const Landings::ClusterNodes& Landings::nodes_of(int cluster) {
  auto& place = nodes_[cluster];
  if (place) return *place;
  auto found = std::make_unique<ClusterNodes>();
  found->cluster = &estate_.clusters[static_cast<std::size_t>(cluster)];
  const Cluster& owner = *found->cluster;
  found->provisions = owner.provisions_nodes;

  bool has_virtual = false;
  for (const Node& node : estate_.nodes) {
    if (estate_.cluster_of(node.origin.document) != cluster) continue;
    found->listed.push_back(&node);
    found->classes.push_back(classify(estate_, node));
    has_virtual |= found->classes.back().is_classic_virtual();
    found->provisions |= node.labels.contains("karpenter.sh/nodepool");
  }
  std::vector<std::uint32_t> documents;
  for (const Listing& listing : estate_.listings) {
    if (listing.kind != Kind::node || estate_.cluster_of(listing.origin.document) != cluster)
      continue;
    documents.push_back(listing.origin.document);
    found->complete |= listing.list;
  }
  found->list_evidence = estate_.summarise(Kind::node, documents, Basis::kubernetes_api).evidence;
  if (const Refusal* refusal = documents.empty() ? estate_.refusal(Kind::node) : nullptr) {
    found->refused_words = refusal->says();
    found->refused.push_back(estate_.cite(refusal->origin, "", refusal->action, refusal->basis()));
  }

  if (owner.has_arm() && !owner.pools.empty()) {
    found->pool_evidence.push_back(estate_.cite(owner.origin, "agentPoolProfiles",
                                                counted(owner.pools.size(), Kind::node_pool)));
    for (const NodePool& pool : owner.pools) {
      if (pool.origin.document != owner.origin.document) {
        found->pool_evidence.push_back(estate_.cite(pool.origin, "/name", pool.name));
      }
      // They route egress and take no pods.
      if (same_text(pool.mode, "Gateway")) continue;
      const bool empty = !pool.autoscales && pool.count == 0;
      found->pools.push_back(
          {.pool = &pool,
           .node = node_of_pool(owner, pool),
           .has_nodes = !pool.stopped && !empty,
           .may_grow = pool.autoscales && !pool.stopped,
           .listed = std::ranges::any_of(found->classes, [&](const NodeClass& node_class) {
             return same_text(node_class.pool, pool.name);
           })});
    }
    if (owner.virtual_node_addon && !has_virtual && !found->complete) {
      found->virtual_node = classic_virtual_node();
    }
  }
  place = std::move(found);
  return *place;
}

// One question: where may pods with these rules land?
class Landings::Decision {
 public:
  Decision(const Estate& estate, const ClusterNodes& nodes, const Placement& rules)
      : estate_(estate), nodes_(nodes), rules_(rules) {}

  Landing decide() {
    const auto accepted = choose_nodes(rules_, nodes_.listed).accepted;
    landing_.none_now = nodes_.complete && accepted.empty();
    take_what_surely_takes(accepted);
    if (landing_.takes == Tri::yes) {
      landing_.from_pools = accepted.empty() && !nodes_.complete;
      // With nodes left out, those that are known are not all it may land on.
      const bool all_known = nodes_.complete || (pools_known() && !nodes_.provisions);
      if (!all_known || landing_.classes.size() > Landing::kMostClasses) landing_.classes.clear();
      std::ranges::sort(landing_.classes, {}, &NodeClass::key);
    } else if (!nodes_.complete && !accepted.empty()) {
      take_listed(accepted.front());
      landing_.classes.clear();
    } else if (!find_gap()) {
      refuse();
    }
    return std::move(landing_);
  }

 private:
  const Estate& estate_;
  const ClusterNodes& nodes_;
  const Placement& rules_;
  Landing landing_;

  using PoolNode = ClusterNodes::PoolNode;
  bool pools_known() const { return !nodes_.pools.empty(); }
  bool accepts(const Node& node) const {
    const Node* only = &node;
    return !choose_nodes(rules_, std::span(&only, 1)).accepted.empty();
  }

  void take(NodeClass node_class, std::string who) {
    if (landing_.takes != Tri::yes) {
      landing_.takes = Tri::yes;
      landing_.reason = std::move(who);
      landing_.evidence = node_class.evidence;
    }
    const bool there = std::ranges::any_of(
        landing_.classes, [&](const NodeClass& known) { return known.key() == node_class.key(); });
    if (!there) landing_.classes.push_back(std::move(node_class));
  }
  void take_listed(std::size_t i) {
    take(nodes_.classes[i], fmt::format("node {}", nodes_.listed[i]->name));
  }

  void take_what_surely_takes(const std::vector<std::size_t>& accepted) {
    for (const std::size_t i : accepted) {
      // Without all nodes, those of known pools are judged by their pool, which has others like
      // them.
      const bool of_pool = !nodes_.complete && rules_.node_name.empty() &&
                           std::ranges::any_of(nodes_.pools, [&](const PoolNode& pool) {
                             return same_text(pool.pool->name, nodes_.classes[i].pool);
                           });
      if (!of_pool) take_listed(i);
    }
    if (!rules_.node_name.empty()) return;
    for (const PoolNode& pool : nodes_.pools) {
      if (!nodes_.counts(pool) || !accepts(pool.node)) continue;
      NodeClass node_class = classify(estate_, pool.node);
      node_class.evidence = {estate_.cite(pool.pool->origin, "/name", pool.pool->name)};
      take(std::move(node_class), fmt::format("node pool {}", pool.pool->name));
    }
  }

  bool leave_open(std::string reason, std::vector<Evidence> evidence, std::string supply) {
    landing_.reason = std::move(reason);
    landing_.evidence = std::move(evidence);
    landing_.supply = {std::move(supply)};
    return true;
  }

  // Is there something that is not in the input, and that might take the pod?
  bool find_gap() {
    const std::string list_nodes(kListNodes);
    if (!nodes_.complete && (!pools_known() || !rules_.node_name.empty())) {
      if (!nodes_.refused.empty()) {
        return leave_open(
            fmt::format("which nodes the cluster has is not known: {}", nodes_.refused_words),
            nodes_.refused, list_nodes);
      }
      std::string reason = "neither nodes nor node pools of the cluster are in the input";
      if (!nodes_.listed.empty()) {
        reason = "the nodes in the input do not take the pod, and they need not be all there are";
      } else if (pools_known()) {
        reason = "the pod names its node, and the cluster's nodes are not in the input";
      }
      return leave_open(std::move(reason), nodes_.list_evidence, list_nodes);
    }
    // The add-on promises a virtual node; only a node list shows that it is there.
    if (nodes_.virtual_node && accepts(*nodes_.virtual_node)) {
      NodeClass node_class = classify(estate_, *nodes_.virtual_node);
      node_class.evidence = {
          estate_.cite(nodes_.cluster->origin, "addonProfiles/aciConnectorLinux/enabled", "true")};
      landing_.classes = {node_class};
      return leave_open(
          "the virtual nodes add-on is on, but whether its node is there and takes pods is not "
          "known",
          node_class.evidence, list_nodes);
    }
    if (!rules_.node_name.empty()) return false;
    const auto evidence = together(nodes_.list_evidence, nodes_.pool_evidence);
    if (!nodes_.complete && unseen_virtual_node_could_take(rules_)) {
      return leave_open(
          "no node pool takes the pod, and whether the cluster has virtual nodes is not known",
          evidence, list_nodes);
    }
    if (nodes_.provisions && unseen_pool_could_take(rules_)) {
      return leave_open("no node takes the pod, but the cluster makes nodes as pods need them",
                        evidence, "kubectl get nodeclaims --output json");
    }
    if (!pools_known() && unseen_pool_could_take(rules_)) {
      const Cluster& cluster = *nodes_.cluster;
      return leave_open(
          "no node takes the pod, and whether a node pool would make one that does is not known",
          evidence,
          cluster.id.empty() ? "az aks list --output json"
                             : fmt::format("az aks show {} --name {} --output json",
                                           in_group(cluster.id), quote(cluster.name)));
    }
    for (const PoolNode& pool : nodes_.pools) {
      if (!nodes_.counts(pool) || !could_take(rules_, pool.node)) continue;
      return leave_open(
          fmt::format("{}whether a node of pool {} takes the pod depends on labels that are not in "
                      "the input",
                      nodes_.complete ? "no node in the input does, and " : "", pool.pool->name),
          evidence, list_nodes);
    }
    return false;
  }

  void refuse() {
    landing_.takes = Tri::no;
    landing_.evidence = together(nodes_.list_evidence, nodes_.pool_evidence);
    std::vector<const Node*> candidates;
    if (nodes_.complete) candidates = nodes_.listed;
    for (const PoolNode& pool : nodes_.pools) {
      if (nodes_.counts(pool)) candidates.push_back(&pool.node);
    }
    if (nodes_.virtual_node) candidates.push_back(&*nodes_.virtual_node);
    landing_.reason =
        choose_nodes(rules_, candidates, nodes_.complete ? "node" : "node pool").obstacle;
    if (rules_.node_name.empty()) {
      const auto idle = std::ranges::find_if(nodes_.pools, [&](const PoolNode& pool) {
        return !pool.has_nodes && accepts(pool.node);
      });
      if (idle != nodes_.pools.end()) {
        landing_.idle = idle->pool;
        return;
      }
    }
    landing_.changes = find_changes(rules_, candidates);
  }
};

std::shared_ptr<const Landing> Landings::of(int cluster,
                                            const std::shared_ptr<const Placement>& placement) {
  auto& known = known_[{cluster, placement}];
  if (known) return known;
  Landing landing;
  const auto not_known = [&](std::string reason, std::string_view supply) {
    landing.reason = std::move(reason);
    landing.supply.emplace_back(supply);
  };
  constexpr std::string_view kPods = "kubectl get pods --all-namespaces --output json";
  if (!placement->whole) {
    not_known("the pod's rules on nodes are too long to be judged", kPods);
  } else if (!placement->scheduler.empty()) {
    not_known(fmt::format("scheduler {} places the pod, and its rules are not known",
                          placement->scheduler),
              kPods);
  } else if (cluster < 0) {
    not_known("several clusters are in the input and nothing tells which one takes the pod",
              kListNodes);
  } else {
    landing = Decision(estate_, nodes_of(cluster), *placement).decide();
  }
  known = std::make_shared<const Landing>(std::move(landing));
  return known;
}

}  // namespace acr
