#include <fmt/format.h>

#include "check.h"
#include "cluster_verdict.h"

namespace acr {

namespace {

constexpr Control kControls[] = {
    {"CKV", "CKV_AZURE_4"},
    {"Trivy", "AZU-0040"},
    {"PSRule", "Azure.AKS.ContainerInsights"},
    {"PSRule", "AZR-000041"},
    {"APRL", "dcaf8128-94bd-4d53-9235-3a0371df6b74"},
    {"Mondoo", "mondoo-azure-security-aks-container-insights-enabled"}};

Verdict judge(const Estate& estate, const Cluster& cluster) {
  return judge_rule(estate, cluster,
                    {.path = "addonProfiles/omsagent/enabled",
                     .good = {"true"},
                     .good_if_absent = false,
                     .holds = "Container Insights is on",
                     .broken = "Container Insights is off",
                     .addon = "monitoring"});
}

}  // namespace

extern const Check container_logs_are_kept;
const Check container_logs_are_kept{
    .id = "container-logs-are-kept",
    .title = "The containers' logs are kept in Azure Monitor",
    .problem = "The containers' logs are kept nowhere that Azure knows",
    .severity = Severity::low,
    .why =
        "When a node goes, the logs of its containers go with it. Container Insights keeps them, "
        "and shows failed pulls over time.",
    .reads =
        "addonProfiles/omsagent of the cluster; another collector may serve as well, and this "
        "check does not see it",
    .repair =
        "Low risk, and it costs per gigabyte: a pod on each node. az aks enable-addons --addons "
        "monitoring. Needs Contributor on the cluster.",
    .reference =
        "https://learn.microsoft.com/azure/azure-monitor/containers/kubernetes-monitoring-enable",
    .controls = kControls,
    .features = "F-113",
    .judge = &judge};

}  // namespace acr
