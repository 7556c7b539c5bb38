#include <fmt/format.h>

#include "check.h"
#include "registry_verdict.h"
#include "usage_verdict.h"

namespace acr {

namespace {

Verdict judge(const Estate& estate, const Registry& registry) {
  return judge_usage(estate, registry,
                     [](std::string_view name) { return !same_text(name, "Size"); });
}

}  // namespace

extern const Check registry_quotas_have_room;
const Check registry_quotas_have_room{
    .id = "registry-quotas-have-room",
    .title = "The registry's quotas have room left",
    .problem = "A quota of the registry is nearly used up",
    .severity = Severity::low,
    .why =
        "At its limit a registry refuses the next network rule, private endpoint, replica, "
        "webhook, token or cache rule, usually in the middle of somebody's deployment.",
    .reads =
        "the usages of the registry, all but Size, and quota-percent of the policy file (80 unless "
        "it says otherwise)",
    .repair =
        "Low risk: remove entries that nobody needs, merge address ranges, or take a larger tier. "
        "Needs Contributor on the registry.",
    .reference = "https://learn.microsoft.com/azure/container-registry/container-registry-skus",
    .controls = {},
    .features = "B-37",
    .judge = &judge};

}  // namespace acr
