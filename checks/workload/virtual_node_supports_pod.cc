#include <fmt/format.h>

#include "check.h"
#include "placement_patch.h"

namespace acr {

extern const Check some_node_accepts_pod;

namespace {

std::string describe(const AciConflict& conflict) {
  const std::string& name = conflict.name;
  switch (conflict.what) {
    case AciConflict::What::args_without_command:
      return fmt::format("container {} has args without a command", name);
    case AciConflict::What::lifecycle_hook:
      return fmt::format("container {} has lifecycle hooks", name);
    case AciConflict::What::startup_probe:
      return fmt::format("container {} has a startupProbe", name);
    case AciConflict::What::probe_handler:
      return fmt::format("the {} of container {} is neither httpGet nor exec", conflict.detail,
                         name);
    case AciConflict::What::init_ports:
      return fmt::format("init container {} has ports", name);
    case AciConflict::What::init_resources:
      return fmt::format("init container {} has resource requests or limits", name);
    case AciConflict::What::init_probe:
      return fmt::format("init container {} has a {}", name, conflict.detail);
    case AciConflict::What::volume_type:
      return fmt::format("volume {} is a {}", name, conflict.detail);
  }
  return name;
}

Verdict judge(const Estate& estate, const Pull& pull) {
  switch (pull.node.kind) {
    case NodeClass::Kind::agent:
      return not_applicable("the pod does not run on a virtual node", pull.node.evidence);
    case NodeClass::Kind::virtual_nodes_v2:
      return not_applicable(
          "virtual nodes v2 run a kubelet, and do not have the limits of classic ones",
          pull.node.evidence);
    case NodeClass::Kind::unknown:
      return unknown("whether the pod runs on a virtual node is not known",
                     {cite_image(estate, pull)}, {"kubectl get nodes --output json"});
    case NodeClass::Kind::classic_virtual:
      break;
  }
  std::vector<Evidence> evidence = pull.node.evidence;
  if (pull.container_kind == ContainerKind::ephemeral) {
    evidence.push_back(cite_image(estate, pull));
    return fail(fmt::format("container {} is ephemeral, and virtual nodes do not start those",
                            pull.container),
                std::move(evidence), Basis::kubernetes_api, {});
  }
  if (pull.pulled > 0) {
    evidence.push_back(estate.cite(pull.origin, "", "imageID reported", Basis::observed));
    return pass("the virtual node has started the pod", std::move(evidence), Basis::observed);
  }
  const auto& conflicts = pull.source->aci_conflicts;
  if (conflicts.empty()) {
    evidence.push_back(estate.cite(pull.origin, pull.source->spec_path,
                                   "containers and volumes as they may be", Basis::kubernetes_api));
    return pass("the pod has nothing that virtual nodes refuse", std::move(evidence),
                Basis::kubernetes_api);
  }
  for (const AciConflict& conflict : conflicts) {
    evidence.push_back(cite_spec(estate, pull, conflict.field, describe(conflict)));
  }
  std::string reason =
      fmt::format("{}, and virtual nodes refuse such a pod", describe(conflicts.front()));
  if (conflicts.size() > 1) {
    reason +=
        fmt::format(" ({} more reason{})", conflicts.size() - 1, conflicts.size() == 2 ? "" : "s");
  }
  std::vector<std::string> fix;
  if (auto command = leave_virtual_nodes_command(pull)) fix.push_back(*std::move(command));
  return fail(std::move(reason), std::move(evidence), Basis::kubernetes_api, std::move(fix));
}

}  // namespace

extern const Check virtual_node_supports_pod;
const Check virtual_node_supports_pod{
    .id = "virtual-node-supports-pod",
    .title = "The virtual node supports what the pod asks for",
    .problem = "The virtual node does not support what the pod asks for",
    .severity = Severity::high,
    .link = Link::node,
    .step = 2,
    .why =
        "Classic virtual nodes hand a pod to Azure Container Instances, which know less than a "
        "kubelet: persistent volume claims, host paths, lifecycle hooks, startup probes, args "
        "without a command and more make them refuse the whole pod, before any image is pulled. "
        "Virtual nodes v2 do not have these limits.",
    .reads =
        "labels and taints of the node, or the virtual nodes add-on; containers, init containers "
        "and volumes of the pod spec",
    .repair =
        "Low risk: run the pod on agent nodes, as the patch does, or take what is refused out of "
        "its template. Needs rights to patch the workload, whose pods are made anew. An agent node "
        "must have room for them.",
    .reference = "https://learn.microsoft.com/azure/aks/virtual-nodes",
    .controls = {},
    .features = "B-24",
    .after = {&some_node_accepts_pod},
    .judge = &judge};

}  // namespace acr
