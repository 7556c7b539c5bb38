#include <fmt/format.h>

#include "check.h"
#include "cluster_verdict.h"
#include "estate/command.h"
#include "node_image_verdict.h"
#include "registry_verdict.h"

namespace acr {

namespace {

Verdict judge(const Estate& estate, const Attachment& attachment) {
  const Registry& registry = *attachment.registry;
  const Cluster& cluster = *attachment.cluster;
  const Setting& policy = registry.settings["policies/azureADAuthenticationAsArmPolicy/status"];
  if (!policy.known())
    return unknown_field(estate, registry, "policies/azureADAuthenticationAsArmPolicy");
  if (!policy.given() || !same_text(policy.value, "disabled"))
    return not_applicable("the registry accepts tokens made for Azure Resource Manager",
                          {estate.cite(policy)});
  if (auto verdict = unless_described(estate, cluster)) {
    verdict->evidence = together({estate.cite(policy)}, verdict->evidence);
    return *std::move(verdict);
  }
  OldNodes old = old_nodes(estate, cluster);
  std::vector<Evidence> evidence = together({estate.cite(policy)}, old.evidence);
  if (!old.pools.empty())
    return fail(
        fmt::format(
            "the registry refuses tokens made for Azure Resource Manager, and {} sends no others",
            old.pools),
        std::move(evidence), Basis::arm, std::move(old.fix));
  if (old.evidence.empty())
    return unknown(
        fmt::format("the node images of cluster {} are not in its document", cluster.name),
        std::move(evidence),
        {fmt::format("az aks show {} --name {} --output json", in_group(cluster.id),
                     quote(cluster.name))});
  return pass("the nodes' images send tokens made for registries", std::move(evidence), Basis::arm);
}

}  // namespace

extern const Check nodes_send_registry_tokens;
const Check nodes_send_registry_tokens{
    .id = "nodes-send-registry-tokens",
    .title = "The cluster's nodes send tokens that the registry takes",
    .problem = "The registry refuses the tokens that the cluster's nodes send",
    .severity = Severity::high,
    .why =
        "Node images from before the spring of 2025 sign in with tokens for Azure Resource "
        "Manager. A registry whose policy refuses those answers every pull from such nodes with "
        "401, while newer nodes pull.",
    .reads =
        "policies/azureADAuthenticationAsArmPolicy of the registry and nodeImageVersion of the "
        "cluster's pools",
    .repair =
        "Low risk: upgrade the node image; nodes are replaced one after the other. To accept such "
        "tokens again helps at once. Needs Contributor on the cluster.",
    .reference =
        "https://learn.microsoft.com/azure/container-registry/"
        "container-registry-disable-authentication-as-arm",
    .controls = {},
    .features = "F-050 B-17",
    .judge = &judge};

}  // namespace acr
