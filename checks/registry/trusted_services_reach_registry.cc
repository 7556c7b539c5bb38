#include <fmt/format.h>

#include "check.h"
#include "compatibility.h"
#include "defender_verdict.h"
#include "registry_verdict.h"

namespace acr {

namespace {

constexpr Control kControls[] = {
    {"CloudSploit", "acrTrustedServiceEnabled"},
    {"Azure Community Policy", "87d66c96-5b33-48cf-bc41-c1356bb565dc"}};

Verdict judge(const Estate& estate, const Registry& registry) {
  const Setting& bypass = registry.settings["networkRuleBypassOptions"];
  Exposure exposure = exposure_of(estate, registry);
  if (exposure.state == Exposure::State::open)
    return not_applicable("no network rules keep anybody out", std::move(exposure.evidence));
  if (exposure.state == Exposure::State::unknown)
    return unknown_field(estate, registry, "publicNetworkAccess and networkRuleSet");
  if (!bypass.known()) return unknown_field(estate, registry, "networkRuleBypassOptions");
  std::vector<Evidence> evidence = together(std::move(exposure.evidence), {estate.cite(bypass)});
  const bool off = bypass.given() && same_text(bypass.value, "None");
  if (!off)
    return pass("trusted services get past the network rules", std::move(evidence), Basis::arm);
  const DefenderPlan* plan = containers_plan(estate, registry.id.subscription());
  if (plan == nullptr)
    return unknown_list(
        estate, ResourceId(fmt::format("/subscriptions/{}", registry.id.subscription())),
        fmt::format("subscription {}", registry.id.subscription()), Kind::defender_plan);
  evidence.push_back(estate.cite(plan->origin, "pricingTier", plan->tier));
  if (!same_text(plan->tier, "Standard"))
    return pass(
        "trusted services are kept out, and Defender for Containers, which would need them, is off",
        std::move(evidence), Basis::arm);
  return recommend(estate, registry, RegistryFeature::trusted_services,
                   fail("Defender for Containers is on and cannot read the registry: its network "
                        "rules keep trusted services out",
                        std::move(evidence), Basis::arm,
                        {update_command(registry, "--allow-trusted-services true")}));
}

}  // namespace

extern const Check trusted_services_reach_registry;
const Check trusted_services_reach_registry{
    .id = "trusted-services-reach-registry",
    .title = "Azure services that need the registry get past its network rules",
    .problem = "An Azure service that needs the registry is kept out by its network rules",
    .severity = Severity::low,
    .why =
        "Defender scans images from Microsoft's own network. Where network rules keep it out and "
        "the exception for trusted services is off, nothing is scanned and nobody is told. Where "
        "no such service is in use, the exception is better off.",
    .reads =
        "networkRuleBypassOptions and the network rules of the registry, and the Defender plan of "
        "its subscription",
    .repair =
        "Low risk: lets a fixed list of Azure services in, each still with its own identity and "
        "role. Needs Contributor on the registry.",
    .reference =
        "https://learn.microsoft.com/azure/container-registry/allow-access-trusted-services",
    .controls = kControls,
    .features = "F-038",
    .judge = &judge};

}  // namespace acr
