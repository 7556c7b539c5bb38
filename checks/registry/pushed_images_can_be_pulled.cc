#include <fmt/format.h>

#include "check.h"
#include "estate/command.h"
#include "registry_verdict.h"

namespace acr {

namespace {

Verdict judge(const Estate& estate, const Registry& registry) {
  return judge_rule(estate, registry,
                    {.path = "policies/quarantinePolicy/status",
                     .good = {"disabled"},
                     .good_if_absent = true,
                     .holds = "no image waits in quarantine",
                     .broken = "every pushed image waits in quarantine until it is released; after "
                               "the change those that wait can be pulled"},
                    {fmt::format("az resource update --ids {} --api-version 2025-11-01 --set "
                                 "properties.policies.quarantinePolicy.status=disabled",
                                 quote(registry.id.text()))});
}

}  // namespace

extern const Check pushed_images_can_be_pulled;
const Check pushed_images_can_be_pulled{
    .id = "pushed-images-can-be-pulled",
    .title = "Images can be pulled as soon as they are pushed",
    .problem = "Pushed images stay in quarantine until somebody releases them",
    .severity = Severity::medium,
    .why =
        "With the quarantine policy on, a pushed image cannot be pulled with AcrPull until a "
        "scanner with the quarantine writer's role releases it. Where nobody set such a scanner "
        "up, every new image fails with \"not found\"; and Defender does not scan what is in "
        "quarantine.",
    .reads = "policies/quarantinePolicy of the registry",
    .repair =
        "Medium risk: images that were not released become pullable. Keep the policy on only where "
        "a scanner releases images. Needs Contributor on the registry.",
    .reference = "https://github.com/Azure/acr/tree/main/docs/preview/quarantine",
    .controls = {},
    .features = "F-063",
    .judge = &judge};

}  // namespace acr
