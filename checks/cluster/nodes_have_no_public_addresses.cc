#include <fmt/format.h>

#include "check.h"
#include "cluster_verdict.h"

namespace acr {

namespace {

constexpr Control kControls[] = {{"CKV", "CKV_AZURE_143"},
                                 {"Azure Community Policy", "82417f79-38c7-4446-ae2c-3c4fd7f06d89"},
                                 {"Prowler", "aks_clusters_created_with_private_nodes"}};

Verdict judge(const Estate& estate, const Cluster& cluster) {
  if (auto verdict = unless_described(estate, cluster)) return *std::move(verdict);
  if (cluster.pools.empty()) return unknown_setting(estate, cluster, "agentPoolProfiles");
  std::vector<Evidence> evidence;
  std::string open;
  for (const NodePool& pool : cluster.pools) {
    evidence.push_back(estate.cite(
        pool.origin, "",
        fmt::format("{}: {}", pool.name,
                    pool.public_addresses ? "public addresses" : "no public addresses")));
    if (pool.public_addresses) open += (open.empty() ? "" : ", ") + pool.name;
  }
  if (open.empty())
    return pass("no pool gives its nodes public addresses", std::move(evidence), Basis::arm);
  return fail(fmt::format("every node of pool {} has a public address", open), std::move(evidence),
              Basis::arm, {});
}

}  // namespace

extern const Check nodes_have_no_public_addresses;
const Check nodes_have_no_public_addresses{
    .id = "nodes-have-no-public-addresses",
    .title = "No node of the cluster has a public address",
    .problem = "Nodes of the cluster have public addresses",
    .severity = Severity::medium,
    .why =
        "Each such node is an address on the internet of its own, one network security rule away "
        "from its kubelet and its SSH. It also goes out with that address, which the registry's "
        "rules then have to name.",
    .reads = "enableNodePublicIP of the cluster's pools",
    .repair =
        "High risk: chosen when a pool is made, so move the pods to a new pool. Needs Contributor "
        "on the cluster.",
    .reference = "https://learn.microsoft.com/azure/aks/use-node-public-ips",
    .controls = kControls,
    .features = "F-045",
    .judge = &judge};

}  // namespace acr
