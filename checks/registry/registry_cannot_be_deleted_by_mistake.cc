#include <fmt/format.h>

#include "check.h"
#include "estate/command.h"
#include "registry_verdict.h"

namespace acr {

namespace {

constexpr Control kControls[] = {{"KICS", "a187ac47"}, {"Terrascan", "AC_AZURE_0185"}};

Verdict judge(const Estate& estate, const Registry& registry) {
  bool near = false;
  for (const ResourceLock& lock : estate.locks) {
    near |= same_text(lock.id.subscription(), registry.id.subscription()) &&
            same_text(lock.id.resource_group(), registry.id.resource_group());
    if (lock.scope.empty() || !lock.scope.contains(registry.id)) continue;
    return pass(
        fmt::format("lock {} ({}) keeps the registry from being deleted", lock.name, lock.level),
        {estate.cite(lock.origin, "level", lock.level)}, Basis::arm);
  }
  const ChildList* list = estate.child_list(
      ResourceId(fmt::format("/subscriptions/{}", registry.id.subscription())), Kind::lock);
  if (list == nullptr && !near) return unknown_list(estate, registry, Kind::lock);
  std::vector<Evidence> evidence =
      list != nullptr ? std::vector{estate.cite(list->origin, "", counted(list->count, Kind::lock))}
                      : estate.cite_listings(Kind::lock);
  return fail(
      "no lock covers the registry", std::move(evidence), Basis::arm,
      {fmt::format(
          "az lock create --subscription {} --name {} --lock-type CanNotDelete --resource {}",
          quote(registry.id.subscription()), quote("keep-" + lower(registry.name)),
          quote(registry.id.text()))});
}

}  // namespace

extern const Check registry_cannot_be_deleted_by_mistake;
const Check registry_cannot_be_deleted_by_mistake{
    .id = "registry-cannot-be-deleted-by-mistake",
    .title = "A lock keeps the registry from being deleted",
    .problem = "Nothing keeps the registry from being deleted",
    .severity = Severity::low,
    .why =
        "A deleted registry takes every image with it, and there is no way back. A lock makes that "
        "two deliberate steps, also for a script that cleans up a resource group.",
    .reads = "the locks on the registry, its resource group and its subscription",
    .repair =
        "Low risk: only deletion is refused; pulls, pushes and the deletion of images go on. A "
        "ReadOnly lock would stop more than that. Needs Owner or User Access Administrator.",
    .reference =
        "https://learn.microsoft.com/azure/azure-resource-manager/management/lock-resources",
    .controls = kControls,
    .features = "F-068",
    .judge = &judge};

}  // namespace acr
