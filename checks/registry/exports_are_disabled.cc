#include <fmt/format.h>

#include "check.h"
#include "compatibility.h"
#include "registry_verdict.h"

namespace acr {

namespace {

constexpr Control kControls[] = {{"Azure Policy", "524b0254-c285-4903-bee6-bb8126cde579"},
                                 {"Mondoo", "mondoo-azure-security-acr-export-policy-disabled"},
                                 {"ACR review checklist", "A01.01"}};

Verdict judge(const Estate& estate, const Registry& registry) {
  if (auto verdict = unless_premium(estate, registry, "export policy")) return *std::move(verdict);
  Verdict verdict = judge_rule(
      estate, registry,
      {.path = "policies/exportPolicy/status",
       .good = {"disabled"},
       .holds = "exports are disabled",
       .broken = "images can be exported; import from this registry fails after the change"},
      {update_command(registry, "--allow-exports false")});
  if (verdict.outcome != Outcome::fail) return verdict;
  return recommend(estate, registry, RegistryFeature::exports_disabled, std::move(verdict));
}

}  // namespace

extern const Check exports_are_disabled;
const Check exports_are_disabled{
    .id = "exports-are-disabled",
    .title = "Images cannot be exported from the registry",
    .problem = "Images can be exported from the registry",
    .severity = Severity::low,
    .why =
        "Who may read the registry can copy whole repositories to a registry or storage account of "
        "another tenant. For images that must not leave, the export policy closes that way.",
    .reads = "policies/exportPolicy and publicNetworkAccess of the registry",
    .repair =
        "Medium risk: az acr import from this registry and export pipelines fail from then on. "
        "Needs Contributor on the registry.",
    .reference = "https://learn.microsoft.com/azure/container-registry/data-loss-prevention",
    .controls = kControls,
    .features = "F-051",
    .judge = &judge};

}  // namespace acr
