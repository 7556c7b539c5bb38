#include <fmt/format.h>

#include "check.h"
#include "cluster_verdict.h"
#include "compatibility.h"
#include "estate/command.h"
#include "registry_verdict.h"

namespace acr {

namespace {

Verdict judge(const Estate& estate, const Attachment& attachment) {
  const Registry& registry = *attachment.registry;
  const Cluster& cluster = *attachment.cluster;
  if (auto verdict = unless_described(estate, cluster)) return *std::move(verdict);
  if (registry.location.empty()) return unknown_field(estate, registry, "its location");
  std::vector<Evidence> evidence{estate.cite(cluster.origin, "/location", cluster.location),
                                 estate.cite(registry.origin, "/location", registry.location)};
  if (cluster.location == registry.location)
    return pass(fmt::format("registry and cluster are in {}", registry.location),
                std::move(evidence), Basis::arm);
  if (auto verdict = unless_premium(estate, registry, "replica to put near the cluster")) {
    verdict->evidence = together(std::move(evidence), verdict->evidence);
    return *std::move(verdict);
  }
  for (const Replication& replica : estate.replications) {
    if (replica.id.parent() != registry.id || replica.location != cluster.location) continue;
    evidence.push_back(estate.cite(replica.origin, "/location", replica.location));
    return pass(fmt::format("the registry has a replica in {}", replica.location),
                std::move(evidence), Basis::arm);
  }
  const ChildList* list = estate.child_list(registry.id, Kind::replication);
  if (list == nullptr) {
    Verdict verdict = unknown_list(estate, registry, Kind::replication);
    verdict.evidence = together(std::move(evidence), verdict.evidence);
    return verdict;
  }
  evidence.push_back(estate.cite(list->origin, "", counted(list->count, Kind::replication)));
  return recommend(estate, registry, RegistryFeature::geo_replication,
                   fail(fmt::format("cluster {} is in {}, and the registry has no copy there",
                                    cluster.name, cluster.location),
                        std::move(evidence), Basis::arm,
                        {registry_command(registry, "replication create",
                                          fmt::format("--location {}", quote(cluster.location)))}));
}

}  // namespace

extern const Check registry_is_near_cluster;
const Check registry_is_near_cluster{
    .id = "registry-is-near-cluster",
    .title = "The registry has a copy in the cluster's region",
    .problem = "The cluster pulls from another region",
    .severity = Severity::low,
    .why =
        "Every pull from another region is slower, is paid for as traffic between regions, and "
        "stops when either region has trouble.",
    .reads = "the regions of the cluster, of the registry and of its replicas",
    .repair =
        "Low risk: the replica fills in the background and costs as much as the registry. Where "
        "private endpoints are in use, their zone needs the new region's data record. Needs "
        "Contributor on the registry.",
    .reference =
        "https://learn.microsoft.com/azure/container-registry/container-registry-geo-replication",
    .controls = {},
    .features = "F-058",
    .judge = &judge};

}  // namespace acr
