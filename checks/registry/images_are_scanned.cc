#include <fmt/format.h>

#include "check.h"
#include "defender_verdict.h"
#include "estate/command.h"
#include "registry_verdict.h"

namespace acr {

namespace {

constexpr Control kControls[] = {
    {"PSRule", "Azure.ACR.ContainerScan"},
    {"PSRule", "AZR-000002"},
    {"CKV", "CKV_AZURE_86"},
    {"CIS AKS", "5.1.1"},
    {"Kubescape", "C-0243"},
    {"ACR review checklist", "A04.04"},
    {"AKS review checklist", "04.01.05"},
    {"AzTS", "Azure_ContainerRegistry_Config_Enable_Security_Scanning"},
    {"Azure Policy", "c25d9a16-bc35-4e15-a7e5-9db606bf9ed4"},
    {"Azure Policy", "d3d1e68e-49d4-4b56-acff-93cef644b432"}};

Verdict judge(const Estate& estate, const Registry& registry) {
  const std::string_view subscription = registry.id.subscription();
  const DefenderPlan* plan = containers_plan(estate, subscription);
  if (plan == nullptr)
    return unknown_list(estate, ResourceId(fmt::format("/subscriptions/{}", subscription)),
                        fmt::format("subscription {}", subscription), Kind::defender_plan);
  std::vector<Evidence> evidence{estate.cite(plan->origin, "pricingTier", plan->tier)};
  if (!same_text(plan->tier, "Standard"))
    return fail(
        "Defender for Containers is off in the registry's subscription", std::move(evidence),
        Basis::arm,
        {fmt::format(
            "az security pricing create --subscription {} --name Containers --tier Standard",
            quote(subscription))});
  for (const DefenderPlan::Extension& extension : plan->extensions) {
    if (!same_text(extension.name, "ContainerRegistriesVulnerabilityAssessments") ||
        extension.enabled)
      continue;
    evidence.push_back(estate.cite(plan->origin, "extensions", extension.name + " off"));
    return fail(
        "Defender for Containers is on, but its scan of registries is switched off",
        std::move(evidence), Basis::arm,
        {fmt::format(
            "az security pricing create --subscription {} --name Containers --tier Standard "
            "--extensions name=ContainerRegistriesVulnerabilityAssessments isEnabled=True",
            quote(subscription))});
  }
  return pass("Defender for Containers is on in the registry's subscription", std::move(evidence),
              Basis::arm);
}

}  // namespace

extern const Check images_are_scanned;
const Check images_are_scanned{
    .id = "images-are-scanned",
    .title = "Defender scans the registry's images",
    .problem = "Nobody known scans the registry's images",
    .severity = Severity::medium,
    .why =
        "An image is as old as its oldest library. Without a scanner nobody learns that one they "
        "run has a hole everybody else knows about. The tier of the registry has nothing to do "
        "with it.",
    .reads = "the Defender for Containers plan of the registry's subscription",
    .repair =
        "Low risk, and it costs per image and node. The plan holds for the whole subscription; "
        "another scanner may serve as well, and this check does not see it. Needs Security Admin "
        "on the subscription.",
    .reference =
        "https://learn.microsoft.com/azure/defender-for-cloud/defender-for-containers-introduction",
    .controls = kControls,
    .features = "F-065",
    .judge = &judge};

}  // namespace acr
