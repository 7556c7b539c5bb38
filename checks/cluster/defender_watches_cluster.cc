#include <fmt/format.h>

#include "check.h"
#include "cluster_verdict.h"

namespace acr {

namespace {

constexpr Control kControls[] = {{"PSRule", "Azure.AKS.DefenderProfile"},
                                 {"Azure Policy", "a1840de2-8088-4ea8-b153-b4c723e9cb01"},
                                 {"Azure Policy", "64def556-fbad-4622-930e-72d1d5589bf5"},
                                 {"Prowler", "aks_cluster_defender_enabled"},
                                 {"Kubescape", "C-0243"},
                                 {"Mondoo", "mondoo-azure-security-aks-defender-enabled"}};

Verdict judge(const Estate& estate, const Cluster& cluster) {
  return judge_rule(estate, cluster,
                    {.path = "securityProfile/defender/securityMonitoring/enabled",
                     .good = {"true"},
                     .good_if_absent = false,
                     .holds = "the Defender sensor is on",
                     .broken = "the Defender sensor is off",
                     .options = "--enable-defender"});
}

}  // namespace

extern const Check defender_watches_cluster;
const Check defender_watches_cluster{
    .id = "defender-watches-cluster",
    .title = "Defender watches what runs in the cluster",
    .problem = "Defender does not watch what runs in the cluster",
    .severity = Severity::low,
    .why =
        "The sensor sees what an image scan cannot: a shell in a container, a miner, a stolen "
        "token in use.",
    .reads = "securityProfile/defender of the cluster",
    .repair =
        "Low risk, and it costs per vCPU: a pod on each node. Needs Contributor on the cluster and "
        "Security Admin on the subscription.",
    .reference =
        "https://learn.microsoft.com/azure/defender-for-cloud/defender-for-containers-introduction",
    .controls = kControls,
    .features = "F-107",
    .judge = &judge};

}  // namespace acr
