#include <fmt/format.h>

#include "check.h"
#include "holder_verdict.h"

namespace acr {

namespace {

constexpr Control kControls[] = {{"CIS AKS", "5.1.2"}, {"Kubescape", "C-0251"}};

Verdict judge(const Estate& estate, const Registry& registry) {
  return judge_holders(estate, registry, kDeleteRight, "ServicePrincipal", "application",
                       "applications");
}

}  // namespace

extern const Check applications_do_not_delete;
const Check applications_do_not_delete{
    .id = "applications-do-not-delete",
    .title = "No application may delete the registry's images",
    .problem = "An application may delete the registry's images",
    .severity = Severity::low,
    .why =
        "A pipeline that pushes needs no right to delete: with it one wrong purge or one stolen "
        "secret takes the images that run in production. Cleaning up belongs to the retention "
        "policy or to an identity that does nothing else.",
    .reads =
        "the role assignments on the registry and above that permit deleting, by what their roles "
        "permit. Groups are not looked into, and Owner and Contributor of a whole subscription are "
        "left out: they hold every right there is",
    .repair =
        "Medium risk: a clean-up job that uses this identity fails from then on. Needs Owner or "
        "User Access Administrator on the scope.",
    .reference =
        "https://learn.microsoft.com/azure/container-registry/"
        "container-registry-rbac-built-in-roles-overview",
    .controls = kControls,
    .features = "F-006",
    .judge = &judge};

}  // namespace acr
