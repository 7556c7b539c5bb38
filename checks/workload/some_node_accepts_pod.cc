#include <fmt/format.h>

#include <algorithm>

#include "check.h"
#include "estate/command.h"
#include "placement_patch.h"

namespace acr {

namespace {

std::string name_nodes(const NodeClass& node) {
  if (node.kind == NodeClass::Kind::agent && !node.pool.empty()) return "node pool " + node.pool;
  if (node.kind == NodeClass::Kind::agent) return "an agent node";
  return node.is_classic_virtual() ? "the virtual node" : "a virtual node (v2)";
}

// The rules in the pod spec, as far as it has any.
std::vector<Evidence> cite_rules(const Estate& estate, const Pull& pull) {
  const Placement& placement = *pull.source->placement;
  std::vector<Evidence> evidence;
  if (!placement.node_name.empty()) {
    evidence.push_back(cite_spec(estate, pull, "nodeName", placement.node_name));
  }
  if (!placement.scheduler.empty()) {
    evidence.push_back(cite_spec(estate, pull, "schedulerName", placement.scheduler));
  }
  if (!placement.node_selector.empty()) {
    std::vector<std::string> pairs;
    pairs.reserve(placement.node_selector.size());
    for (const auto& [key, value] : placement.node_selector) {
      pairs.push_back(fmt::format("{}={}", key, value));
    }
    evidence.push_back(
        cite_spec(estate, pull, "nodeSelector", fmt::format("{}", fmt::join(pairs, ", "))));
  }
  if (placement.affinity) {
    evidence.push_back(cite_spec(
        estate, pull, "affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution",
        fmt::format("{} term{}", placement.affinity->terms.size(),
                    placement.affinity->terms.size() == 1 ? "" : "s")));
  }
  std::vector<std::string> tolerated;
  for (const Toleration& toleration : placement.tolerations) {
    const std::string key = toleration.key.empty() ? "every taint" : toleration.key;
    if (std::ranges::find(tolerated, key) == tolerated.end()) tolerated.push_back(key);
  }
  evidence.push_back(cite_spec(
      estate, pull, "tolerations",
      tolerated.empty() ? std::string("none") : fmt::format("{}", fmt::join(tolerated, ", "))));
  return evidence;
}

std::string say_obstacle(const Landing& landing) {
  const std::string& obstacle = landing.reason;
  if (obstacle.starts_with("is bound to node")) {
    return fmt::format("the pod {}, which the cluster does not have", obstacle);
  }
  if (obstacle.starts_with("needs ")) return "the pod " + obstacle;
  return "no node takes the pod: " + obstacle;
}

Verdict judge(const Estate& estate, const Pull& pull) {
  if (!pull.source) return not_applicable("no pod stands behind this pull");
  if (!pull.landing) {
    return not_applicable(
        "a node has taken the pod",
        together({estate.cite(pull.origin, "", "is on a node", Basis::kubernetes_api)},
                 pull.node.evidence));
  }
  const Landing& landing = *pull.landing;

  if (landing.takes == Tri::yes) {
    if (landing.from_pools && pull.waiting > 0) {
      return unknown(fmt::format("{} should take the pod, which waits for a node all the same",
                                 landing.reason),
                     landing.evidence, {"kubectl get nodes --output json"});
    }
    std::vector<Evidence> evidence =
        landing.classes.empty() ? landing.evidence : pull.node.evidence;
    std::string reason = fmt::format(
        "{} takes the pod", landing.classes.empty() ? landing.reason : name_nodes(pull.node));
    if (landing.classes.size() > 1) {
      reason += fmt::format(", one of {} kinds of nodes it may land on", landing.classes.size());
    }
    const Basis basis = evidence.front().basis;
    return pass(std::move(reason), std::move(evidence), basis);
  }
  if ((landing.none_now || landing.takes == Tri::no) && pull.workload.starts_with("ds/")) {
    return not_applicable("a DaemonSet makes pods for the nodes that take them, and there is none",
                          landing.evidence);
  }
  if (landing.takes == Tri::unknown) {
    return unknown(landing.reason, together(landing.evidence, cite_rules(estate, pull)),
                   landing.supply);
  }

  std::vector<Evidence> evidence = together(cite_rules(estate, pull), landing.evidence);
  if (pull.source->suspended) {
    return not_applicable("no node takes the pod, and the workload asks for none now",
                          std::move(evidence));
  }
  if (landing.idle) {
    const NodePool& pool = *landing.idle;
    evidence.push_back(pool.stopped ? estate.cite(pool.origin, "powerState/code", "Stopped")
                                    : estate.cite(pool.origin, "count", "0"));
    return fail(fmt::format("only node pool {} takes the pod, and it is {}", pool.name,
                            pool.stopped ? "stopped" : "scaled to 0 nodes"),
                std::move(evidence), Basis::arm,
                {fmt::format("az aks nodepool {} {} --cluster-name {} --name {}{}",
                             pool.stopped ? "start" : "scale", in_group(pull.cluster->id),
                             quote(pull.cluster->name), quote(pool.name),
                             pool.stopped ? "" : " --node-count 1")});
  }
  std::vector<std::string> fix;
  if (auto command = patch_command(pull, landing.changes)) fix.push_back(*std::move(command));
  return fail(say_obstacle(landing), std::move(evidence), Basis::kubernetes_api, std::move(fix));
}

}  // namespace

extern const Check some_node_accepts_pod;
const Check some_node_accepts_pod{
    .id = "some-node-accepts-pod",
    .title = "Some node of the cluster accepts the pod",
    .problem = "No node of the cluster accepts the pod",
    .severity = Severity::high,
    .link = Link::node,
    .step = 1,
    .why =
        "A pod that no node accepts stays Pending: nothing is pulled, however well the registry "
        "answers. Node selectors, required node affinity and taints decide; a selector for virtual "
        "nodes without the toleration that they ask for is the usual case.",
    .reads =
        "nodeName, nodeSelector, required node affinity and tolerations of pods that no node has "
        "taken yet and of templates; labels and taints of nodes; node pools with their labels, "
        "taints and scale, and whether the cluster makes nodes by itself",
    .repair =
        "Low risk: add the toleration, or correct the rule that no node meets; the patch rolls the "
        "workload. Needs rights to patch it. Where the rule is right, give the label to a node "
        "pool "
        "or scale the pool out instead, which needs Azure Kubernetes Service Contributor.",
    .reference = "https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/",
    .controls = {},
    .features = "B-28",
    .after = {},
    .judge = &judge};

}  // namespace acr
