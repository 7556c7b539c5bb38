#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "check.h"
#include "estate/command.h"
#include "registry_verdict.h"

namespace acr {

namespace {

constexpr Control kControls[] = {{"az acr check-health", "VNET-2"}};

Verdict judge(const Estate& estate, const Registry& registry) {
  if (!registry.connections) return unknown_field(estate, registry, "privateEndpointConnections");
  const auto approved = connections_with(registry, "Approved");
  if (approved.size() < 2)
    return not_applicable("the registry has fewer than two approved private endpoints",
                          {estate.cite(registry.origin, "privateEndpointConnections",
                                       fmt::format("{} approved", approved.size()))});
  std::vector<Evidence> evidence;
  std::map<ResourceId, const PrivateEndpoint*> by_network;
  for (const EndpointConnection* connection : approved) {
    const auto& known = estate.endpoints_of(registry.id);
    const auto found = std::ranges::find_if(known, [&](const PrivateEndpoint* endpoint) {
      return endpoint->id == connection->private_endpoint;
    });
    if (found == known.end())
      return unknown(
          fmt::format("private endpoint {} is not in the input, so its network is not known",
                      connection->private_endpoint.name()),
          {estate.cite(connection->origin, "privateEndpoint/id",
                       connection->private_endpoint.text())},
          {fmt::format("az network private-endpoint list --subscription {} --output json",
                       quote(connection->private_endpoint.subscription()))});
    evidence.push_back(estate.cite((*found)->origin, "subnet/id", (*found)->subnet.text()));
    const auto [place, is_new] = by_network.emplace((*found)->subnet.parent(), *found);
    if (!is_new)
      return fail(fmt::format("private endpoints {} and {} of the registry are both in VNet {}",
                              place->second->id.name(), (*found)->id.name(),
                              (*found)->subnet.parent().name()),
                  std::move(evidence), Basis::arm, {});
  }
  return pass(fmt::format("the registry's {} private endpoints are in networks of their own",
                          approved.size()),
              std::move(evidence), Basis::arm);
}

}  // namespace

extern const Check network_has_one_endpoint_of_registry;
const Check network_has_one_endpoint_of_registry{
    .id = "network-has-one-endpoint-of-registry",
    .title = "No virtual network holds two private endpoints of the registry",
    .problem = "A virtual network holds two private endpoints of the registry",
    .severity = Severity::low,
    .why =
        "Both endpoints write the same names into the network's private zone, and the last one "
        "wins. When that one is removed, the records go with it, and pulls stop although the other "
        "endpoint is there.",
    .reads = "the private endpoints of the registry and their subnets",
    .repair =
        "Medium risk: remove the endpoint whose addresses the private zone does not hold, then "
        "look at the records again. Needs Network Contributor.",
    .reference =
        "https://learn.microsoft.com/azure/container-registry/container-registry-private-endpoints",
    .controls = kControls,
    .features = "F-029 B-12",
    .judge = &judge};

}  // namespace acr
