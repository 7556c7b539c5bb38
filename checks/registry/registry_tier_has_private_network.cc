#include <fmt/format.h>

#include "check.h"
#include "registry_verdict.h"

namespace acr {

namespace {

constexpr Control kControls[] = {{"Azure Policy", "bd560fc0-3c69-498a-ae9f-aa8eb7de0e13"},
                                 {"ACR review checklist", "A04.03"},
                                 {"APRL", "eb005943-40a8-194b-9db2-474d430046b7"},
                                 {"MCSB", "NS-2"}};

Verdict judge(const Estate& estate, const Registry& registry) {
  if (registry.sku.empty()) return unknown_field(estate, registry, "its tier (sku)");
  std::vector<Evidence> evidence{estate.cite(registry.origin, "/sku/name", registry.sku)};
  if (same_text(registry.sku, "Premium"))
    return pass("the registry is Premium", std::move(evidence), Basis::arm);
  return fail(fmt::format("a {} registry can have neither private endpoints nor network rules",
                          registry.sku),
              std::move(evidence), Basis::arm, {update_command(registry, "--sku Premium")});
}

}  // namespace

extern const Check registry_tier_has_private_network;
const Check registry_tier_has_private_network{
    .id = "registry-tier-has-private-network",
    .title = "The registry has the tier for private networking",
    .problem = "The registry's tier has no private networking",
    .severity = Severity::low,
    .why =
        "Private endpoints, network rules, geo-replication, customer-managed keys and retention "
        "exist in the Premium tier only. A registry of another tier is open to every network, and "
        "no setting changes that.",
    .reads = "sku of the registry",
    .repair =
        "Low risk: the tier changes without interruption, and costs more from that day on. Needs "
        "Contributor on the registry.",
    .reference = "https://learn.microsoft.com/azure/container-registry/container-registry-skus",
    .controls = kControls,
    .features = "F-039",
    .judge = &judge};

}  // namespace acr
