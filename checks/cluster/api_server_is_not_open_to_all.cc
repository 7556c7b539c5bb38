#include <fmt/format.h>

#include "check.h"
#include "cluster_verdict.h"

namespace acr {

namespace {

constexpr Control kControls[] = {
    {"PSRule", "Azure.AKS.AuthorizedIPs"},
    {"PSRule", "AZR-000030"},
    {"Azure Policy", "0e246bcf-5f6f-4f87-bc6f-775d4712c7ea"},
    {"CKV", "CKV_AZURE_6"},
    {"Trivy", "AZU-0041"},
    {"CloudSploit", "aksApiAuthorizedIpRanges"},
    {"CloudSploit", "aksNetworkExposure"},
    {"Mondoo", "mondoo-azure-security-aks-api-server-authorized-ip-ranges"}};

Verdict judge(const Estate& estate, const Cluster& cluster) {
  if (auto verdict = unless_described(estate, cluster)) return *std::move(verdict);
  const Setting& closed = cluster.settings["apiServerAccessProfile/enablePrivateCluster"];
  const Setting& ranges = cluster.settings["apiServerAccessProfile/authorizedIPRanges"];
  if (!closed.known()) return unknown_setting(estate, cluster, "apiServerAccessProfile");
  if (closed.given() && same_text(closed.value, "true"))
    return pass("the cluster is private", {estate.cite(closed)}, Basis::arm);
  std::vector<Evidence> evidence = together({estate.cite(closed)}, {estate.cite(ranges)});
  if (ranges.given() && ranges.value.contains("0.0.0.0/0"))
    return fail("the authorized ranges hold 0.0.0.0/0, which is everybody", std::move(evidence),
                Basis::arm, {});
  if (ranges.given() && ranges.value != "[]")
    return pass("only authorized ranges reach the API server", std::move(evidence), Basis::arm);
  return fail("the API server is public and answers every network", std::move(evidence), Basis::arm,
              {});
}

}  // namespace

extern const Check api_server_is_not_open_to_all;
const Check api_server_is_not_open_to_all{
    .id = "api-server-is-not-open-to-all",
    .title = "The cluster's API server does not answer every network",
    .problem = "The cluster's API server answers every network",
    .severity = Severity::medium,
    .why =
        "The API server on the internet is one stolen credential or one flaw away from everybody. "
        "A private cluster or a list of networks closes that; one of them is enough.",
    .reads =
        "apiServerAccessProfile of the cluster: enablePrivateCluster and authorizedIPRanges, "
        "together",
    .repair =
        "High risk: whoever is not on the list loses the cluster, pipelines and the nodes' own "
        "outgoing address among them. az aks update --api-server-authorized-ip-ranges sets it. "
        "Needs Contributor on the cluster.",
    .reference = "https://learn.microsoft.com/azure/aks/api-server-authorized-ip-ranges",
    .controls = kControls,
    .features = "F-045",
    .judge = &judge};

}  // namespace acr
