#include <fmt/format.h>

#include "check.h"
#include "cluster_verdict.h"

namespace acr {

namespace {

constexpr Control kControls[] = {{"PSRule", "Azure.AKS.NetworkPolicy"},
                                 {"PSRule", "AZR-000027"},
                                 {"CKV", "CKV_AZURE_7"},
                                 {"Trivy", "AZU-0043"},
                                 {"Terrascan", "AC_AZURE_0158"},
                                 {"Mondoo", "mondoo-azure-security-aks-network-policy-enabled"},
                                 {"Prowler", "aks_network_policy_enabled"}};

Verdict judge(const Estate& estate, const Cluster& cluster) {
  return judge_rule(estate, cluster,
                    {.path = "networkProfile/networkPolicy",
                     .good = {"azure", "calico", "cilium"},
                     .good_if_absent = false,
                     .holds = "network policies count",
                     .broken = "no engine makes network policies count; after the change nodes are "
                               "replaced and policies take effect",
                     .options = "--network-policy azure"});
}

}  // namespace

extern const Check network_policies_count;
const Check network_policies_count{
    .id = "network-policies-count",
    .title = "Network policies count in the cluster",
    .problem = "Network policies do nothing in the cluster",
    .severity = Severity::low,
    .why =
        "Without an engine Kubernetes accepts network policies and ignores them: every pod reaches "
        "every other, whatever the manifests say.",
    .reads = "networkProfile/networkPolicy of the cluster",
    .repair =
        "Medium risk: all nodes are made anew, and policies that were ignored so far take effect. "
        "Needs Contributor on the cluster.",
    .reference = "https://learn.microsoft.com/azure/aks/use-network-policies",
    .controls = kControls,
    .features = "F-112",
    .judge = &judge};

}  // namespace acr
