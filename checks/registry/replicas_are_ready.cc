#include <fmt/format.h>

#include "check.h"
#include "estate/command.h"
#include "registry_verdict.h"

namespace acr {

namespace {

Verdict judge(const Estate& estate, const Registry& registry) {
  if (auto verdict = unless_premium(estate, registry, "geo-replication"))
    return *std::move(verdict);
  std::vector<Evidence> evidence;
  for (const Replication& replica : estate.replications) {
    if (replica.id.parent() != registry.id) continue;
    if (!replica.provisioning_state.empty() &&
        !same_text(replica.provisioning_state, "Succeeded")) {
      return fail(fmt::format("the replica in {} is in state {}", replica.location,
                              replica.provisioning_state),
                  {estate.cite(replica.origin, "provisioningState", replica.provisioning_state)},
                  Basis::arm, {});
    }
    if (!replica.status.empty() && !same_text(replica.status, "Ready")) {
      return fail(
          fmt::format("the replica in {} is not ready: {}{}", replica.location, replica.status,
                      replica.status_message.empty() ? "" : ", " + replica.status_message),
          {estate.cite(replica.origin, "status/displayStatus", replica.status)}, Basis::arm, {});
    }
    if (!replica.region_endpoint_enabled) {
      return fail(fmt::format("no pull is sent to the replica in {}: its endpoint is switched off",
                              replica.location),
                  {estate.cite(replica.origin, "regionEndpointEnabled", "false")}, Basis::arm,
                  {registry_command(registry, "replication update",
                                    fmt::format("--name {} --region-endpoint-enabled true",
                                                quote(replica.id.name())))});
    }
    evidence.push_back(
        estate.cite(replica.origin, "provisioningState",
                    replica.provisioning_state.empty() ? "not shown" : replica.provisioning_state));
  }
  if (evidence.empty()) {
    const ChildList* list = estate.child_list(registry.id, Kind::replication);
    if (list == nullptr) return unknown_list(estate, registry, Kind::replication);
    return not_applicable("the registry has no replicas",
                          {estate.cite(list->origin, "", counted(list->count, Kind::replication))});
  }
  return pass("every replica is ready", std::move(evidence), Basis::arm);
}

}  // namespace

extern const Check replicas_are_ready;
const Check replicas_are_ready{
    .id = "replicas-are-ready",
    .title = "Every replica of the registry is ready and serves its region",
    .problem = "A replica of the registry is not ready or serves nobody",
    .severity = Severity::medium,
    .why =
        "A replica that is still syncing or failed answers with yesterday's images, or not at all; "
        "one whose endpoint is switched off costs money and serves nobody.",
    .reads =
        "the replications of the registry: provisioningState, status and regionEndpointEnabled",
    .repair =
        "Low risk: switch the replica's endpoint on, or remove a failed replica and make it anew. "
        "Needs Contributor on the registry.",
    .reference =
        "https://learn.microsoft.com/azure/container-registry/container-registry-geo-replication",
    .controls = {},
    .features = "F-102 B-32",
    .judge = &judge};

}  // namespace acr
