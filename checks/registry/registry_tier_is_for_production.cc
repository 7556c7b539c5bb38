#include <fmt/format.h>

#include "check.h"
#include "registry_verdict.h"

namespace acr {

namespace {

constexpr Control kControls[] = {{"PSRule", "Azure.ACR.MinSku"},
                                 {"PSRule", "AZR-000006"},
                                 {"azqr", "cr-003"},
                                 {"CKV", "CKV_AZURE_163"}};

Verdict judge(const Estate& estate, const Registry& registry) {
  if (registry.sku.empty()) return unknown_field(estate, registry, "its tier (sku)");
  std::vector<Evidence> evidence{estate.cite(registry.origin, "/sku/name", registry.sku)};
  if (!same_text(registry.sku, "Basic") && !same_text(registry.sku, "Classic"))
    return pass(fmt::format("the registry is {}", registry.sku), std::move(evidence), Basis::arm);
  return fail(fmt::format("the registry is {}, a tier for trying things out", registry.sku),
              std::move(evidence), Basis::arm, {update_command(registry, "--sku Standard")});
}

}  // namespace

extern const Check registry_tier_is_for_production;
const Check registry_tier_is_for_production{
    .id = "registry-tier-is-for-production",
    .title = "The registry is not of the Basic tier",
    .problem = "The registry is of the Basic tier",
    .severity = Severity::low,
    .why =
        "The Basic tier is for trying things out: little storage, the lowest request rates, and "
        "pulls that are turned away with 429 when many nodes start at once.",
    .reads = "sku of the registry",
    .repair =
        "Low risk: the tier changes without interruption, and costs more from that day on. Needs "
        "Contributor on the registry.",
    .reference = "https://learn.microsoft.com/azure/container-registry/container-registry-skus",
    .controls = kControls,
    .features = "F-055",
    .judge = &judge};

}  // namespace acr
