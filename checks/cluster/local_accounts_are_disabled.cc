#include <fmt/format.h>

#include "check.h"
#include "cluster_verdict.h"

namespace acr {

namespace {

constexpr Control kControls[] = {{"PSRule", "Azure.AKS.LocalAccounts"},
                                 {"PSRule", "AZR-000031"},
                                 {"Azure Policy", "993c2fcd-2b29-49d2-9eb0-df2c3a730c32"},
                                 {"CKV", "CKV_AZURE_141"},
                                 {"Prowler", "aks_cluster_local_accounts_disabled"},
                                 {"Mondoo", "mondoo-azure-security-aks-local-accounts-disabled"},
                                 {"APRL", "ca324d71-54b0-4a3e-b9e4-10e767daa9fc"}};

Verdict judge(const Estate& estate, const Cluster& cluster) {
  return judge_rule(estate, cluster,
                    {.path = "disableLocalAccounts",
                     .good = {"true"},
                     .good_if_absent = false,
                     .holds = "local accounts are disabled",
                     .broken = "local accounts are enabled; kubeconfig files made with --admin "
                               "stop working after the change",
                     .options = "--disable-local-accounts"});
}

}  // namespace

extern const Check local_accounts_are_disabled;
const Check local_accounts_are_disabled{
    .id = "local-accounts-are-disabled",
    .title = "The cluster has no local accounts",
    .problem = "The cluster has local accounts",
    .severity = Severity::medium,
    .why =
        "A local account is a certificate with all rights that no directory knows: it cannot be "
        "taken from one person, and nothing says who used it. Whoever may list the admin "
        "credential has it.",
    .reads = "disableLocalAccounts of the cluster",
    .repair =
        "Medium risk: kubeconfig files made with --admin stop working at once, in pipelines too. "
        "The cluster needs Entra ID first. Needs Contributor on the cluster.",
    .reference = "https://learn.microsoft.com/azure/aks/manage-local-accounts-managed-azure-ad",
    .controls = kControls,
    .features = "F-017",
    .judge = &judge};

}  // namespace acr
