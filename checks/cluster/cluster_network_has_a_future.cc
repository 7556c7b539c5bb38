#include <fmt/format.h>

#include "check.h"
#include "cluster_verdict.h"

namespace acr {

namespace {

constexpr Control kControls[] = {{"CKV", "CKV2_AZURE_29"},
                                 {"Mondoo", "mondoo-azure-security-aks-no-kubenet"}};

Verdict judge(const Estate& estate, const Cluster& cluster) {
  return judge_rule(estate, cluster,
                    {.path = "networkProfile/networkPlugin",
                     .good = {"azure", "none"},
                     .good_if_absent = true,
                     .holds = "the network plug-in stays supported",
                     .broken = "the cluster uses kubenet, which is withdrawn on 31 March 2028; all "
                               "nodes are replaced by the change",
                     .options = "--network-plugin azure --network-plugin-mode overlay"});
}

}  // namespace

extern const Check cluster_network_has_a_future;
const Check cluster_network_has_a_future{
    .id = "cluster-network-has-a-future",
    .title = "The cluster's network plug-in stays supported",
    .problem = "The cluster's network plug-in is being withdrawn",
    .severity = Severity::low,
    .why =
        "kubenet is withdrawn on 31 March 2028. To leave it takes an upgrade of the network while "
        "nodes are made anew.",
    .reads = "networkProfile/networkPlugin of the cluster",
    .repair =
        "High risk: all nodes are made anew, and pods get other addresses. az aks update "
        "--network-plugin azure --network-plugin-mode overlay. Needs Contributor on the cluster "
        "and its network.",
    .reference = "https://learn.microsoft.com/azure/aks/configure-kubenet",
    .controls = kControls,
    .features = "F-112",
    .judge = &judge};

}  // namespace acr
