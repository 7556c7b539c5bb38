#include <fmt/format.h>

#include "check.h"
#include "cluster_verdict.h"

namespace acr {

namespace {

constexpr Control kControls[] = {{"PSRule", "Azure.AKS.AzurePolicyAddOn"},
                                 {"PSRule", "AZR-000028"},
                                 {"Azure Policy", "0a15ec92-a229-4763-bb14-0ea34a568f8d"},
                                 {"CKV", "CKV_AZURE_116"},
                                 {"Trivy", "AZU-0066"},
                                 {"Mondoo", "mondoo-azure-security-aks-azure-policy-addon-enabled"},
                                 {"ACR review checklist", "A01.02"}};

Verdict judge(const Estate& estate, const Cluster& cluster) {
  return judge_rule(
      estate, cluster,
      {.path = "addonProfiles/azurepolicy/enabled",
       .good = {"true"},
       .good_if_absent = false,
       .holds = "the Azure Policy add-on is on",
       .broken =
           "the Azure Policy add-on is off; assignments that deny take effect after the change",
       .addon = "azure-policy"});
}

}  // namespace

extern const Check azure_policy_runs_in_cluster;
const Check azure_policy_runs_in_cluster{
    .id = "azure-policy-runs-in-cluster",
    .title = "Azure Policy watches over the cluster",
    .problem = "Azure Policy does not watch over the cluster",
    .severity = Severity::low,
    .why =
        "Without the add-on the assignments that limit images, pull policies and privileges say "
        "nothing about what runs in this cluster, and the compliance view shows it as if there "
        "were nothing to see.",
    .reads = "addonProfiles/azurepolicy of the cluster",
    .repair =
        "Low risk: pods of the add-on start; assignments that deny refuse what breaks them from "
        "then on. az aks enable-addons --addons azure-policy. Needs Contributor on the cluster.",
    .reference = "https://learn.microsoft.com/azure/aks/use-azure-policy",
    .controls = kControls,
    .features = "F-106",
    .judge = &judge};

}  // namespace acr
