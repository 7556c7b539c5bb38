#include <fmt/format.h>

#include "check.h"
#include "cluster_verdict.h"

namespace acr {

namespace {

constexpr Control kControls[] = {
    {"PSRule", "Azure.AKS.NodeAutoUpgrade"},
    {"Azure Policy", "04408ca5-aa10-42ce-8536-98955cdddd4c"},
    {"Mondoo", "mondoo-azure-security-aks-node-os-auto-upgrade-enabled"},
    {"ACR review checklist", "A05.02"}};

Verdict judge(const Estate& estate, const Cluster& cluster) {
  return judge_rule(estate, cluster,
                    {.path = "autoUpgradeProfile/nodeOSUpgradeChannel",
                     .good = {"NodeImage", "SecurityPatch", "Unmanaged"},
                     .good_if_absent = false,
                     .holds = "nodes get security updates by themselves",
                     .broken = "nodes get security updates by hand only; after the change they are "
                               "replaced about once a week",
                     .options = "--node-os-upgrade-channel NodeImage"});
}

}  // namespace

extern const Check node_images_upgrade_themselves;
const Check node_images_upgrade_themselves{
    .id = "node-images-upgrade-themselves",
    .title = "Nodes get security updates by themselves",
    .problem = "Nodes get security updates by hand only",
    .severity = Severity::low,
    .why =
        "An old node image has old holes, and an old credential provider: what nodes can pull from "
        "depends on it.",
    .reads = "autoUpgradeProfile/nodeOSUpgradeChannel of the cluster",
    .repair =
        "Medium risk: nodes are drained and made anew about once a week; set a maintenance window. "
        "Needs Contributor on the cluster.",
    .reference = "https://learn.microsoft.com/azure/aks/auto-upgrade-node-os-image",
    .controls = kControls,
    .features = "F-110",
    .judge = &judge};

}  // namespace acr
