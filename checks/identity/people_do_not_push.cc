#include <fmt/format.h>

#include "check.h"
#include "holder_verdict.h"

namespace acr {

namespace {

constexpr Control kControls[] = {{"CIS AKS", "5.1.2"}, {"Kubescape", "C-0251"}};

Verdict judge(const Estate& estate, const Registry& registry) {
  return judge_holders(estate, registry, kPushRight, "User", "person", "people");
}

}  // namespace

extern const Check people_do_not_push;
const Check people_do_not_push{
    .id = "people-do-not-push",
    .title = "Images are pushed by pipelines, not by people",
    .problem = "People may push images to the registry",
    .severity = Severity::low,
    .why =
        "An image that a person pushes from a laptop went through no review and no scan, and it "
        "replaces what clusters pull next. People need to read; pipelines push.",
    .reads =
        "the role assignments on the registry and above that permit pushing, by what their roles "
        "permit. Groups are not looked into, and Owner and Contributor of a whole subscription are "
        "left out: they hold every right there is",
    .repair =
        "Medium risk: people who push by hand fail from then on; give them a group with "
        "time-limited access. Needs Owner or User Access Administrator on the scope.",
    .reference =
        "https://learn.microsoft.com/azure/container-registry/"
        "container-registry-rbac-built-in-roles-overview",
    .controls = kControls,
    .features = "F-006",
    .judge = &judge};

}  // namespace acr
