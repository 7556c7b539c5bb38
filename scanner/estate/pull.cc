#include "estate/pull.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <unordered_map>

#include "estate/command.h"
#include "estate/landing.h"
#include "estate/login_server.h"

namespace acr {

namespace {

constexpr std::string_view kVirtualTaint = "virtual-kubelet.io/provider";

std::string label_of(const Node& node, const std::string& key) {
  const auto it = node.labels.find(key);
  return it == node.labels.end() ? std::string{} : it->second;
}

}  // namespace

// VN2 first, because it carries the classic marks as well.
NodeClass classify(const Estate& estate, const Node& node) {
  NodeClass result;
  result.pool = label_of(node, "kubernetes.azure.com/agentpool");
  if (result.pool.empty()) result.pool = label_of(node, "agentpool");
  const std::string os = node.os.empty() ? label_of(node, "kubernetes.io/os") : node.os;
  const std::string arch = node.arch.empty() ? label_of(node, "kubernetes.io/arch") : node.arch;
  if (!os.empty() && !arch.empty()) result.platform = fmt::format("{}/{}", lower(os), lower(arch));

  const bool tainted = std::any_of(node.taints.begin(), node.taints.end(),
                                   [](const Taint& t) { return t.key == kVirtualTaint; });
  if (label_of(node, "virtualization") == "virtualnode2") {
    result.kind = NodeClass::Kind::virtual_nodes_v2;
    result.evidence.push_back(estate.cite(node.origin, "metadata/labels/virtualization",
                                          "virtualnode2", Basis::kubernetes_api));
  } else if (label_of(node, "type") == "virtual-kubelet" || tainted) {
    result.kind = NodeClass::Kind::classic_virtual;
    result.evidence.push_back(tainted
                                  ? estate.cite(node.origin, "spec/taints",
                                                std::string(kVirtualTaint), Basis::kubernetes_api)
                                  : estate.cite(node.origin, "metadata/labels/type",
                                                "virtual-kubelet", Basis::kubernetes_api));
  } else {
    result.kind = NodeClass::Kind::agent;
    result.evidence.push_back(
        estate.cite(node.origin, "metadata/name", node.name, Basis::kubernetes_api));
  }
  return result;
}

namespace {

bool tolerates_virtual_nodes(const Placement& placement) {
  return std::any_of(placement.tolerations.begin(), placement.tolerations.end(),
                     [](const Toleration& t) {
                       return t.key == kVirtualTaint || (t.key.empty() && t.op == "Exists");
                     });
}

// Without the node object: what the pod's own spec and the naming rules of AKS leave possible.
NodeClass classify_by_spec(const Estate& estate, int cluster, const PodClass& pod,
                           std::string_view node_name) {
  NodeClass result;
  if (node_name == kVirtualNodeName) {
    result.kind = NodeClass::Kind::classic_virtual;
    result.evidence.push_back(
        estate.cite(pod.origin, "spec/nodeName", std::string(node_name), Basis::kubernetes_api));
    return result;
  }
  const auto& selector = pod.placement->node_selector;
  const auto type = selector.find("type");
  if (type != selector.end() && type->second == "virtual-kubelet") {
    // Both products answer to this selector: the nodes of the cluster tell which one is there.
    bool classic = false, v2 = false;
    for (const Node& node : estate.nodes) {
      if (estate.cluster_of(node.origin.document) != cluster) continue;
      const NodeClass::Kind kind = classify(estate, node).kind;
      classic |= kind == NodeClass::Kind::classic_virtual;
      v2 |= kind == NodeClass::Kind::virtual_nodes_v2;
    }
    const auto virtualization = selector.find("virtualization");
    if (virtualization != selector.end() && virtualization->second == "virtualnode2")
      v2 = true, classic = false;
    const Cluster* owner =
        cluster >= 0 ? &estate.clusters[static_cast<std::size_t>(cluster)] : nullptr;
    if (!classic && !v2 && owner && owner->virtual_node_addon) classic = true;
    if (classic != v2)
      result.kind = classic ? NodeClass::Kind::classic_virtual : NodeClass::Kind::virtual_nodes_v2;
    result.evidence.push_back(estate.cite(
        pod.origin,
        pod.from_template ? "spec/template/spec/nodeSelector/type" : "spec/nodeSelector/type",
        "virtual-kubelet", Basis::kubernetes_api));
    return result;
  }
  // aks-<pool>-<digits>-vmss… is an agent node by name; a pod that does not tolerate the virtual
  // nodes' taint cannot be on one.
  if (node_name.starts_with("aks-") || !tolerates_virtual_nodes(*pod.placement)) {
    result.kind = NodeClass::Kind::agent;
    result.pool = pool_of_node_name(node_name);
    const auto pool = selector.find("agentpool");
    const auto azure_pool = selector.find("kubernetes.azure.com/agentpool");
    if (result.pool.empty() && pool != selector.end()) result.pool = pool->second;
    if (result.pool.empty() && azure_pool != selector.end()) result.pool = azure_pool->second;
  }
  return result;
}

Pull from_class(const Estate& estate, const PodClass& pod) {
  Pull pull;
  pull.cluster_index = estate.cluster_of(pod.document);
  if (pull.cluster_index >= 0)
    pull.cluster = &estate.clusters[static_cast<std::size_t>(pull.cluster_index)];
  pull.source = &pod;
  pull.name_space = pod.name_space;
  pull.workload = pod.workload;
  pull.service_account = pod.service_account.empty() ? "default" : pod.service_account;
  pull.container = pod.container.name;
  pull.container_kind = pod.container.kind;
  pull.image = pod.container.image;
  pull.reference = parse_image(pod.container.image);
  if (pull.reference) pull.registry = estate.registry_by_host(pull.reference->domain);
  pull.origin = pod.origin;

  pull.pull_secrets = pod.pull_secrets;
  const auto shown = [&pull] {
    return pull.pull_secrets.empty() ? std::string("none")
                                     : fmt::format("{}", fmt::join(pull.pull_secrets, ", "));
  };
  // Admission copies the account's secrets into a pod at its creation, if the pod names none; what
  // a template will get is therefore what the account holds now.
  if (pod.from_template && pod.pull_secrets.empty()) {
    const ServiceAccount* account =
        estate.service_account(pull.cluster_index, pod.name_space, pull.service_account);
    pull.pull_secrets_known = account != nullptr;
    if (account) {
      pull.pull_secrets = account->pull_secrets;
      pull.pull_secrets_evidence.push_back(
          estate.cite(account->origin, "imagePullSecrets", shown(), Basis::kubernetes_api));
    }
  }
  pull.pull_secrets_evidence.push_back(
      cite_spec(estate, pull, "imagePullSecrets", pod.pull_secrets.empty() ? "none" : shown()));
  return pull;
}

// A pod whose container waits for an image is on a node, whether the input names it or not.
bool waits_for_node(const NodeTally& tally) {
  return tally.node.empty() && tally.failing == 0 && tally.pulled == 0;
}

// What each node is, worked out once.
class NodeClasses {
 public:
  // nullptr: the node is not in the input.
  const NodeClass* find(const Estate& estate, int cluster, const std::string& name) {
    if (name.empty()) return nullptr;
    const auto [it, fresh] = classes_.try_emplace(std::pair(cluster, std::string_view(name)));
    std::optional<NodeClass>& known = it->second;
    if (fresh) {
      if (const Node* node = estate.node(cluster, name)) known = classify(estate, *node);
    }
    return known.has_value() ? &known.value() : nullptr;
  }

 private:
  struct Hash {
    std::size_t operator()(const std::pair<int, std::string_view>& key) const {
      return std::hash<std::string_view>()(key.second) + static_cast<std::size_t>(key.first);
    }
  };
  std::unordered_map<std::pair<int, std::string_view>, std::optional<NodeClass>, Hash> classes_;
};

}  // namespace

std::string NodeClass::label() const {
  const std::string suffix = platform.empty() ? "" : fmt::format(" ({})", platform);
  switch (kind) {
    case Kind::classic_virtual:
      return "virtual node" + suffix;
    case Kind::virtual_nodes_v2:
      return "virtual node (v2)" + suffix;
    case Kind::agent:
      return (pool.empty() ? std::string("agent nodes") : "pool/" + pool) + suffix;
    case Kind::unknown:
      break;
  }
  return "nodes unknown";
}

std::string_view list_of(ContainerKind kind) {
  switch (kind) {
    case ContainerKind::container:
      return "containers";
    case ContainerKind::init:
      return "initContainers";
    case ContainerKind::ephemeral:
      return "ephemeralContainers";
    case ContainerKind::image_volume:
      return "volumes";
  }
  return "containers";
}

Evidence cite_spec(const Estate& estate, const Pull& pull, std::string_view field,
                   std::string value) {
  // A pull asked for on the command line stands in no document.
  if (!pull.source) return {"", "", std::move(value), Basis::resolved};
  return estate.cite(pull.origin, fmt::format("{}/{}", pull.source->spec_path, field),
                     std::move(value), Basis::kubernetes_api);
}

Evidence cite_image(const Estate& estate, const Pull& pull) {
  if (!pull.source) return cite_spec(estate, pull, "", pull.image);
  const ContainerImage& container = pull.source->container;
  const std::string_view leaf =
      container.kind == ContainerKind::image_volume ? "image/reference" : "image";
  return cite_spec(estate, pull,
                   fmt::format("{}/{}/{}", list_of(container.kind), container.index, leaf),
                   pull.image);
}

Evidence cite_message(const Estate& estate, const PullSymptom& symptom) {
  return symptom.message.empty()
             ? estate.cite(symptom.origin, "reason", symptom.reason, Basis::observed)
             : estate.cite(symptom.origin, "message", symptom.message, Basis::observed);
}

bool has_template(const Pull& pull) {
  return pull.workload.starts_with("deploy/") || pull.workload.starts_with("sts/") ||
         pull.workload.starts_with("ds/");
}

std::vector<std::string> set_image(const Pull& pull, std::string_view image) {
  if (!has_template(pull) || pull.container_kind != ContainerKind::container) return {};
  return {fmt::format("kubectl set image {} --namespace {} {}", quote(pull.workload),
                      quote(pull.name_space), quote(fmt::format("{}={}", pull.container, image)))};
}

Attachment attachment_of(const Pull& pull) {
  Attachment attachment{
      .cluster = pull.cluster, .registry = pull.registry, .pulls = {&pull}, .pools = {}};
  if (pull.node.kind != NodeClass::Kind::agent || pull.node.pool.empty()) return attachment;
  const auto& pools = pull.cluster->pools;
  const bool known = std::any_of(pools.begin(), pools.end(),
                                 [&](const NodePool& p) { return p.name == pull.node.pool; });
  if (known) attachment.pools.push_back(pull.node.pool);
  return attachment;
}

std::vector<Evidence> cite_virtual_nodes(const Attachment& attachment) {
  std::vector<Evidence> evidence;
  for (const Pull* pull : attachment.pulls) {
    if (pull->node.is_classic_virtual()) continue;
    if (!pull->node.looks_classic) return {};
    evidence = together(std::move(evidence), pull->node.evidence);
  }
  return evidence;
}

bool has_arrived(const Pull& pull) {
  return pull.pulled > 0 && pull.failing == 0;
}

std::vector<Pull> pulls(const Estate& estate) {
  std::vector<Pull> result;
  result.reserve(estate.pod_classes.size());
  std::map<std::tuple<int, std::string_view, std::string_view, std::string_view, std::string_view>,
           bool>
      observed;
  const auto workload_key = [&estate](const PodClass& c) {
    return std::tuple(estate.cluster_of(c.document), std::string_view(c.name_space),
                      std::string_view(c.workload), std::string_view(c.container.name),
                      std::string_view(c.container.image));
  };
  for (const PodClass& pod : estate.pod_classes) {
    if (!pod.from_template && !pod.workload.empty()) observed[workload_key(pod)] = true;
  }

  NodeClasses nodes;
  Landings landings(estate);
  for (const PodClass& pod : estate.pod_classes) {
    // Its pods say more than the template they came from.
    if (pod.from_template && observed.contains(workload_key(pod))) continue;
    Pull base = from_class(estate, pod);
    if (pod.nodes.empty()) {
      base.pods = pod.pods;
      base.pod_count = pod.pod_count;
      base.failing = pod.failing;
      base.pulled = pod.pulled;
      if (pod.failing > 0 && !pod.symptoms.empty()) base.symptom = &pod.symptoms.front();
      if (pod.from_template) base.landing = landings.of(base.cluster_index, pod.placement);
      if (base.landing && !base.landing->classes.empty()) {
        for (const NodeClass& node_class : base.landing->classes) {
          result.push_back(base);
          result.back().node = node_class;
        }
        continue;
      }
      base.node = classify_by_spec(estate, base.cluster_index, pod, pod.placement->node_name);
      result.push_back(std::move(base));
      continue;
    }

    // Few classes, many nodes: what a node is, is asked once a node.
    std::vector<Pull> by_class;
    const auto part_of = [&](const NodeClass& node_class) -> Pull& {
      const auto part = std::ranges::find_if(
          by_class, [&](const Pull& p) { return p.node.key() == node_class.key(); });
      if (part != by_class.end()) return *part;
      by_class.push_back(base);
      by_class.back().node = node_class;
      return by_class.back();
    };
    std::map<std::string_view, NodeClass> guesses;
    for (const NodeTally& tally : pod.nodes) {
      if (waits_for_node(tally)) continue;
      const NodeClass* known = nodes.find(estate, base.cluster_index, tally.node);
      if (!known) {
        // A guess rests on the pod's spec and on the name up to its pool, aks-<pool>-….
        const std::string_view name = tally.node;
        const std::string_view stem =
            name.starts_with("aks-") ? name.substr(0, name.find('-', 4)) : name;
        auto guess = guesses.find(stem);
        if (guess == guesses.end()) {
          guess =
              guesses.emplace(stem, classify_by_spec(estate, base.cluster_index, pod, name)).first;
        }
        known = &guess->second;
      }
      Pull& part = part_of(*known);
      part.pod_count += tally.pods;
      part.failing += tally.failing;
      part.pulled += tally.pulled;
    }
    for (const NodeTally& tally : pod.nodes) {
      if (!waits_for_node(tally)) continue;
      const auto landing = landings.of(base.cluster_index, pod.placement);
      const auto await = [&](const NodeClass& node_class) {
        Pull& part = part_of(node_class);
        part.landing = landing;
        part.pod_count += tally.pods;
        part.waiting += tally.pods;
      };
      for (const NodeClass& node_class : landing->classes) await(node_class);
      if (landing->classes.empty()) {
        await(classify_by_spec(estate, base.cluster_index, pod, pod.placement->node_name));
      }
    }
    std::ranges::sort(by_class, {}, [](const Pull& pull) { return pull.node.key(); });
    for (Pull& pull : by_class) {
      // Example names and symptoms belong to the class as a whole, failing pods first: a part
      // without failing pods must not show them.
      if (pull.failing > 0 || pod.failing == 0) pull.pods = pod.pods;
      if (pull.failing > 0 && pull.pods.size() > pod.failing) pull.pods.resize(pod.failing);
      if (pull.failing > 0 && !pod.symptoms.empty()) pull.symptom = &pod.symptoms.front();
      result.push_back(std::move(pull));
    }
  }
  for (Pull& pull : result) {
    if (pull.node.kind != NodeClass::Kind::virtual_nodes_v2) continue;
    // One that takes the product's own label is not mistaken.
    const auto& selector = pull.source->placement->node_selector;
    const auto product = selector.find("virtualization");
    pull.node.looks_classic = product == selector.end() || product->second != "virtualnode2";
  }
  return result;
}

std::vector<Attachment> attachments(const Estate& estate, const std::vector<Pull>& all_pulls) {
  std::map<std::pair<const Cluster*, const Registry*>, Attachment> found;
  const auto at = [&](const Cluster& cluster, const Registry& registry) -> Attachment& {
    Attachment& attachment = found[{&cluster, &registry}];
    attachment.cluster = &cluster;
    attachment.registry = &registry;
    return attachment;
  };
  for (const Pull& pull : all_pulls) {
    if (pull.cluster && pull.registry) at(*pull.cluster, *pull.registry).pulls.push_back(&pull);
  }
  for (const Cluster& cluster : estate.clusters) {
    if (!cluster.kubelet_identity || cluster.kubelet_identity->object_id.empty()) continue;
    for (const RoleAssignment& assignment : estate.role_assignments) {
      if (!same_text(assignment.principal_id, cluster.kubelet_identity->object_id)) continue;
      for (const Registry& registry : estate.registries) {
        if (registry.id == assignment.scope) at(cluster, registry);
      }
    }
  }
  if (found.empty() && estate.clusters.size() == 1 && estate.registries.size() == 1) {
    at(estate.clusters.front(), estate.registries.front());
  }

  std::vector<Attachment> result;
  result.reserve(found.size());
  for (auto& [pair, attachment] : found) result.push_back(std::move(attachment));
  std::sort(result.begin(), result.end(), [](const Attachment& a, const Attachment& b) {
    return std::tie(a.cluster->id, a.cluster->name, a.registry->id) <
           std::tie(b.cluster->id, b.cluster->name, b.registry->id);
  });
  return result;
}

Pull hypothetical_pull(const Estate& estate, const Cluster& cluster, std::string_view image) {
  Pull pull;
  pull.cluster = &cluster;
  pull.cluster_index = static_cast<int>(&cluster - estate.clusters.data());
  pull.container = "image";
  pull.image = std::string(image);
  pull.reference = parse_image(image);
  if (pull.reference) pull.registry = estate.registry_by_host(pull.reference->domain);
  pull.node.kind = NodeClass::Kind::agent;
  pull.origin = cluster.origin;
  return pull;
}

}  // namespace acr
