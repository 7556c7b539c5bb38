#include <fmt/format.h>

#include "check.h"
#include "compatibility.h"
#include "estate/command.h"
#include "registry_verdict.h"

namespace acr {

namespace {

constexpr Control kControls[] = {{"PSRule", "Azure.ACR.GeoReplica"},
                                 {"PSRule", "AZR-000004"},
                                 {"APRL", "36ea6c09-ef6e-d743-9cfb-bd0c928a430b"},
                                 {"CKV", "CKV_AZURE_165"},
                                 {"Steampipe", "container_registry_geo_replication_enabled"},
                                 {"boxboat", "DR-7"},
                                 {"AKS review checklist", "02.02.05"}};

Verdict judge(const Estate& estate, const Registry& registry) {
  if (auto verdict = unless_premium(estate, registry, "geo-replication"))
    return *std::move(verdict);
  Presence replicas = presence_of(estate, registry, RegistryFeature::geo_replication);
  if (replicas.has == Tri::unknown) return unknown_list(estate, registry, Kind::replication);
  if (replicas.has == Tri::yes)
    return pass("the registry has a replica in another region", std::move(replicas.evidence),
                Basis::arm);
  std::vector<std::string> fix;
  std::string where;
  for (const Cluster& cluster : estate.clusters) {
    if (cluster.location.empty() || cluster.location == registry.location) continue;
    where = cluster.location;
    replicas.evidence.push_back(estate.cite(cluster.origin, "/location", cluster.location));
    fix.push_back(registry_command(registry, "replication create",
                                   fmt::format("--location {}", quote(where))));
    break;
  }
  return recommend(
      estate, registry, RegistryFeature::geo_replication,
      fail(fmt::format("the registry is in {} only{}", registry.location,
                       where.empty() ? "" : fmt::format(", and cluster nodes are in {}", where)),
           std::move(replicas.evidence), Basis::arm, std::move(fix)));
}

}  // namespace

extern const Check registry_is_geo_replicated;
const Check registry_is_geo_replicated{
    .id = "registry-is-geo-replicated",
    .title = "The registry has a replica in another region",
    .problem = "The registry is in one region only",
    .severity = Severity::low,
    .why =
        "When the region of the only copy fails, no cluster anywhere pulls: not even one in a "
        "healthy region that wants to scale out. A replica also saves pulls from crossing regions.",
    .reads = "the replications of the registry",
    .repair =
        "Low risk: the replica fills in the background; each replica costs as much as the "
        "registry. Where private endpoints are in use, their zone needs the new region's data "
        "record. Needs Contributor on the registry.",
    .reference =
        "https://learn.microsoft.com/azure/container-registry/container-registry-geo-replication",
    .controls = kControls,
    .features = "F-056",
    .judge = &judge};

}  // namespace acr
