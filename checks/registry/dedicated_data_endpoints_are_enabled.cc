#include <fmt/format.h>

#include "check.h"
#include "registry_verdict.h"

namespace acr {

namespace {

constexpr Control kControls[] = {{"CKV", "CKV_AZURE_237"}};

Verdict judge(const Estate& estate, const Registry& registry) {
  if (auto verdict = unless_premium(estate, registry, "dedicated data endpoints"))
    return *std::move(verdict);
  if (!registry.data_endpoint_enabled)
    return unknown_field(estate, registry, "dataEndpointEnabled");
  const bool on = *registry.data_endpoint_enabled;
  std::vector<Evidence> evidence{
      estate.cite(registry.origin, "dataEndpointEnabled", on ? "true" : "false")};
  if (on)
    return pass("the registry has data endpoints of its own", std::move(evidence), Basis::arm);
  return fail(
      "layers come from *.blob.core.windows.net; after the change firewalls must let the "
      "registry's data hosts through instead",
      std::move(evidence), Basis::arm, {update_command(registry, "--data-endpoint-enabled true")});
}

}  // namespace

extern const Check dedicated_data_endpoints_are_enabled;
const Check dedicated_data_endpoints_are_enabled{
    .id = "dedicated-data-endpoints-are-enabled",
    .title = "Layers come from endpoints of the registry's own",
    .problem = "Layers come from storage that all registries share",
    .severity = Severity::low,
    .why =
        "Without dedicated data endpoints layers come from *.blob.core.windows.net: a firewall "
        "that lets nodes pull lets them write to every storage account in Azure. With them it can "
        "name the registry's hosts alone.",
    .reads = "dataEndpointEnabled of the registry",
    .repair =
        "Medium risk: layers come from other host names from then on "
        "(REGISTRY.REGION.data.azurecr.io), so let those through every firewall first. Needs "
        "Contributor on the registry.",
    .reference =
        "https://learn.microsoft.com/azure/container-registry/"
        "container-registry-dedicated-data-endpoints",
    .controls = kControls,
    .features = "F-040",
    .judge = &judge};

}  // namespace acr
