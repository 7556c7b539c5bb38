#include <fmt/format.h>

#include "check.h"
#include "cluster_verdict.h"

namespace acr {

namespace {

constexpr Control kControls[] = {{"PSRule", "Azure.AKS.ManagedAAD"},
                                 {"PSRule", "AZR-000029"},
                                 {"azqr", "aks-007"},
                                 {"Azure Policy", "450d2877-ebea-41e8-b00c-e286317d21bf"}};

Verdict judge(const Estate& estate, const Cluster& cluster) {
  return judge_rule(estate, cluster,
                    {.path = "aadProfile/managed",
                     .good = {"true"},
                     .good_if_absent = false,
                     .holds = "people sign in with Entra ID",
                     .broken = "people do not sign in with Entra ID; kubeconfig files have to be "
                               "fetched anew after the change, and it cannot be taken back",
                     .options = "--enable-aad"});
}

}  // namespace

extern const Check cluster_uses_entra_id;
const Check cluster_uses_entra_id{
    .id = "cluster-uses-entra-id",
    .title = "People sign in to the cluster with Entra ID",
    .problem = "People do not sign in to the cluster with Entra ID",
    .severity = Severity::medium,
    .why =
        "Without Entra ID everybody signs in with a certificate that has no owner, no second "
        "factor and no end before its date.",
    .reads = "aadProfile of the cluster",
    .repair =
        "Medium risk: cannot be taken back; kubeconfig files have to be fetched anew. Name a group "
        "of administrators with --aad-admin-group-object-ids, or use Azure RBAC. Needs Contributor "
        "on the cluster.",
    .reference = "https://learn.microsoft.com/azure/aks/enable-authentication-microsoft-entra-id",
    .controls = kControls,
    .features = "F-017",
    .judge = &judge};

}  // namespace acr
