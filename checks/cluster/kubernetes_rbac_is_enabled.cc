#include <fmt/format.h>

#include "check.h"
#include "cluster_verdict.h"

namespace acr {

namespace {

constexpr Control kControls[] = {{"PSRule", "Azure.AKS.UseRBAC"},
                                 {"PSRule", "AZR-000038"},
                                 {"Azure Policy", "ac4a19c2-fa67-49b4-8ae5-0b2e78c49457"},
                                 {"CKV", "CKV_AZURE_5"},
                                 {"Trivy", "AZU-0042"},
                                 {"KICS", "86f92117"},
                                 {"CloudSploit", "rbacEnabled"},
                                 {"Mondoo", "mondoo-azure-security-aks-rbac-enabled"},
                                 {"Prowler", "aks_cluster_rbac_enabled"}};

Verdict judge(const Estate& estate, const Cluster& cluster) {
  return judge_rule(
      estate, cluster,
      {
          .path = "enableRBAC",
          .good = {"true"},
          .good_if_absent = true,
          .holds = "role-based access control is on",
          .broken = "role-based access control is off; only a new cluster can have it",
      });
}

}  // namespace

extern const Check kubernetes_rbac_is_enabled;
const Check kubernetes_rbac_is_enabled{
    .id = "kubernetes-rbac-is-enabled",
    .title = "The cluster checks what each caller may do",
    .problem = "The cluster lets every caller do everything",
    .severity = Severity::medium,
    .why =
        "Without role-based access control every account and every pod's service account is an "
        "administrator of the cluster.",
    .reads = "enableRBAC of the cluster",
    .repair = "High risk: it is chosen when a cluster is made, so this takes a new cluster.",
    .reference = "https://learn.microsoft.com/azure/aks/concepts-identity",
    .controls = kControls,
    .features = "F-017",
    .judge = &judge};

}  // namespace acr
