#include <fmt/format.h>

#include "check.h"
#include "log_verdict.h"
#include "registry_verdict.h"

namespace acr {

namespace {

constexpr Control kControls[] = {{"Azure Policy", "56288eb2-4350-461d-9ece-2bb242269dce"},
                                 {"Azure Policy", "9ba29e83-863d-4fec-81d0-16dd87067cc3"},
                                 {"Azure Policy", "106cd3bd-50a1-466c-869f-f9c2d310477b"},
                                 {"Azure Policy", "187242f4-89c6-4c43-9a4e-188c0efacc5f"},
                                 {"azqr", "diagnostics"},
                                 {"APRL", "44107155-7a32-9348-89f3-d5aa7e7c5a1d"},
                                 {"APRL", "d594cde6-4116-d143-a64a-25f63289a2f8"},
                                 {"CloudSploit", "acrLogAnalyticsEnabled"},
                                 {"ACR review checklist", "A03.01"}};

Verdict judge(const Estate& estate, const Registry& registry) {
  return judge_logs(estate, registry.id, fmt::format("registry {}", registry.name),
                    {"ContainerRegistryLoginEvents", "ContainerRegistryRepositoryEvents"},
                    "the registry's");
}

}  // namespace

extern const Check registry_logs_are_kept;
const Check registry_logs_are_kept{
    .id = "registry-logs-are-kept",
    .title = "The registry's logs are kept somewhere",
    .problem = "The registry's logs are kept nowhere",
    .severity = Severity::low,
    .why =
        "Who pulled what, who pushed over a tag, who tried and was refused: the registry knows it "
        "for a moment only. Without a diagnostic setting nobody can answer these questions a day "
        "later.",
    .reads = "the diagnostic settings of the registry",
    .repair =
        "Low risk, and it costs per gigabyte. Send the audit categories to a Log Analytics "
        "workspace, storage account or event hub: az monitor diagnostic-settings create. Needs "
        "Monitoring Contributor on the registry.",
    .reference = "https://learn.microsoft.com/azure/container-registry/monitor-container-registry",
    .controls = kControls,
    .features = "F-067",
    .judge = &judge};

}  // namespace acr
