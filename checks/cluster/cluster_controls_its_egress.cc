#include <fmt/format.h>

#include "check.h"
#include "cluster_verdict.h"

namespace acr {

namespace {

constexpr Control kControls[] = {{"azqr", "aks-012"},
                                 {"Azure Community Policy", "a6c3dde3-4f8a-4f50-903f-5baeffef93ca"},
                                 {"AKS review checklist", "06.07.01"}};

Verdict judge(const Estate& estate, const Cluster& cluster) {
  return judge_rule(
      estate, cluster,
      {
          .path = "networkProfile/outboundType",
          .good = {"userDefinedRouting", "none", "block"},
          .good_if_absent = false,
          .holds = "nodes reach the internet by the network's own routes, or not at all",
          .broken = "nodes reach the internet without a firewall of your own between",
      });
}

}  // namespace

extern const Check cluster_controls_its_egress;
const Check cluster_controls_its_egress{
    .id = "cluster-controls-its-egress",
    .title = "The cluster reaches the internet by a way that is controlled, or not at all",
    .problem = "The cluster's nodes reach all of the internet",
    .severity = Severity::low,
    .why =
        "By default nodes reach every address there is, and what breaks out of a pod may too. "
        "Routes through a firewall, or an isolated cluster, limit that to what the cluster needs.",
    .reads =
        "networkProfile/outboundType of the cluster: userDefinedRouting, none and block are right",
    .repair =
        "High risk: nodes that lose a host they need stop pulling. Let what AKS and the registry "
        "need through the firewall first. Needs Contributor on the cluster and its network.",
    .reference = "https://learn.microsoft.com/azure/aks/egress-outboundtype",
    .controls = kControls,
    .features = "F-046",
    .judge = &judge};

}  // namespace acr
