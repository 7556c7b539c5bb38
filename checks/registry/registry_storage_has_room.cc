#include <fmt/format.h>

#include "check.h"
#include "registry_verdict.h"
#include "usage_verdict.h"

namespace acr {

namespace {

constexpr Control kControls[] = {{"PSRule", "Azure.ACR.Usage"}, {"PSRule", "AZR-000001"}};

Verdict judge(const Estate& estate, const Registry& registry) {
  return judge_usage(estate, registry,
                     [](std::string_view name) { return same_text(name, "Size"); });
}

}  // namespace

extern const Check registry_storage_has_room;
const Check registry_storage_has_room{
    .id = "registry-storage-has-room",
    .title = "The registry's images fit into the storage of its tier",
    .problem = "The registry's images nearly fill or exceed the storage of its tier",
    .severity = Severity::low,
    .why =
        "Beyond the storage that the tier includes every gigabyte is charged on top, and at the "
        "tier's limit pushes fail. Most of it is usually untagged manifests.",
    .reads =
        "the usages of the registry: Size, and quota-percent of the policy file (80 unless it says "
        "otherwise)",
    .repair =
        "Low risk: remove what nobody pulls (az acr run with acr purge, or the retention policy), "
        "or take a larger tier. Needs Contributor on the registry.",
    .reference = "https://learn.microsoft.com/azure/container-registry/container-registry-storage",
    .controls = kControls,
    .features = "F-069",
    .judge = &judge};

}  // namespace acr
