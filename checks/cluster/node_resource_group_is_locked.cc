#include <fmt/format.h>

#include "check.h"
#include "cluster_verdict.h"

namespace acr {

namespace {

constexpr Control kControls[] = {
    {"Mondoo", "mondoo-azure-security-aks-node-resource-group-restricted"}};

Verdict judge(const Estate& estate, const Cluster& cluster) {
  return judge_rule(estate, cluster,
                    {.path = "nodeResourceGroupProfile/restrictionLevel",
                     .good = {"ReadOnly"},
                     .good_if_absent = false,
                     .holds = "the node resource group is read-only",
                     .broken = "the node resource group can be changed by hand",
                     .options = "--nrg-lockdown-restriction-level ReadOnly"});
}

}  // namespace

extern const Check node_resource_group_is_locked;
const Check node_resource_group_is_locked{
    .id = "node-resource-group-is-locked",
    .title = "Nobody but AKS changes the cluster's node resource group",
    .problem = "Anybody with rights may change the cluster's node resource group",
    .severity = Severity::low,
    .why =
        "What lies in the node resource group belongs to AKS: a rule added to its network security "
        "group or a disk removed by hand breaks nodes, and the next upgrade undoes it.",
    .reads = "nodeResourceGroupProfile/restrictionLevel of the cluster",
    .repair =
        "Low risk, unless something of your own changes resources there. A deny assignment refuses "
        "it from then on. Needs Contributor on the cluster.",
    .reference = "https://learn.microsoft.com/azure/aks/node-resource-group-lockdown",
    .controls = kControls,
    .features = "F-018",
    .judge = &judge};

}  // namespace acr
