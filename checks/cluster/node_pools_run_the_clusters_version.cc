#include <fmt/format.h>

#include <charconv>
#include <optional>

#include "check.h"
#include "cluster_verdict.h"
#include "estate/command.h"

namespace acr {

namespace {

constexpr Control kControls[] = {{"PSRule", "Azure.AKS.PoolVersion"},
                                 {"PSRule", "AZR-000016"},
                                 {"CloudSploit", "aksAgentVersion"}};

// "1.33.4" -> 33; nullopt where the text is no version.
std::optional<int> minor_of(std::string_view version) {
  if (!version.starts_with("1.")) return std::nullopt;
  int minor = 0;
  const char* begin = version.data() + 2;
  const auto [end, error] = std::from_chars(begin, version.data() + version.size(), minor);
  return error == std::errc() && end != begin ? std::optional(minor) : std::nullopt;
}

Verdict judge(const Estate& estate, const Cluster& cluster) {
  if (auto verdict = unless_described(estate, cluster)) return *std::move(verdict);
  const auto wanted = minor_of(cluster.kubernetes_version);
  if (!wanted || cluster.pools.empty())
    return unknown_setting(estate, cluster, "currentKubernetesVersion and agentPoolProfiles");
  std::vector<Evidence> evidence{
      estate.cite(cluster.origin, "", fmt::format("Kubernetes {}", cluster.kubernetes_version))};
  std::string behind;
  std::vector<std::string> fix;
  for (const NodePool& pool : cluster.pools) {
    const auto version = minor_of(pool.version);
    if (!version)
      return unknown_setting(estate, cluster, fmt::format("the version of pool {}", pool.name));
    evidence.push_back(
        estate.cite(pool.origin, "", fmt::format("{}: Kubernetes {}", pool.name, pool.version)));
    if (*version >= *wanted) continue;
    behind += fmt::format("{}pool {} runs {}", behind.empty() ? "" : ", ", pool.name, pool.version);
    fix.push_back(fmt::format(
        "az aks nodepool upgrade {} --cluster-name {} --name {} --kubernetes-version {}",
        in_group(cluster.id), quote(cluster.name), quote(pool.name),
        quote(cluster.kubernetes_version)));
  }
  if (behind.empty())
    return pass(fmt::format("every pool runs Kubernetes 1.{}", *wanted), std::move(evidence),
                Basis::arm);
  return fail(
      fmt::format("{}, and the control plane {}; the pool's nodes are replaced by the change",
                  behind, cluster.kubernetes_version),
      std::move(evidence), Basis::arm, std::move(fix));
}

}  // namespace

extern const Check node_pools_run_the_clusters_version;
const Check node_pools_run_the_clusters_version{
    .id = "node-pools-run-the-clusters-version",
    .title = "Node pools run the cluster's version of Kubernetes",
    .problem = "A node pool runs an older version of Kubernetes than the cluster",
    .severity = Severity::low,
    .why =
        "Pools that fall behind the control plane miss fixes, and three minor versions behind they "
        "are no longer supported.",
    .reads = "currentKubernetesVersion of the cluster and currentOrchestratorVersion of its pools",
    .repair =
        "Medium risk: the pool's nodes are drained and made anew. Needs Contributor on the "
        "cluster.",
    .reference = "https://learn.microsoft.com/azure/aks/upgrade-aks-cluster",
    .controls = kControls,
    .features = "F-110",
    .judge = &judge};

}  // namespace acr
