#include <fmt/format.h>

#include "check.h"
#include "cluster_verdict.h"

namespace acr {

namespace {

constexpr Control kControls[] = {{"PSRule", "Azure.AKS.AzureRBAC"}, {"PSRule", "AZR-000032"}};

Verdict judge(const Estate& estate, const Cluster& cluster) {
  return judge_rule(estate, cluster,
                    {.path = "aadProfile/enableAzureRBAC",
                     .good = {"true"},
                     .good_if_absent = false,
                     .holds = "rights are given with Azure RBAC",
                     .broken = "rights are given by role bindings in the cluster only",
                     .options = "--enable-azure-rbac"});
}

}  // namespace

extern const Check cluster_uses_azure_rbac;
const Check cluster_uses_azure_rbac{
    .id = "cluster-uses-azure-rbac",
    .title = "Rights in the cluster are given in Azure",
    .problem = "Rights in the cluster are given in the cluster only",
    .severity = Severity::low,
    .why =
        "With Azure RBAC one list of role assignments says who may do what in all clusters, and "
        "access reviews cover it. Role bindings within each cluster are seen by nobody outside it.",
    .reads = "aadProfile/enableAzureRBAC of the cluster",
    .repair =
        "Low risk: role bindings in the cluster go on counting. Needs Contributor on the cluster.",
    .reference = "https://learn.microsoft.com/azure/aks/manage-azure-rbac",
    .controls = kControls,
    .features = "F-017",
    .judge = &judge};

}  // namespace acr
