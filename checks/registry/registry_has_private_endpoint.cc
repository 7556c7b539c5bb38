#include <fmt/format.h>

#include "check.h"
#include "compatibility.h"
#include "registry_verdict.h"

namespace acr {

namespace {

constexpr Control kControls[] = {{"Azure Policy", "e8eef0a8-67cf-4eb4-9386-14b0e78733d4"},
                                 {"Azure Policy", "d85c6833-7d33-4cf5-a915-aaa2de84405f"},
                                 {"azqr", "cr-004"},
                                 {"Prowler", "containerregistry_uses_private_link"},
                                 {"Steampipe", "container_registry_uses_private_link"},
                                 {"Mondoo", "mondoo-azure-security-acr-private-endpoints"},
                                 {"boxboat", "IMG-6"},
                                 {"ACR review checklist", "A04.01"},
                                 {"AKS review checklist", "06.02.01"},
                                 {"MCSB", "NS-2"}};

Verdict judge(const Estate& estate, const Registry& registry) {
  if (auto verdict = unless_premium(estate, registry, "private endpoints"))
    return *std::move(verdict);
  if (!registry.connections) return unknown_field(estate, registry, "privateEndpointConnections");
  const auto approved = connections_with(registry, "Approved");
  if (!approved.empty())
    return pass(
        fmt::format("private endpoint {} is approved", approved.front()->private_endpoint.name()),
        {estate.cite(approved.front()->origin, "privateLinkServiceConnectionState/status",
                     "Approved")},
        Basis::arm);
  const std::size_t others = registry.connections->size();
  std::vector<Evidence> evidence{estate.cite(registry.origin, "privateEndpointConnections",
                                             fmt::format("{} connections, none approved", others))};
  return recommend(
      estate, registry, RegistryFeature::private_endpoint,
      fail(others == 0
               ? std::string("the registry has no private endpoint")
               : fmt::format("none of {} private endpoint connections is approved: the first is {}",
                             others, registry.connections->front().status),
           std::move(evidence), Basis::arm, {}));
}

}  // namespace

extern const Check registry_has_private_endpoint;
const Check registry_has_private_endpoint{
    .id = "registry-has-private-endpoint",
    .title = "The registry has an approved private endpoint",
    .problem = "The registry has no approved private endpoint",
    .severity = Severity::low,
    .why =
        "Over a private endpoint pulls stay inside the virtual network, and the registry can do "
        "without a public one. A connection that waits for approval, or was rejected, is as good "
        "as none.",
    .reads = "privateEndpointConnections of the registry",
    .repair =
        "Medium risk: once the registry has a private endpoint, every network whose private zone "
        "lacks its records resolves a name that does not exist. Make the endpoint with its DNS "
        "zone group and link the zone to the clusters' networks. Needs Network Contributor on the "
        "subnet and Contributor on the registry.",
    .reference =
        "https://learn.microsoft.com/azure/container-registry/container-registry-private-endpoints",
    .controls = kControls,
    .features = "F-026 F-027",
    .judge = &judge};

}  // namespace acr
