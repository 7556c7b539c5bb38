#include <fmt/format.h>

#include "check.h"
#include "estate/command.h"
#include "registry_verdict.h"

namespace acr {

namespace {

constexpr Control kControls[] = {{"Azure Policy", "e9585a95-5b8c-4d03-b193-dc7eb5ac4c32"}};

bool groups_listed(const Estate& estate, const ResourceId& endpoint) {
  return estate.child_list(endpoint, Kind::dns_zone_group) != nullptr;
}

// Only where one zone is there to join: which of several is the right one, people know.
std::vector<std::string> join_zone(const Estate& estate, const PrivateEndpoint& endpoint) {
  const PrivateDnsZone* zone = nullptr;
  for (const PrivateDnsZone& candidate : estate.zones) {
    if (!lower(candidate.name).starts_with("privatelink.azurecr.")) continue;
    if (zone != nullptr) return {};
    zone = &candidate;
  }
  if (zone == nullptr) return {};
  return {fmt::format(
      "az network private-endpoint dns-zone-group create {} --endpoint-name {} --name default "
      "--private-dns-zone {} --zone-name {}",
      in_group(endpoint.id), quote(endpoint.id.name()), quote(zone->id.text()), quote(zone->name))};
}

Verdict judge(const Estate& estate, const Registry& registry) {
  const auto& endpoints = estate.endpoints_of(registry.id);
  if (endpoints.empty()) {
    if (registry.connections && connections_with(registry, "Approved").empty())
      return not_applicable(
          "the registry has no approved private endpoint",
          {estate.cite(registry.origin, "privateEndpointConnections", "none approved")});
    return unknown("the registry's private endpoints are not in the input",
                   {estate.cite(registry.origin, "", registry.name)},
                   {"az network private-endpoint list --output json"});
  }
  std::vector<Evidence> evidence;
  for (const PrivateEndpoint* endpoint : endpoints) {
    evidence.push_back(estate.cite(endpoint->origin, "", std::string(endpoint->id.name())));
    const auto& groups = estate.zone_groups_of(endpoint->id);
    if (!groups.empty()) {
      evidence.push_back(estate.cite(groups.front()->origin, "",
                                     groups.front()->id.name().empty()
                                         ? "a zone group"
                                         : std::string(groups.front()->id.name())));
      continue;
    }
    if (!groups_listed(estate, endpoint->id)) {
      Verdict verdict = unknown_list(estate, endpoint->id,
                                     fmt::format("private endpoint {}", endpoint->id.name()),
                                     Kind::dns_zone_group);
      verdict.evidence = together(std::move(evidence), verdict.evidence);
      return verdict;
    }
    const ChildList* list = estate.child_list(endpoint->id, Kind::dns_zone_group);
    evidence.push_back(estate.cite(list->origin, "", counted(list->count, Kind::dns_zone_group)));
    return fail(fmt::format("private endpoint {} has no DNS zone group", endpoint->id.name()),
                std::move(evidence), Basis::arm, join_zone(estate, *endpoint));
  }
  return pass("every private endpoint has a DNS zone group", std::move(evidence), Basis::arm);
}

}  // namespace

extern const Check private_endpoint_keeps_its_records;
const Check private_endpoint_keeps_its_records{
    .id = "private-endpoint-keeps-its-records",
    .title = "Every private endpoint of the registry keeps its DNS records current",
    .problem = "A private endpoint of the registry leaves its DNS records to people",
    .severity = Severity::low,
    .why =
        "With a DNS zone group Azure writes the endpoint's records, adds those of a new replica "
        "and removes them with the endpoint. Without one somebody has to, and layers stop coming "
        "from a new replica until they do.",
    .reads = "the private DNS zone groups of the registry's private endpoints",
    .repair =
        "Low risk: Azure writes the records that people wrote so far. Needs Private DNS Zone "
        "Contributor on the zone and Network Contributor on the endpoint.",
    .reference =
        "https://learn.microsoft.com/azure/container-registry/container-registry-private-endpoints",
    .controls = kControls,
    .features = "F-030",
    .judge = &judge};

}  // namespace acr
