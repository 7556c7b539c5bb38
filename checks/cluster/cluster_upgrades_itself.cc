#include <fmt/format.h>

#include "check.h"
#include "cluster_verdict.h"

namespace acr {

namespace {

constexpr Control kControls[] = {{"PSRule", "Azure.AKS.AutoUpgrade"},
                                 {"PSRule", "AZR-000036"},
                                 {"Azure Policy", "5c345cdf-2049-47e0-b8fe-b0e96bc2df35"},
                                 {"Prowler", "aks_cluster_auto_upgrade_enabled"},
                                 {"CKV", "CKV_AZURE_171"},
                                 {"Mondoo", "mondoo-azure-security-aks-auto-upgrade-enabled"}};

Verdict judge(const Estate& estate, const Cluster& cluster) {
  return judge_rule(estate, cluster,
                    {.path = "autoUpgradeProfile/upgradeChannel",
                     .good = {"patch", "stable", "rapid", "node-image"},
                     .good_if_absent = false,
                     .holds = "the cluster upgrades itself",
                     .broken = "the cluster is upgraded by hand only; after the change nodes are "
                               "replaced when a version comes",
                     .options = "--auto-upgrade-channel patch"});
}

}  // namespace

extern const Check cluster_upgrades_itself;
const Check cluster_upgrades_itself{
    .id = "cluster-upgrades-itself",
    .title = "The cluster's Kubernetes is kept supported",
    .problem = "The cluster's Kubernetes is upgraded by hand only",
    .severity = Severity::low,
    .why =
        "A version is supported for about a year. A cluster that nobody upgrades falls out of "
        "support, and then several versions have to be climbed at once.",
    .reads = "autoUpgradeProfile/upgradeChannel of the cluster",
    .repair =
        "Medium risk: nodes are drained and made anew when a version comes; set a maintenance "
        "window. Needs Contributor on the cluster.",
    .reference = "https://learn.microsoft.com/azure/aks/auto-upgrade-cluster",
    .controls = kControls,
    .features = "F-110",
    .judge = &judge};

}  // namespace acr
