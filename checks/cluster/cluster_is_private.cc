#include <fmt/format.h>

#include "check.h"
#include "cluster_verdict.h"

namespace acr {

namespace {

constexpr Control kControls[] = {
    {"azqr", "aks-004"},
    {"Azure Policy", "040732e8-d947-40b8-95d6-854c95024bf8"},
    {"CKV", "CKV_AZURE_115"},
    {"Trivy", "AZU-0065"},
    {"KICS", "599318f2-6653-4569-9e21-041d06c63a89"},
    {"CloudSploit", "aksPrivateCluster"},
    {"Mondoo", "mondoo-azure-security-aks-private-cluster-enabled"},
    {"Prowler", "aks_clusters_public_access_disabled"},
    {"Mondoo", "mondoo-azure-security-aks-public-network-access-disabled"}};

Verdict judge(const Estate& estate, const Cluster& cluster) {
  return judge_rule(estate, cluster,
                    {
                        .path = "apiServerAccessProfile/enablePrivateCluster",
                        .good = {"true"},
                        .good_if_absent = false,
                        .holds = "the cluster is private",
                        .broken = "the API server has a public endpoint",
                    });
}

}  // namespace

extern const Check cluster_is_private;
const Check cluster_is_private{
    .id = "cluster-is-private",
    .title = "The cluster's API server has no public endpoint",
    .problem = "The cluster's API server has a public endpoint",
    .severity = Severity::low,
    .why =
        "A private cluster has no endpoint on the internet at all: a list of authorized ranges "
        "that grew too wide lets nobody in.",
    .reads = "apiServerAccessProfile/enablePrivateCluster of the cluster",
    .repair =
        "High risk: chosen when a cluster is made, unless it has API server VNet integration; and "
        "whoever works with it needs a way into the network.",
    .reference = "https://learn.microsoft.com/azure/aks/private-clusters",
    .controls = kControls,
    .features = "F-045",
    .judge = &judge};

}  // namespace acr
