#include <fmt/format.h>

#include "check.h"
#include "registry_verdict.h"

namespace acr {

namespace {

constexpr Control kControls[] = {
    {"Azure Policy", "0fdf0491-d080-4575-b627-ad0e843cba0f"},
    {"Azure Policy", "a3701552-92ea-433e-9d17-33b7f1208fc9"},
    {"CKV", "CKV_AZURE_139"},
    {"Prowler", "containerregistry_not_publicly_accessible"},
    {"CloudSploit", "acrPublicAccess"},
    {"Steampipe", "container_registry_public_network_access_disabled"},
    {"Mondoo", "mondoo-azure-security-acr-public-access-disabled"},
    {"AzTS", "Azure_ContainerRegistry_NetSec_Dont_Allow_Public_Network_Access"},
    {"ACR review checklist", "A04.02"},
    {"MCSB", "NS-2"}};

Verdict judge(const Estate& estate, const Registry& registry) {
  if (auto verdict = unless_premium(estate, registry, "private endpoints"))
    return *std::move(verdict);
  if (!registry.public_network_access)
    return unknown_field(estate, registry, "publicNetworkAccess");
  const bool enabled = *registry.public_network_access;
  std::vector<Evidence> evidence{
      estate.cite(registry.origin, "publicNetworkAccess", enabled ? "Enabled" : "Disabled")};
  if (!enabled) return pass("public network access is disabled", std::move(evidence), Basis::arm);
  if (!registry.connections) return unknown_field(estate, registry, "privateEndpointConnections");
  const std::size_t approved = connections_with(registry, "Approved").size();
  evidence.push_back(estate.cite(registry.origin, "privateEndpointConnections",
                                 fmt::format("{} approved", approved)));
  std::string lost;
  if (registry.network_rules && same_text(registry.network_rules->default_action, "Deny"))
    lost = fmt::format(
        ", and network rules ({} shown) would no longer count",
        registry.network_rules->ip_rules.size() + registry.network_rules->subnet_rules.size());
  if (approved == 0)
    return fail(fmt::format("public network access is enabled; to disable it now would cut off "
                            "every client, because no private endpoint is approved{}",
                            lost),
                std::move(evidence), Basis::arm, {});
  return fail(fmt::format("public network access is enabled; to disable it cuts off clients that "
                          "do not come by a private endpoint ({} approved){}",
                          approved, lost),
              std::move(evidence), Basis::arm,
              {update_command(registry, "--public-network-enabled false")});
}

}  // namespace

extern const Check registry_has_no_public_endpoint;
const Check registry_has_no_public_endpoint{
    .id = "registry-has-no-public-endpoint",
    .title = "The registry is reached by private endpoints only",
    .problem = "The registry has a public endpoint",
    .severity = Severity::low,
    .why =
        "Network rules still leave an endpoint on the internet that they guard. With public access "
        "disabled there is none, and a rule that is too wide lets nobody in.",
    .reads = "publicNetworkAccess, privateEndpointConnections and networkRuleSet of the registry",
    .repair =
        "High risk: every client without a private endpoint fails from then on, and network rules "
        "no longer count. Make the private endpoint, its DNS zone and the links first; acr-doctor "
        "why shows whether nodes use it. Needs Contributor on the registry.",
    .reference =
        "https://learn.microsoft.com/azure/container-registry/container-registry-private-endpoints",
    .controls = kControls,
    .features = "F-035 B-46",
    .judge = &judge};

}  // namespace acr
