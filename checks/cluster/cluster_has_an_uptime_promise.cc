#include <fmt/format.h>

#include "check.h"
#include "cluster_verdict.h"

namespace acr {

namespace {

constexpr Control kControls[] = {{"PSRule", "Azure.AKS.UptimeSLA"},
                                 {"PSRule", "AZR-000285"},
                                 {"CKV", "CKV_AZURE_170"},
                                 {"azqr", "aks-003"}};

Verdict judge(const Estate& estate, const Cluster& cluster) {
  return judge_rule(estate, cluster,
                    {.path = "sku/tier",
                     .good = {"Standard", "Premium", "Paid"},
                     .good_if_absent = false,
                     .holds = "the cluster's tier promises uptime",
                     .broken = "the cluster is of the Free tier",
                     .options = "--tier standard"});
}

}  // namespace

extern const Check cluster_has_an_uptime_promise;
const Check cluster_has_an_uptime_promise{
    .id = "cluster-has-an-uptime-promise",
    .title = "The cluster's tier promises that the API server is there",
    .problem = "The cluster's tier promises nothing",
    .severity = Severity::low,
    .why =
        "On the Free tier the API server has neither a promised uptime nor room for many nodes. "
        "When it is away nothing is scheduled, and nothing new is pulled.",
    .reads = "sku of the cluster",
    .repair =
        "Low risk: the tier changes without interruption, and costs per hour. Needs Contributor on "
        "the cluster.",
    .reference = "https://learn.microsoft.com/azure/aks/free-standard-pricing-tiers",
    .controls = kControls,
    .features = "F-113",
    .judge = &judge};

}  // namespace acr
