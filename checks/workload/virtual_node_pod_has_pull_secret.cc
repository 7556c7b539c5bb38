#include <fmt/format.h>

#include "estate/login_server.h"
#include "pull_verdict.h"

namespace acr {

namespace {

Verdict judge(const Estate& estate, const Pull& pull) {
  switch (pull.node.kind) {
    case NodeClass::Kind::agent:
      return not_applicable("the pod does not run on a virtual node", pull.node.evidence);
    case NodeClass::Kind::virtual_nodes_v2:
      return not_applicable("virtual nodes v2 pull with the cluster's kubelet identity",
                            pull.node.evidence);
    case NodeClass::Kind::unknown:
      return unknown("whether the pod runs on a virtual node is not known",
                     {cite_image(estate, pull)}, {"kubectl get nodes --output json"});
    case NodeClass::Kind::classic_virtual:
      break;
  }
  if (!pull.reference) return not_applicable("the image reference is not valid");
  if (!pull.registry && !cloud_of(pull.reference->domain)) {
    return not_applicable(
        fmt::format("{} is not an Azure container registry", pull.reference->domain),
        pull.node.evidence);
  }
  std::vector<Evidence> evidence = pull.node.evidence;
  if (pull.registry && pull.registry->anonymous_pull_enabled.value_or(false)) {
    evidence.push_back(estate.cite(pull.registry->origin, "anonymousPullEnabled", "true"));
    return not_applicable(fmt::format("registry {} allows anonymous pulls", pull.registry->name),
                          std::move(evidence));
  }
  if (!pull.pull_secrets_known) {
    if (auto verdict = unless_secrets(estate, pull)) return *std::move(verdict);
  }
  evidence = together(std::move(evidence), pull.pull_secrets_evidence);
  if (!pull.pull_secrets.empty()) {
    return pass(fmt::format("the pod names pull secret {}", fmt::join(pull.pull_secrets, ", ")),
                std::move(evidence), Basis::kubernetes_api);
  }
  const PullSecret* serving = serving_secret(estate, pull);
  auto fix = name_secret(pull, serving ? serving->name : "acr-pull", serving == nullptr);
  return fail(
      "the pod runs on a virtual node and names no pull secret: virtual nodes do not use the "
      "kubelet identity, also when the registry is attached",
      std::move(evidence), Basis::kubernetes_api, std::move(fix));
}

}  // namespace

extern const Check virtual_node_pod_has_pull_secret;
const Check virtual_node_pod_has_pull_secret{
    .id = "virtual-node-pod-has-pull-secret",
    .title = "A pod on a virtual node names a pull secret for a private registry",
    .problem = "A pod on a virtual node names no pull secret",
    .severity = Severity::high,
    .link = Link::credential,
    .step = 6,
    .why =
        "Pods on classic virtual nodes are started by Azure Container Instances, which knows "
        "nothing of the "
        "cluster's kubelet identity: attaching the registry to the cluster does not help them. "
        "Only the pod's "
        "own imagePullSecrets count.",
    .reads =
        "labels and taints of the node, or the pod's node selector; imagePullSecrets; anonymous "
        "pull of the registry",
    .repair =
        "Low risk: make a pull secret and name it in the pod or its service account. Needs rights "
        "in "
        "the namespace, and to create tokens on the registry. Pods have to be made anew.",
    .reference = "https://learn.microsoft.com/azure/aks/virtual-nodes",
    .controls = {},
    .features = "F-081 B-24",
    .after = {},
    .judge = &judge};

}  // namespace acr
