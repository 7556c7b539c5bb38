#include <fmt/format.h>

#include "check.h"
#include "cluster_verdict.h"

namespace acr {

namespace {

constexpr Control kControls[] = {{"Azure Policy", "2cc2e023-0dac-4046-875b-178f683929d5"},
                                 {"Mondoo", "mondoo-azure-security-aks-workload-identity-enabled"}};

Verdict judge(const Estate& estate, const Cluster& cluster) {
  return judge_rule(estate, cluster,
                    {.path = "securityProfile/workloadIdentity/enabled",
                     .good = {"true"},
                     .good_if_absent = false,
                     .holds = "workload identity is on",
                     .broken = "workload identity is off",
                     .options = "--enable-oidc-issuer --enable-workload-identity"});
}

}  // namespace

extern const Check workload_identity_is_enabled;
const Check workload_identity_is_enabled{
    .id = "workload-identity-is-enabled",
    .title = "Pods can have identities of their own",
    .problem = "Pods have no identities of their own",
    .severity = Severity::low,
    .why =
        "Without workload identity pods that need Azure use the kubelet's identity or a secret. "
        "Then every pod of a node can do what one of them needs.",
    .reads = "securityProfile/workloadIdentity of the cluster",
    .repair =
        "Low risk: nothing changes for pods that do not ask for it. Needs Contributor on the "
        "cluster.",
    .reference = "https://learn.microsoft.com/azure/aks/workload-identity-overview",
    .controls = kControls,
    .features = "F-015",
    .judge = &judge};

}  // namespace acr
