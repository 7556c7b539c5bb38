#include <fmt/format.h>

#include "check.h"
#include "cluster_verdict.h"

namespace acr {

namespace {

constexpr Control kControls[] = {
    {"Mondoo", "mondoo-azure-security-aks-private-cluster-public-fqdn-disabled"}};

Verdict judge(const Estate& estate, const Cluster& cluster) {
  if (auto verdict = unless_described(estate, cluster)) return *std::move(verdict);
  const Setting& closed = cluster.settings["apiServerAccessProfile/enablePrivateCluster"];
  const Setting& named = cluster.settings["apiServerAccessProfile/enablePrivateClusterPublicFQDN"];
  if (!closed.known()) return unknown_setting(estate, cluster, "apiServerAccessProfile");
  if (!closed.given() || !same_text(closed.value, "true"))
    return not_applicable("the cluster is not private", {estate.cite(closed)});
  std::vector<Evidence> evidence = together({estate.cite(closed)}, {estate.cite(named)});
  // ARM gives a private cluster the public name unless told otherwise.
  if (named.given() && same_text(named.value, "false"))
    return pass("the cluster's name is in the private zone only", std::move(evidence), Basis::arm);
  return fail(
      "public DNS tells the private cluster's address; people whose resolver does not know the "
      "private zone lose the cluster after the change",
      std::move(evidence), Basis::arm, {update_command(cluster, "--disable-public-fqdn")});
}

}  // namespace

extern const Check private_cluster_has_no_public_name;
const Check private_cluster_has_no_public_name{
    .id = "private-cluster-has-no-public-name",
    .title = "The private cluster's name is not in public DNS",
    .problem = "The private cluster's name is in public DNS",
    .severity = Severity::low,
    .why =
        "The public name of a private cluster tells everybody its private address. It serves "
        "people whose resolver does not know the private zone.",
    .reads = "apiServerAccessProfile/enablePrivateClusterPublicFQDN of the cluster",
    .repair =
        "Medium risk: whoever resolves the cluster by public DNS loses it. Needs Contributor on "
        "the cluster.",
    .reference = "https://learn.microsoft.com/azure/aks/private-clusters",
    .controls = kControls,
    .features = "F-045",
    .judge = &judge};

}  // namespace acr
